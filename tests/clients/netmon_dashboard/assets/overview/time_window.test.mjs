import assert from "node:assert/strict";
import test from "node:test";

import * as windows from "../../../../../clients/netmon_dashboard/assets/overview/time_window.js";

const { WINDOWS, agoLabel, clockTime, wholeSamples, windowNamed } = windows;

test("the address chooses a window, and nonsense the first", () => {
  assert.deepEqual(["5m", "15m", "60s", "9y", null].map((key) => windowNamed(key).seconds), [300, 900, 60, 60, 60]);
});

test("labels below the chart", () => {
  const said = WINDOWS.map((one) => one.labels.map((seconds) => agoLabel(seconds, one.seconds)).slice(-3));
  assert.deepEqual(said, [["−30 s", "−15 s", "now"], ["−2 m", "−1 m", "now"], ["−6 m", "−3 m", "now"]]);
});

test("a drag in any direction chooses whole samples", () => {
  const series = [1, 2, 3, 4].map((time) => ({ time, interval: 1 }));
  assert.deepEqual(wholeSamples(series, 1.5, 2.5), { from: 1, to: 3 });
  assert.deepEqual(wholeSamples(series, 2.5, 1.5), { from: 1, to: 3 });
  assert.deepEqual(wholeSamples(series, -5, 99), { from: 0, to: 4 });
  assert.equal(wholeSamples(series, 7, 9), null);
});

test("times have 24 hours wherever the viewer lives", () => {
  assert.match(clockTime(1_700_000_000), /^([01]\d|2[0-3]):\d\d:\d\d$/);
});
