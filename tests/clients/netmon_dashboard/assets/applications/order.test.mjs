import assert from "node:assert/strict";
import test from "node:test";

import { DEFAULT_SORT } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { nextSort, parseSort, sortApps } from "../../../../../clients/netmon_dashboard/assets/applications/order.js";
import { app } from "./entries.mjs";

const sums = (one) => one;
const names = (apps) => apps.map(({ name }) => name);

test("the words of an order are read and written", () => {
  assert.deepEqual(parseSort("-sent_rate"), { key: "sent_rate", descending: true });
  assert.equal(parseSort("-port"), null);
});

test("a heading sorts its usual way, then the other, then not at all", () => {
  const first = nextSort(DEFAULT_SORT, "app");
  assert.deepEqual(first, { key: "app", descending: false });
  const second = nextSort(first, "app");
  assert.deepEqual(second, { key: "app", descending: true });
  assert.equal(nextSort(second, "app"), DEFAULT_SORT);
});

test("equal ones follow by rate, by sum and by name", () => {
  const apps = [app(1, "zsh"), app(2, "apt", { received: 5 }), app(3, "Git"), app(4, "ssh", { sentRate: 9 })];
  assert.deepEqual(names(sortApps(apps, DEFAULT_SORT, sums)), ["ssh", "apt", "Git", "zsh"]);
  assert.deepEqual(names(sortApps(apps, { key: "app", descending: true }, sums)), ["zsh", "ssh", "Git", "apt"]);
});

test("sums are those that are shown", () => {
  const apps = [app(1, "a", { received: 100 }), app(2, "b", { received: 50 })];
  const since = ({ n }) => ({ sent: 0, received: n === 1 ? 1 : 2 });
  assert.deepEqual(names(sortApps(apps, { key: "received", descending: true }, since)), ["b", "a"]);
});

test("today's sums order where they are known, and the rates where they are not", () => {
  const apps = [app(1, "a", { receivedRate: 1 }), app(2, "b", { receivedRate: 9 })];
  const today = ({ n }) => (n === 1 ? [7, 8] : [0, 1]);
  const sort = parseSort("-today");
  assert.deepEqual(names(sortApps(apps, sort, sums, today)), ["a", "b"]);
  assert.deepEqual(names(sortApps(apps, sort, sums)), ["b", "a"]);
});
