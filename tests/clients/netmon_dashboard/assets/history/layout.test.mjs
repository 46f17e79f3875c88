import assert from "node:assert/strict";
import { test } from "node:test";

const { hatchesOf, labelled, layOut, nearest } = await import(
  new URL("../../../../../clients/netmon_dashboard/assets/history/layout.js", import.meta.url)
);

const HOUR = 3600;
const SIZE = { width: 400, height: 100, units: "si" };

function bucket(index, total, more = {}) {
  return { start: index * HOUR, end: (index + 1) * HOUR, running: false, total, previous: null, ...more };
}

function figures(more = {}) {
  return {
    since: 0, until: 4 * HOUR, now: 3.5 * HOUR, compare: false, gaps: [],
    buckets: [bucket(0, [0, 1000]), bucket(1, [0, 4000]), bucket(2, null), bucket(3, [0, 2000], { running: true })],
    series: [
      { points: [[0, 0, 600], [1, 0, 3000], [3, 0, 2000]] },
      { points: [[0, 0, 400]] },
    ],
    rest: { points: [[1, 0, 1000]] },
    ...more,
  };
}

test("pieces of a bar stand upon each other and together are its total", () => {
  const plan = layOut(figures(), SIZE);
  for (const [index, total] of [[0, 1000], [1, 4000], [3, 2000]]) {
    const pieces = plan.bars.filter((one) => one.bucket === index);
    const height = pieces.reduce((sum, one) => sum + one.height, 0);
    assert.ok(Math.abs(height - (100 - plan.y(total))) < 1e-9);
    assert.ok(Math.abs(Math.min(...pieces.map((one) => one.top)) - plan.y(total)) < 1e-9);
  }
  assert.deepEqual(plan.bars.filter((one) => one.series === -1).map((one) => one.bucket), [1]);
});

test("what nobody saw has a hatch and no bar", () => {
  const plan = layOut(figures(), SIZE);
  assert.deepEqual(plan.hatches, [{ left: 200, width: 100 }]);
  assert.equal(plan.bars.some((one) => one.bucket === 2), false);
});

test("a gap is hatched where it was, and none is hatched in the future", () => {
  const x = (time) => time / 36;
  const gap = (since, until, partial = false) => ({ since, until, partial });
  const known = figures({ buckets: [bucket(0, [0, 1])], gaps: [gap(900, 1800), gap(3 * HOUR, null), gap(0, 60, true)] });
  assert.deepEqual(hatchesOf(known, x), [{ left: 25, width: 25 }, { left: 300, width: 50 }]);
});

test("gaps that touch are one hatch", () => {
  const gaps = [{ since: 0, until: HOUR, partial: false }, { since: HOUR, until: 2 * HOUR, partial: false }];
  assert.equal(hatchesOf({ ...figures(), buckets: [], gaps }, (time) => time).length, 1);
});

test("the period before has a line for each bucket of which it is known", () => {
  const buckets = [bucket(0, [0, 10], { previous: [0, 8000] }), bucket(1, [0, 10])];
  const plan = layOut(figures({ buckets, compare: true }), SIZE);
  assert.equal(plan.before.length, 1);
  assert.ok(plan.before[0].top >= 0, "the axis holds it too");
});

test("without traffic there is an axis", () => {
  const plan = layOut(figures({ buckets: [], series: [], rest: null }), SIZE);
  assert.ok(plan.ticks.length >= 2);
  assert.deepEqual(labelled(plan.places, 60), []);
});

test("labels leave room for each other", () => {
  const places = Array.from({ length: 30 }, (_, index) => ({ left: index * 10, width: 10 }));
  assert.deepEqual(labelled(places, 60).slice(0, 3), [0, 6, 12]);
});

test("the bucket nearest to a time is that which begins nearest to it", () => {
  const buckets = [0, 1, 2].map((hour) => bucket(hour, null));
  assert.deepEqual([-HOUR, 0, 0.4 * HOUR, 0.6 * HOUR, 9 * HOUR].map((time) => nearest(buckets, time)), [0, 0, 0, 1, 2]);
  assert.equal(nearest([], 0), -1);
});
