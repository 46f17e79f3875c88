import assert from "node:assert/strict";
import { test } from "node:test";
import { browserFacts } from "../../../../../clients/netmon_dashboard/assets/domains/browsers.js";
import { SinceNow } from "../../../../../clients/netmon_dashboard/assets/frame/since.js";
import { app, domain } from "./entries.mjs";

const firefox = app(1, "firefox", { isBrowser: true, sent: 300, received: 700 });
const curl = app(2, "curl", { sent: 9000, received: 9000 });
const idle = app(3, "chromium", { isBrowser: true });
const store = (all, browsers = []) => ({
  apps: new Map([firefox, curl, idle].map((one) => [one.n, one])),
  domains: { all: new Map(all.map((one) => [one.n, one])), browsers: new Map(browsers) },
});

test("of a browser its own bytes alone are counted, folded by domain", () => {
  const all = [domain(1, "www.example.org", [[firefox, 100, 300], [curl, 5000, 5000]]), domain(2, "cdn.example.org", [[firefox, 10, 90]]), domain(3, "other.net", [[firefox, 20, 100]])];
  const [facts, other] = browserFacts(store(all));
  assert.equal(facts.app, firefox);
  assert.deepEqual([facts.total, facts.named, facts.share], [1000, 620, 0.62]);
  assert.deepEqual(facts.names, [{ name: "example.org", bytes: 500 }, { name: "other.net", bytes: 120 }]);
  assert.deepEqual([other.app, other.share, other.names], [idle, null, []]);
});

test("why the rest has no name is told by weight, and what ended is not left out", () => {
  const told = [[1, [["encrypted_dns", 200], ["older", 30]]]];
  const [facts] = browserFacts(store([domain(1, "example.org", [[firefox, 100, 500]])], told));
  assert.deepEqual(facts.reasons, [{ reason: "encrypted_dns", bytes: 200 }, { reason: null, bytes: 170 }, { reason: "older", bytes: 30 }]);
});

test("with since now a card counts from then on, and does not say what nobody knows", () => {
  const all = [domain(1, "example.org", [[firefox, 100, 300]]), domain(2, "other.net", [[firefox, 20, 100]])];
  const kept = { ...store(all, [[1, [["older", 480]]]]), hello: null, epoch: 1, dataTime: 5, totals: { sent: 0, received: 0 }, unattributed: [], hasDomains: true };
  kept.domains.unnamed = [];
  const since = new SinceNow();
  since.begin(kept);
  Object.assign(all[0].apps[0], { sent: 110, received: 350 });
  const later = { ...kept, apps: new Map([[1, firefox]].map(([n, one]) => [n, { ...one, sent: 320, received: 760 }])) };
  for (const each of all) each.apps[0].app = later.apps.get(1);
  const [facts] = browserFacts(later, since);
  assert.deepEqual([facts.total, facts.named, facts.share], [80, 60, 0.75]);
  assert.deepEqual([facts.names, facts.nameCount, facts.reasons], [[{ name: "example.org", bytes: 60 }], 1, []]);
  since.end();
  assert.deepEqual(browserFacts(later, since), browserFacts(later));
});

test("all that has a name leaves no rest", () => {
  const [facts] = browserFacts(store([domain(1, "example.org", [[firefox, 300, 700]])]));
  assert.deepEqual([facts.share, facts.reasons], [1, []]);
});
