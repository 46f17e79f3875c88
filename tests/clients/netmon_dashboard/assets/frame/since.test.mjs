// "Since now": what was counted before it is taken off, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SinceNow } from "../../../../../clients/netmon_dashboard/assets/frame/since.js";

function aStore() {
  const app = { id: "firefox", sent: 100, received: 1000 };
  const row = { id: "c1", sent: 10, received: 20 };
  return {
    hello: { instance_id: "one" },
    epoch: 50,
    dataTime: 1000,
    totals: { sent: 500, received: 5000 },
    apps: new Map([[1, app]]),
    rows: new Map([[1, row]]),
    unattributed: [{ reason: "gone", sent: 7, received: 8 }],
    hasRows: true,
  };
}

test("without a beginning, sums are the collector's", () => {
  const store = aStore();
  const since = new SinceNow();
  assert.deepEqual(since.totals(store), { sent: 500, received: 5000 });
  assert.deepEqual(since.row(store.rows.get(1)), { sent: 10, received: 20 });
  assert.equal(since.time, null);
});

test("sums of everything begin at nothing, and grow by what comes", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  assert.equal(since.time, 1000);
  store.totals = { sent: 600, received: 5500 };
  Object.assign(store.apps.get(1), { sent: 150, received: 1000 });
  Object.assign(store.rows.get(1), { sent: 11, received: 25 });
  store.unattributed = [{ reason: "gone", sent: 9, received: 8 }];
  since.follow(store);
  assert.deepEqual(since.totals(store), { sent: 100, received: 500 });
  assert.deepEqual(since.app(store.apps.get(1)), { sent: 50, received: 0 });
  assert.deepEqual(since.row(store.rows.get(1)), { sent: 1, received: 5 });
  assert.deepEqual(since.unattributed(store.unattributed[0]), { sent: 2, received: 0 });
});

test("what is new since then counts in full", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  assert.deepEqual(since.row({ id: "c2", sent: 3, received: 4 }), { sent: 3, received: 4 });
});

test("a page without rows asks for them once, and their baseline is taken when they come", () => {
  const store = { ...aStore(), hasRows: false };
  const since = new SinceNow();
  since.begin(store);
  assert.equal(since.needsRows, true);
  store.hasRows = true;
  since.follow(store);
  assert.equal(since.needsRows, false);
  assert.deepEqual(since.row(store.rows.get(1)), { sent: 0, received: 0 });
});

test("a collector that was started anew counts from nothing", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  Object.assign(store, { hello: { instance_id: "two" }, epoch: 1010, totals: { sent: 5, received: 6 } });
  assert.equal(since.follow(store), true);
  assert.deepEqual(since.totals(store), { sent: 5, received: 6 });
  assert.equal(since.time, 1010);
});

test("statistics that were cleared move the beginning to that moment", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  Object.assign(store, { epoch: 1100, totals: { sent: 1, received: 2 } });
  assert.equal(since.follow(store), true);
  assert.equal(since.time, 1100);
  assert.deepEqual(since.totals(store), { sent: 1, received: 2 });
});

test("a counter below its baseline began anew, and counts in full", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  assert.deepEqual(since.app({ id: "firefox", sent: 3, received: 2000 }), { sent: 3, received: 2000 });
});

test("ending shows all sums again", () => {
  const store = aStore();
  const since = new SinceNow();
  since.begin(store);
  since.end();
  assert.deepEqual(since.totals(store), { sent: 500, received: 5000 });
  assert.equal(since.isOn, false);
});

test("domains are counted from the same moment, and asked for once where no page has them", () => {
  const store = { ...aStore(), hasDomains: false };
  const since = new SinceNow();
  since.begin(store);
  assert.equal(since.needsDomains, true);
  const part = { app: { id: "firefox" }, name: "firefox", sent: 60, received: 70 };
  const domain = { name: "example.org", isOthers: false, sent: 100, received: 200, apps: [part] };
  store.domains = { all: new Map([[1, domain]]), unnamed: [{ reason: "older", sent: 5, received: 6 }] };
  store.hasDomains = true;
  since.follow(store);
  assert.equal(since.needsDomains, false);
  assert.deepEqual(since.domain({ ...domain, sent: 130 }), { sent: 30, received: 0 });
  assert.deepEqual(since.unnamed({ reason: "older", sent: 5, received: 8 }), { sent: 0, received: 2 });
  assert.deepEqual(since.domain({ ...domain, name: "new.example" }), { sent: 100, received: 200 });
  assert.deepEqual(since.domainPart(domain, { ...part, sent: 61 }), { sent: 1, received: 0 });
  assert.deepEqual(since.domainPart(domain, { ...part, app: { id: "curl" } }), { sent: 60, received: 70 });
  assert.deepEqual(since.domainPart({ ...domain, name: "new.example" }, part), { sent: 60, received: 70 });
  assert.deepEqual(since.domainPart(domain, { ...part, app: null, sent: 62 }), { sent: 2, received: 0 }, "it ended");
});
