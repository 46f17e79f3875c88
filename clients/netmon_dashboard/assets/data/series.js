/** @file Points in time, kept within bounds: the machine's last 15 minutes, an application's last 60 seconds. */

export const SERIES_SECONDS = 900;
export const SPARK_SECONDS = 60;
// At half a second, the shortest interval that is offered.
const MOST_POINTS = SERIES_SECONDS * 2;
// Part of an interval by which two points may overlap and still be two: timers come late, wall clocks are slewed.
const SLACK = 0.25;

/**
 * Append a point and forget what is `seconds` older. One that is held already (it overlaps the newest) is not added; a
 * clock that was set back takes the points of its future with it. The hub's ring does the same.
 * @template {{time: number, interval: number}} T
 * @param {T[]} points
 * @param {T} point
 */
export function append(points, point, seconds) {
  const { time, interval } = point;
  let newest = points[points.length - 1];
  if (newest !== undefined && newest.time - time > Math.max(newest.interval, interval)) {
    while (points.length > 0 && points[points.length - 1].time > time - interval) points.pop();
    newest = points[points.length - 1];
  }
  if (newest !== undefined && time - interval * (1 - SLACK) < newest.time) return;
  points.push(point);
  let old = Math.max(0, points.length - MOST_POINTS);
  while (points[old].time <= time - seconds) old += 1;
  if (old > 0) points.splice(0, old);
}

/**
 * Make a point out of one entry of a full's "series".
 * @param {(n: number) => string} nameOf
 * @returns {import("./types.js").Point}
 */
export function pointOf([time, interval, sent, received, loopback, dropped, top], nameOf) {
  const named = top.map(([n, topSent, topReceived]) => ({ n, name: nameOf(n), sent: topSent, received: topReceived }));
  return { time, interval, sent, received, loopback, dropped, top: named };
}

/** Add a tick to the series. What was not counted (monitoring was stopped) is a gap, no zero. */
export function addTick(series, tick, nameOf) {
  if (tick.counted === false || tick.interval <= 0) return;
  const [sent, received] = tick.headline;
  const [loopback] = tick.loopback; // what one socket sends another receives: each packet once, as in "series"
  // "top" leaves loopback out as the headline does; the sums of "a" hold it.
  const entry = [tick.time, tick.interval, sent, received, loopback, tick.dropped, tick.top ?? []];
  append(series, pointOf(entry, nameOf), SERIES_SECONDS);
}

/**
 * Add one interval to an application's spark. It begins with traffic, goes on through silence, and is emptied after a
 * minute without any, so that an application at rest costs nothing.
 * @param {import("./types.js").Sample[]} spark
 */
export function addSample(spark, time, interval, sent, received) {
  if (sent === 0 && received === 0 && spark.length === 0) return;
  append(spark, { time, interval, sent, received }, SPARK_SECONDS);
  if (sent === 0 && received === 0 && spark.every((sample) => sample.sent === 0 && sample.received === 0)) {
    spark.length = 0;
  }
}
