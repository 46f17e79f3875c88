import assert from "node:assert/strict";
import test from "node:test";

import * as samples from "../../../../../clients/netmon_dashboard/assets/overview/samples.js";

const { bucketFor, downsample, firstAfter, gapsBetween, peaks, sampleAt, samplesSince, segments, under } = samples;
const second = (time, received = 100, sent = 10, interval = 1) => ({ time, interval, received, sent });

test("the window begins with the sample that reaches into it", () => {
  const series = [1, 2, 3, 4, 5].map((time) => second(time));
  assert.deepEqual(samplesSince(series, 3).map((one) => one.time), [3, 4, 5]);
  assert.equal(firstAfter(series, 9), 5);
  assert.deepEqual(samplesSince([], 3), []);
});

test("a missing second breaks the area, a late one does not", () => {
  const late = segments([second(1), second(2), second(3.4), second(4)], 0);
  assert.equal(late.length, 1);
  const missing = segments([second(1), second(2), second(4), second(5)], 0);
  assert.deepEqual(missing.map(({ start, end }) => [start, end]), [[0, 2], [3, 5]]);
  assert.deepEqual(gapsBetween(missing, 0), [{ from: 2, to: 3 }]);
});

test("the time before the first sample is one in which nothing was recorded", () => {
  assert.deepEqual(gapsBetween(segments([second(50), second(51)], 0), 0), [{ from: 0, to: 49 }]);
  assert.deepEqual(gapsBetween([], 0), []);
});

test("a longer interval is no gap", () => {
  assert.equal(segments([second(1), second(6, 500, 50, 5), second(11, 500, 50, 5)], 0).length, 1);
});

test("no point stands within a gap, neither zero nor between two values", () => {
  const runs = segments([second(1, 100), second(2, 100), second(10, 900), second(11, 900)], 0);
  const times = runs.flatMap((run) => run.points.map((point) => point.time));
  assert.ok(times.every((time) => time <= 2 || time >= 9));
  assert.deepEqual(new Set(runs[0].points.map((point) => point.received)), new Set([100]));
});

test("a single sample between gaps is drawn over its own interval", () => {
  const [run] = segments([second(5, 100)], 0);
  assert.deepEqual(run.points.map((point) => [point.time, point.received]), [[4, 100], [5, 100]]);
});

test("rates are bytes by the length of the interval", () => {
  const [run] = segments([second(2, 500, 50, 0.5)], 0);
  assert.deepEqual([run.points[1].received, run.points[1].sent], [1000, 100]);
});

test("peaks of both directions stay where many samples share a pixel", () => {
  const points = [
    { time: 0.1, received: 1, sent: 9 },
    { time: 0.9, received: 7, sent: 2 },
    { time: 1.2, received: 3, sent: 3 },
  ];
  const kept = downsample(points, 1);
  assert.deepEqual(kept, [{ time: 0.9, received: 7, sent: 9 }, { time: 1.2, received: 3, sent: 3 }]);
  assert.equal(points[0].received, 1, "what was given is left alone");
});

test("buckets do not move while time goes on, so that peaks keep their form", () => {
  const series = Array.from({ length: 900 }, (_, time) => second(time + 1, (time * 7919) % 1000));
  const first = segments(series.slice(0, 800), 3)[0].points.slice(5, 200);
  const later = segments(series.slice(3, 803), 3)[0].points;
  assert.ok(first.every((point) => later.some((one) => one.time === point.time && one.received === point.received)));
});

test("samples are merged only where a pixel holds more than one", () => {
  assert.equal(bucketFor(60, 1000, 1), 0);
  assert.equal(bucketFor(900, 300, 1), 3);
  assert.equal(bucketFor(900, 2400, 1), 0);
});

test("a moment finds the sample whose interval holds it, and beside a gap the nearer one", () => {
  const series = [second(1), second(2), second(10)];
  const found = [0.2, 1, 1.01, 2, 3, 8, 9.5, 99, -5].map((time) => sampleAt(series, time));
  assert.deepEqual(found, [0, 0, 1, 1, 1, 2, 2, 2, 0]);
  assert.equal(sampleAt([], 1), -1);
});

test("the highest rates of a window", () => {
  assert.deepEqual(peaks([second(1, 10, 90), second(2, 80, 5), second(2.5, 50, 5, 0.5)]), { received: 100, sent: 90 });
});

test("a moment within a gap is a gap, with the events near to it", () => {
  const series = [second(1), second(2), second(20), second(21)];
  const marks = [{ time: 2.4, text: "stopped" }, { time: 19.5, text: "started" }];
  const gap = under(series, marks, 10, 1);
  assert.deepEqual(gap, { time: 10, sample: null, marks: [] });
  assert.deepEqual(under(series, marks, 3.2, 1).marks, [marks[0]]);
  assert.equal(under(series, marks, 1.7, 0.1).sample, series[1]);
  assert.equal(under([], marks, 1, 1), null);
});

test("the first sample after a gap tells the events within the gap, so that keys find them", () => {
  const marks = [{ time: 2.4, text: "stopped" }, { time: 19.5, text: "started" }];
  assert.deepEqual(under([second(1), second(2), second(20)], marks, 20, 0.1).marks, marks);
});
