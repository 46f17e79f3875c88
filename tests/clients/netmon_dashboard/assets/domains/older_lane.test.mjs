import assert from "node:assert/strict";
import { test } from "node:test";
import { OLDER_WIDTH } from "../../../../../clients/netmon_dashboard/assets/domains/lane.js";
import { gapPath, olderPaths, spansOf } from "../../../../../clients/netmon_dashboard/assets/domains/older_lane.js";

const SINCE = 1_700_000_000;
const past = (lanes, gaps = []) => ({ since: SINCE, until: SINCE + 86_400, lanes, gaps });
const quarter = (number) => SINCE + 900 * number;

test("spans stand where they were, download above and upload below, at the live lane's scale", () => {
  const { down, up, gaps } = olderPaths(past({ "a.example": [[quarter(4), quarter(6), 0, 360e6]] }), "d a", [{ name: "a.example" }]);
  assert.match(down, /^M4 10\.5v-6\.3h2v6\.3z$/); // 1 MB in five seconds
  assert.deepEqual([up, gaps], ["", ""]);
});

test("a minute is seen, also at the very end", () => {
  const { up } = olderPaths(past({ "a.example": [[quarter(96) - 60, quarter(96), 5000, 0]] }), "d a", [{ name: "a.example" }]);
  const [, left, width] = up.match(/^M([\d.]+) 11\.5v[\d.]+h([\d.]+)/).map(Number);
  assert.ok(width >= 0.7 && left + width <= OLDER_WIDTH + 0.05, up);
});

test("a group has the spans of all its names, in the order of time", () => {
  const known = past({ "a.example": [[9, 10, 1, 1]], "b.example": [[2, 3, 1, 1], [20, 21, 1, 1]] });
  const spans = spansOf(known, [{ name: "a.example" }, { name: "b.example" }, { name: "constructor" }]);
  assert.deepEqual(spans.map(([start]) => start), [2, 9, 20]);
});

test("a gap is hatched within its bounds and nowhere else", () => {
  const path = gapPath(past({}, [[quarter(10), quarter(20), "the recorder did not run"]]));
  const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  assert.ok(points.length >= 6);
  for (const [x, y] of points) assert.ok(x >= 10 && x <= 20 && y >= 0 && y <= 22, `${x} ${y}`);
});

test("without a recorder there is no such lane, and an answer is drawn once", () => {
  assert.equal(olderPaths(null, "d a", []), null);
  const known = past({ "a.example": [[quarter(1), quarter(2), 1, 1]] });
  assert.equal(olderPaths(known, "d a", [{ name: "a.example" }]), olderPaths(known, "d a", [{ name: "a.example" }]));
});
