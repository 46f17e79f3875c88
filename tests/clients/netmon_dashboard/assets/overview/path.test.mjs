import assert from "node:assert/strict";
import test from "node:test";

import { areaPath, linePath, xOf, yOf } from "../../../../../clients/netmon_dashboard/assets/overview/path.js";

const projection = { origin: 100, right: 600, pixelsPerSecond: 10, zero: 80, pixelsPerRate: 0.5 };
const points = [{ time: 98, received: 100, sent: 20 }, { time: 100, received: 40.123, sent: 0 }];

test("the newest sample stands on the right edge, download above zero and upload below it", () => {
  assert.equal(xOf(100, projection), 600);
  assert.equal(xOf(98, projection), 580);
  assert.equal(yOf(100, projection), 30);
  assert.equal(yOf(-20, projection), 90);
});

test("a line goes through each point, to a tenth of a pixel", () => {
  assert.equal(linePath(points, "received", projection), "M580 30L600 59.9");
  assert.equal(linePath(points, "sent", projection), "M580 90L600 80");
});

test("an area is closed along the zero line", () => {
  assert.equal(areaPath(points, "sent", projection), "M580 90L600 80L600 80L580 80Z");
  assert.equal(areaPath([], "sent", projection), "");
});
