import assert from "node:assert/strict";
import { test } from "node:test";
import { areaPath, peaks, scaleEnd, Trace } from "../../../../../clients/netmon_dashboard/assets/data/trace.js";

const point = (time, received = 100, sent = 0, interval = 1) => ({ time, interval, sent, received });
const PLACE = { now: 60, width: 600, base: 50, height: 40 };

test("what the server remembers and the ticks of meanwhile make one row of points", () => {
  const trace = new Trace();
  trace.add(point(12));
  trace.add(point(13));
  trace.load([[10, 1, 5, 6], [11, 1, 0, 1], [12, 1, 2, 3]]);
  assert.deepEqual(trace.points.map(({ time }) => time), [10, 11, 12, 13]);
  assert.equal(trace.points[2].sent, 2);
});

test("points older than a minute are forgotten, and a clock that was set back starts anew", () => {
  const trace = new Trace();
  for (let time = 0; time <= 100; time += 1) trace.add(point(time));
  assert.equal(trace.points.length, 60);
  trace.add(point(50));
  assert.deepEqual(trace.points.at(-1).time, 50);
  assert.ok(trace.points.every(({ time }) => time <= 50));
});

test("peaks are rates, not bytes", () => {
  assert.deepEqual(peaks([point(2, 100, 10, 2), point(4, 60, 50, 1)]), { sent: 50, received: 60 });
  assert.deepEqual(peaks([]), { sent: 0, received: 0 });
});

test("a scale ends at 1, 2 or 5 times a power of ten, not below the peak", () => {
  assert.deepEqual([0, 1, 1.5, 2, 4.9, 7, 1000, 1001].map(scaleEnd), [1, 1, 2, 2, 5, 10, 1000, 2000]);
});

test("intervals that follow each other are one area; seconds without traffic part them", () => {
  const path = areaPath([point(10), point(11.01), point(20)], "received", PLACE, 100);
  assert.equal(path.split("M").length - 1, 2);
  assert.equal(path, "M90 50V10H100V10H110.1V50ZM190 50V10H200V50Z");
});

test("upload goes down from its line, and nothing is drawn for nothing", () => {
  assert.match(areaPath([point(60, 0, 50)], "sent", { ...PLACE, height: -40 }, 100), /V70H600V50Z$/);
  assert.equal(areaPath([point(60, 0, 0)], "received", PLACE, 1), "");
  assert.equal(areaPath([point(-5)], "received", PLACE, 100), "");
});
