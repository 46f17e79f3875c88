import assert from "node:assert/strict";
import test from "node:test";

import { sumsSince } from "../../../../../clients/netmon_dashboard/assets/data/sums_since.js";

const now = new Date(2026, 4, 3, 15, 0, 0).getTime() / 1000;

test("sums say what they count from", () => {
  const times = { epoch: now - 3600, start: now - 3601, since: null, now };
  assert.equal(sumsSince(times), "since the collector started, 14:00:00");
  assert.equal(sumsSince({ ...times, start: now - 9000 }), "since the statistics were cleared, 14:00:00");
  assert.equal(sumsSince({ ...times, since: now - 60 }), "since 14:59:00 (since now)");
  assert.equal(sumsSince({ ...times, epoch: null }), "since the collector started");
});
