import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf } from "../../../../../clients/netmon_dashboard/assets/domains/groups.js";
import { DEFAULT_SORT } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { GroupOrder, nextSort, parseSort, sortGroups } from "../../../../../clients/netmon_dashboard/assets/domains/order.js";
import { app, domain, itself } from "./entries.mjs";

const firefox = app(1, "firefox");
const groups = () => groupsOf([
  domain(1, "a.example", [[firefox, 1, 9]], { receivedRate: 1, source: "dns" }),
  domain(2, "b.example.org", [[firefox, 50, 1]], { receivedRate: 5 }),
  domain(3, "", [[firefox, 999, 999]], { registrable: "", isOthers: true, receivedRate: 99 }),
], itself);
const names = (sort) => sortGroups(groups(), parseSort(sort)).map(({ name }) => name || "others").join(" ");

test("what stands for many comes last, whatever one sorts by", () => {
  assert.equal(names("-received_rate"), "example.org a.example others");
  assert.equal(names("received_rate"), "a.example example.org others");
});

test("the keys are those of the command", () => {
  assert.equal(names("domain"), "a.example example.org others");
  assert.equal(names("source"), "example.org a.example others");
  assert.equal(names("-sent"), "example.org a.example others");
  assert.equal(names("-last"), "example.org a.example others");
  for (const key of ["app", "rate", "sent_rate", "received", "total", "connections", "names", "first"]) assert.ok(parseSort(key), key);
  for (const words of ["", null, "-", "port", "constructor"]) assert.equal(parseSort(words), null);
});

test("a heading sorts its usual way, the other way, and then as at first", () => {
  const usual = nextSort(DEFAULT_SORT, "domain");
  assert.deepEqual(usual, { key: "domain", descending: false });
  const turned = nextSort(usual, "domain");
  assert.deepEqual(turned, { key: "domain", descending: true });
  assert.equal(nextSort(turned, "domain"), DEFAULT_SORT);
});

test("while the order is held nothing changes its place, and what is new comes at the end", () => {
  const order = new GroupOrder();
  const shown = (list, isHeld) => order.arrange(list, { sort: DEFAULT_SORT, isHeld }).map(({ name }) => name);
  const [a, b] = groups();
  assert.deepEqual(shown([a, b], false), ["example.org", "a.example"]);
  const faster = { ...a, receivedRate: 100 };
  const fresh = { ...a, id: "is c.example", name: "c.example", receivedRate: 1000 };
  assert.deepEqual(shown([faster, b, fresh], true), ["example.org", "a.example", "c.example"]);
  assert.equal(order.appended, 1);
  assert.deepEqual(shown([faster, b, fresh], false), ["c.example", "a.example", "example.org"]);
  assert.equal(order.appended, 0);
});
