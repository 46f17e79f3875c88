import assert from "node:assert/strict";
import test from "node:test";

import { movedToday, todaySum, todayTitle } from "../../../../../clients/netmon_dashboard/assets/applications/today.js";

const midnight = new Date(2026, 4, 3, 0, 0, 0).getTime() / 1000;
const look = { units: "si", now: midnight + 3600 * 15 };
const today = { since: midnight, apps: { "exe:/usr/bin/curl": [1000, 2000] }, nobody: [5, 6], missing: 0, lower: false };

test("an application that moved nothing today has a zero, and without a recorder nothing is known", () => {
  assert.deepEqual(movedToday(today, "exe:/usr/bin/curl"), [1000, 2000]);
  assert.deepEqual([...movedToday(today, "constructor")], [0, 0]);
  assert.deepEqual(movedToday(today, ""), [5, 6]);
  assert.equal(movedToday(null, "exe:/usr/bin/curl"), null);
  assert.deepEqual([todaySum(null), todaySum(undefined), todaySum([0, 0])], [null, null, 0]);
});

test("both ways are one sum, and told apart beside it", () => {
  assert.equal(todaySum([1000, 2000]), 3000);
  assert.equal(todayTitle([1000, 2000], today, look), "↓ 2.00 kB, ↑ 1.00 kB since 00:00:00, without loopback");
});

test("what is missing of today is said", () => {
  const title = todayTitle([0, 0], { ...today, missing: 7200, lower: true }, look);
  assert.match(title, /^at least ↓ 0 B/);
  assert.match(title, /Nothing was recorded for 2h00 of today$/);
});
