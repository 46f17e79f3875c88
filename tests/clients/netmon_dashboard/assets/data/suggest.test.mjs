// "Nothing matches: did you mean …?"
import assert from "node:assert/strict";
import { test } from "node:test";
import { newApp, newRow } from "../../../../../clients/netmon_dashboard/assets/data/entries.js";
import { suggest } from "../../../../../clients/netmon_dashboard/assets/data/suggest.js";

function aStore(...apps) {
  const rows = apps.map(([name, domain], n) => [n, { ...newRow(), n, app: { ...newApp(), name }, domain }]);
  return { rows: new Map(rows), dataTime: 0 };
}

const STORE = aStore(["firefox", "www.example.org"], ["Web Content", "mirror.debian.org"], ["python3 → backup.py", ""]);

test("a mistyped value is mended where it stands", () => {
  assert.equal(suggest("app:firefx", STORE), "app:firefox");
  assert.equal(suggest("is:remote  app:FIREFIX !port:22", STORE), "is:remote  app:firefox !port:22");
  assert.equal(suggest("domain:exampel.org", STORE), "domain:example.org");
  assert.equal(suggest("🦊 app:bakcup.py", STORE), "🦊 app:backup.py");
});

test("the beginning of a name is enough", () => {
  assert.equal(suggest("app:fire", STORE), "app:firefox");
});

test("a name with a space is quoted", () => {
  assert.equal(suggest('app:"web contnet"', STORE), 'app:"Web Content"');
});

test("bare text is mended too", () => {
  assert.equal(suggest("firefxo", STORE), "firefox");
  assert.equal(suggest("debain.org", STORE), "debian.org");
});

test("nothing is said where nothing is near, or each term alone fits", () => {
  assert.equal(suggest("app:kmail", STORE), "");
  assert.equal(suggest("app:firefox domain:debian.org", STORE), "");
  assert.equal(suggest("!app:firefx", STORE), "");
  assert.equal(suggest("app:fierf*", STORE), "");
  assert.equal(suggest("port:1", STORE), "");
  assert.equal(suggest('app:"', STORE), "");
  assert.equal(suggest("app:firefx", aStore()), "");
});
