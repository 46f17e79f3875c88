/** @file The last 60 s of one connection as points, and as paths of a small picture. Pure. */

export const TRACE_SECONDS = 60;

/** @typedef {{time: number, interval: number, sent: number, received: number}} Point bytes within the interval */

export class Trace {
  /** @type {Point[]} */
  points = [];

  /** What the server remembers of it: [[time, interval, sent, received], ...], oldest first. */
  load(answer) {
    const latest = this.points;
    this.points = answer.map(([time, interval, sent, received]) => ({ time, interval, sent, received }));
    // Ticks that came while the answer was on its way.
    for (const point of latest) if (point.time > (this.points.at(-1)?.time ?? -Infinity)) this.points.push(point);
  }

  /** @param {Point} point */
  add(point) {
    while (this.points.length > 0 && this.points.at(-1).time >= point.time) this.points.pop();
    this.points.push(point);
    const oldest = point.time - TRACE_SECONDS;
    this.points = this.points.filter(({ time }) => time > oldest);
  }
}

/** The highest rates of the points, bytes per second. */
export function peaks(points) {
  return points.reduce(
    (most, { interval, sent, received }) => ({
      sent: Math.max(most.sent, sent / interval),
      received: Math.max(most.received, received / interval),
    }),
    { sent: 0, received: 0 },
  );
}

/** The end of the scale for a peak: 1, 2 or 5 times a power of ten. */
export function scaleEnd(peak) {
  if (peak <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(peak));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= peak * (1 - 1e-9));
}

/**
 * One direction as closed areas: each interval is a step as wide as itself, so that its bytes are its area. Intervals
 * that follow each other make one area, without seams. Seconds without a point had no traffic: the server leaves them
 * out.
 *
 * @param {Point[]} points @param {"sent"|"received"} direction
 * @param {{now: number, width: number, base: number, height: number}} place base: y of zero; height: pixels of `end`,
 *   negative to draw downwards
 * @param {number} end bytes per second at the full height
 */
export function areaPath(points, direction, { now, width, base, height }, end) {
  const x = (time) => round(Math.max(0, 1 - (now - time) / TRACE_SECONDS) * width);
  let path = "";
  let drawnTo = -Infinity;
  for (const { time, interval, [direction]: bytes } of points) {
    if (bytes === 0 || time <= now - TRACE_SECONDS) continue;
    const y = round(base - (bytes / interval / end) * height);
    // Ticks come a few milliseconds early or late.
    const follows = Math.abs(time - interval - drawnTo) < interval / 4;
    if (!follows) path += `${path && `V${base}Z`}M${x(time - interval)} ${base}`;
    path += `V${y}H${x(time)}`;
    drawnTo = time;
  }
  return path && `${path}V${base}Z`;
}

const round = (/** @type {number} */ pixels) => Math.round(pixels * 10) / 10;
