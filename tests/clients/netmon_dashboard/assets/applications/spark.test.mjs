import assert from "node:assert/strict";
import test from "node:test";

import { sparkPaths, WIDTH } from "../../../../../clients/netmon_dashboard/assets/applications/spark.js";

const sample = (time, sent, received) => ({ time, interval: 1, sent, received });

test("download rises above the line and upload hangs below it, at one scale", () => {
  const { down, up } = sparkPaths([sample(59, 0, 1400), sample(60, 900, 700)], 60);
  const heights = (path) => new Set([...path.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y)));
  assert.deepEqual(heights(down), new Set([0.5, 7.5, 14.5]));
  assert.deepEqual(heights(up), new Set([23.5, 14.5]));
});

test("silence is empty", () => {
  assert.deepEqual(sparkPaths([], 60), { down: "", up: "" });
  assert.deepEqual(sparkPaths([sample(60, 0, 0)], 60), { down: "", up: "" });
});

test("nothing is drawn beside the picture", () => {
  const { down } = sparkPaths([sample(-30, 0, 5), sample(0.5, 0, 5), sample(60, 0, 5)], 60);
  for (const [, x] of down.matchAll(/[MH]([\d.-]+)/g)) assert.ok(Number(x) >= 0 && Number(x) <= WIDTH);
});
