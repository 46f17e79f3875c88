import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyWords, missingWords, shareWords } from "../../../../../clients/netmon_dashboard/assets/domains/words.js";

const look = { units: "si", words: { unnamed: { encrypted_dns: "encrypted DNS" } } };

test("how much has a name is counted, and what hides the rest is said", () => {
  const reasons = [{ reason: "encrypted_dns", bytes: 380 }, { reason: null, bytes: 1 }];
  assert.deepEqual(shareWords({ share: 0.62, reasons }, look), {
    line: "62.0 % of its bytes have a name", rest: "The rest: encrypted DNS (380 B), connections that have ended (1 B)",
  });
});

test("nearly all is not all", () => {
  assert.match(shareWords({ share: 0.99999, reasons: [] }, look).line, /^99\.9 %/);
  assert.equal(shareWords({ share: 1, reasons: [] }, look).line, "All of its bytes have a name");
  assert.equal(shareWords({ share: null, reasons: [] }, look).line, "Nothing moved yet");
});

test("names that are switched off are said, with the reason and what to do", () => {
  const words = missingWords({ is_on: false, text: "switched off: left out by --no-names" });
  assert.match(words, /^Names are switched off: left out by --no-names\./);
  assert.match(words, /without --no-names learns them/);
});

test("names that are learnt, or of which nothing is told yet, need no word", () => {
  assert.equal(missingWords({ is_on: true, text: "" }), "");
  assert.equal(missingWords(null), "");
});

test("an empty table says why", () => {
  assert.match(emptyWords({ isWaiting: true, all: 0 }).title, /^Waiting/);
  assert.equal(emptyWords({ isWaiting: false, all: 0 }).title, "No domains yet");
  assert.match(emptyWords({ isWaiting: false, all: 0 }).why, /^Names are learnt from DNS answers/);
  assert.equal(emptyWords({ isWaiting: false, all: 2, hasStrange: true }).title, "Domains have no such field");
  assert.equal(emptyWords({ isWaiting: false, all: 2, hasStrange: false }).why, "2 domains without it.");
});
