import assert from "node:assert/strict";
import test from "node:test";

import { formatRate } from "../../../../../clients/netmon_dashboard/assets/data/units.js";
import * as scale from "../../../../../clients/netmon_dashboard/assets/overview/scale.js";

const { HeldPeak, LiveAxis, axisLabel, axisLines, fitAxis, niceStep } = scale;
const label = (rate, units) => axisLabel(formatRate(rate, units));

test("steps are 1, 2 or 5 with zeros in bytes", () => {
  const steps = [1_000, 1_001, 2_001, 5_001, 19_000_000, 20_000_000, 4e8, 6e9].map((rate) => niceStep(rate, "si"));
  assert.deepEqual(steps, [1_000, 2_000, 5_000, 10_000, 2e7, 2e7, 5e8, 1e10]);
});

test("steps are 1, 2 or 5 with zeros in bits where bits are shown", () => {
  const steps = [125_000, 125_001, 300_000, 1_000_000].map((rate) => niceStep(rate, "bit") * 8);
  assert.deepEqual(steps, [1_000_000, 2_000_000, 5_000_000, 10_000_000]);
});

test("steps are powers of two in KiB and MiB, so that each line has a round name", () => {
  assert.deepEqual([1_025, 5_000, 600 * 1024].map((rate) => niceStep(rate, "iec") / 1024), [2, 8, 1024]);
  const names = axisLines(fitAxis(3_000_000, 0, "iec")).map(({ value }) => label(Math.abs(value), "iec"));
  assert.deepEqual(names, ["3 MiB/s", "2 MiB/s", "1 MiB/s", "0 B/s", "1 MiB/s"]);
});

test("both halves stand on one scale that holds the peaks", () => {
  assert.deepEqual(fitAxis(19e6, 3.8e6, "si"), { step: 5e6, above: 4, below: 1 });
  assert.deepEqual(fitAxis(0, 0, "si"), { step: 1_000, above: 2, below: 1 });
  for (let tried = 0; tried < 500; tried += 1) {
    const received = 10 ** ((tried % 25) / 2.5);
    const sent = 10 ** ((tried / 25) / 2);
    for (const units of ["si", "bit", "iec"]) {
      const { step, above, below } = fitAxis(received, sent, units);
      assert.ok(step * above >= received * (1 - 1e-6) && step * below >= sent * (1 - 1e-6));
      assert.ok(above + below <= 6 && above >= 2 && below >= 1);
    }
  }
});

test("the axis grows in the tick of the peak", () => {
  const axis = new LiveAxis();
  axis.reset({ received: 1e6, sent: 1e5 }, 0);
  assert.deepEqual(axis.follow({ received: 18e6, sent: 1e5 }, "si", 1), fitAxis(18e6, 1e5, "si"));
});

test("the axis holds after a peak has left the window and then shrinks step by step", () => {
  const axis = new LiveAxis();
  const steps = [];
  for (let now = 0; now < 60; now += 1) {
    const { step, above } = axis.follow({ received: now < 5 ? 20e6 : 1e6, sent: 1e5 }, "si", now);
    steps.push(step * above);
  }
  assert.equal(steps[8], steps[4], "held for four seconds");
  assert.ok(steps.every((top, index) => index === 0 || top <= steps[index - 1] || index < 5), "never grows again");
  const shrinks = steps.slice(5).map((top, index) => top / steps[index + 4]);
  assert.ok(shrinks.every((ratio) => ratio >= 0.5), "never by more than a half at once");
  assert.equal(steps[59], 1e6);
});

test("a held peak ends exactly at what there is", () => {
  const peak = new HeldPeak();
  peak.follow(1_000, 0);
  for (let now = 1; now < 100; now += 1) peak.follow(10, now);
  assert.equal(peak.value, 10);
});

test("a peak is not held for an hour where the clock is set back by one", () => {
  const peak = new HeldPeak();
  peak.follow(1_000, 3_600);
  assert.equal(peak.follow(10, 1), 1_000);
  for (let now = 2; now < 100; now += 1) peak.follow(10, now);
  assert.equal(peak.value, 10);
});

test("another window takes its own axis at once", () => {
  const axis = new LiveAxis();
  axis.follow({ received: 5e8, sent: 0 }, "si", 0);
  axis.reset({ received: 1e6, sent: 0 }, 1);
  assert.deepEqual(axis.follow({ received: 1e6, sent: 0 }, "si", 1), fitAxis(1e6, 0, "si"));
});

test("labels leave out zeros that say nothing", () => {
  assert.equal(axisLabel("20.0 MB/s"), "20 MB/s");
  assert.equal(axisLabel("2.50 MB/s"), "2.5 MB/s");
  assert.equal(axisLabel("1.00 Mbit/s"), "1 Mbit/s");
  assert.equal(axisLabel("500 kB/s"), "500 kB/s");
});
