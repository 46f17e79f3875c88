import assert from "node:assert/strict";
import { test } from "node:test";
import * as texts from "../../../../../clients/netmon_dashboard/assets/data/texts.js";
import { aLook, aRow } from "../connections/a_row.mjs";

const LOOK = aLook();

test("an endpoint is written as everywhere else, and its port can be told apart", () => {
  assert.equal(texts.endpointText("192.0.2.1", 80), "192.0.2.1:80");
  assert.equal(texts.endpointText("2001:db8::1", 80), "[2001:db8::1]:80");
  assert.equal(texts.endpointText("192.0.2.1", null), "192.0.2.1");
  assert.equal(texts.endpointText("", null), "");
  assert.deepEqual(texts.endpointParts("2001:db8::1", 80), ["[2001:db8::1]", ":80"]);
  assert.deepEqual(texts.endpointParts("192.0.2.1", null), ["192.0.2.1", ""]);
});

test("a row without an owner says the reason in words, a sum what it stands for", () => {
  assert.equal(texts.appText(aRow({ app: "curl" }), LOOK), "curl");
  assert.equal(texts.appText(aRow({ proc: { name: "sh" } }), LOOK), "sh");
  assert.equal(texts.appText(aRow({ reason: "gone" }), LOOK), "(gone before it could be looked up)");
  assert.equal(texts.appText(aRow({ reason: "of_a_newer_server" }), LOOK), "(of a newer server)");
  assert.equal(texts.appText(aRow({}), LOOK), "(not known why)");
  assert.equal(texts.appText(aRow({ remainder: "closed" }), LOOK), "(ended connections)");
});

test("a script is told apart from what runs it", () => {
  assert.deepEqual(texts.appParts(aRow({ app: "python3 → backup.py" }), LOOK), ["python3 → ", "backup.py"]);
  assert.deepEqual(texts.appParts(aRow({ app: "curl" }), LOOK), ["", "curl"]);
  assert.deepEqual(texts.appParts(aRow({ reason: "gone" }), LOOK), ["", "(gone before it could be looked up)"]);
});

test("a row that has ended is closed, whatever its state was", () => {
  assert.equal(texts.stateOf(aRow({ end: 5 })), "closed");
  assert.equal(texts.stateOf(aRow({})), "established");
  assert.equal(texts.stateLook(aRow({ remainder: "closed" }), LOOK), null);
  assert.equal(texts.stateLook(aRow({ state: "newer" }), LOOK).name, "newer");
});

test("a domain that was inferred is marked, and its source told", () => {
  const looked = aRow({ domain: "www.example.org", domainSource: "dns" });
  assert.equal(texts.domainText(looked, LOOK), "~www.example.org");
  assert.match(texts.domainTitle(looked, LOOK), /^www\.example\.org\nDns$/);
  const read = aRow({ domain: "www.example.org", domainSource: "sni" });
  assert.equal(texts.domainText(read, LOOK), "www.example.org");
  assert.equal(texts.domainText(aRow({}), LOOK), "");
});

test("names that are hidden are nowhere on screen", () => {
  const row = aRow({ domain: "www.example.org", domainSource: "dns" });
  const hidden = aLook({ hideNames: true });
  assert.match(texts.domainText(row, hidden), /^~••• \d+$/);
  assert.doesNotMatch(texts.domainTitle(row, hidden), /example/);
});

test("an age is of what was opened, and a bound where it was there before", () => {
  assert.equal(texts.ageText(aRow({ start: 1000 }), LOOK), "1m40");
  assert.equal(texts.ageText(aRow({ start: 1000, startedBefore: true }), LOOK), "≥1m40");
  assert.equal(texts.ageText(aRow({ start: 1000, end: 1010 }), LOOK), "10s");
  assert.equal(texts.ageText(aRow({ start: null }), LOOK), "");
  assert.equal(texts.ageText(aRow({ start: 2000 }), LOOK), "0s");
});

test("sizes stay in bytes where rates are in bits", () => {
  const bits = aLook({ units: "bit" });
  assert.equal(texts.rateText(1000, bits), "8.00 kbit/s");
  assert.equal(texts.sizeText(1000, bits), "1.00 kB");
  assert.equal(texts.sizeText(1024, aLook({ units: "iec" })), "1.00 KiB");
});

test("a tooltip is cut between letters, not within one", () => {
  assert.equal([...texts.cut("🦊".repeat(5000))].length, 256);
  assert.ok(texts.cut("🦊".repeat(5000)).endsWith("…"));
  assert.equal(texts.cut("short"), "short");
});

test("how sure an owner is can be seen", () => {
  const proc = { name: "curl" };
  const sure = aRow({ proc, ownerMethod: "exact", ownerConfidence: "certain" });
  assert.equal(texts.ownerText(sure, LOOK), "exact socket");
  assert.equal(texts.ownerText({ ...sure, ownerConfidence: "inferred" }, LOOK), "~exact socket");
});

test("the date is left out today", () => {
  const noon = new Date(2026, 4, 3, 12, 0, 5).getTime() / 1000;
  assert.equal(texts.timeText(noon, noon + 60), "12:00:05");
  assert.equal(texts.timeText(noon, noon + 86_400), "2026-05-03 12:00:05");
  assert.equal(texts.timeText(null, noon), "");
});

test("one is not many", () => {
  assert.equal(texts.counted(1, "connection"), "1 connection");
  assert.equal(texts.counted(1234, "connection"), "1,234 connections");
});

test("what is not seen cannot turn a name round", () => {
  assert.equal(texts.plain("evil\u202egnp.exe"), "evil\ufffdgnp.exe");
  assert.equal(texts.appText(aRow({ app: "a\u001b[31m\u2066b\n" }), LOOK), "a\ufffd[31m\ufffdb\ufffd");
  assert.equal(texts.domainText(aRow({ domain: "\u200fx.example", domainSource: "sni" }), LOOK), "\ufffdx.example");
  assert.equal(texts.plain("שלום 日本語 🦊"), "שלום 日本語 🦊");
});

test("a round trip has no more digits than it is known to", () => {
  const said = [null, 0.031, 1.2, 12.3, 123, 2500].map((rttMilliseconds) => texts.rttText(aRow({ rttMilliseconds })));
  assert.deepEqual(said, ["", "0.03 ms", "1.20 ms", "12.3 ms", "123 ms", "2500 ms"]);
});
