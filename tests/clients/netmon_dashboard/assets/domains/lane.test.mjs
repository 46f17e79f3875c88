import assert from "node:assert/strict";
import { test } from "node:test";
import { HALF, heightOf, laneOf, lanePaths, SLICE_COUNT } from "../../../../../clients/netmon_dashboard/assets/domains/lane.js";

const NOW = 1_700_000_003;
const NEWEST = 1_700_000_000;

test("a lane adds up its domains, slice by slice, the newest first", () => {
  const lanes = new Map([[NEWEST - 5, new Map([[1, [1, 2]], [2, [10, 20]], [3, [99, 99]]])], [NEWEST, new Map([[1, [5, 0]]])]]);
  assert.deepEqual(laneOf(lanes, [{ n: 1 }, { n: 2 }], NOW), [{ age: 0, sent: 5, received: 0 }, { age: 1, sent: 11, received: 22 }]);
});

test("what is older than the lane is not on it", () => {
  const lanes = new Map([[NEWEST - 300, new Map([[1, [1, 1]]])], [NEWEST - 295, new Map([[1, [1, 1]]])], [NEWEST + 5, new Map([[1, [1, 1]]])]]);
  assert.deepEqual(laneOf(lanes, [{ n: 1 }], NOW).map(({ age }) => age), [SLICE_COUNT - 1]);
});

test("more is higher, the least is seen, and the most stays on the lane", () => {
  const heights = [0, 1, 1e3, 1e6, 1e9, 1e15].map(heightOf);
  assert.deepEqual([heights[0], heights[1], heights.at(-1)], [0, 1, HALF]);
  for (let i = 1; i < heights.length; i += 1) assert.ok(heights[i] >= heights[i - 1]);
});

test("download stands above the line and upload hangs below it", () => {
  const { down, up } = lanePaths([{ age: 0, sent: 0, received: 1e6 }]);
  assert.match(down, /^M177 10\.5v-[\d.]+h/);
  assert.equal(up, "");
  assert.match(lanePaths([{ age: 59, sent: 1e6, received: 0 }]).up, /^M0 11\.5v[\d.]+h/);
});
