/** The `d` of areas and lines. Pure, so that node can test it. */

/** @typedef {{time: number, received: number, sent: number}} Point */

/**
 * Where a time and a rate are drawn, in pixels of the plot; the time `origin` stands at its `right` edge.
 *
 * @typedef {{origin: number, pixelsPerSecond: number, zero: number, pixelsPerRate: number, right: number}} Projection
 */

/** @param {number} time @param {Projection} projection */
export function xOf(time, projection) {
  return projection.right + (time - projection.origin) * projection.pixelsPerSecond;
}

/** @param {number} rate bytes a second, uploads negative @param {Projection} projection */
export function yOf(rate, projection) {
  return projection.zero - rate * projection.pixelsPerRate;
}

/**
 * The line through one direction of some points.
 *
 * @param {readonly Point[]} points
 * @param {"received" | "sent"} direction
 * @param {Projection} projection
 */
export function linePath(points, direction, projection) {
  const sign = direction === "sent" ? -1 : 1;
  let path = "";
  for (const point of points) {
    const x = rounded(xOf(point.time, projection));
    path += `${path ? "L" : "M"}${x} ${rounded(yOf(sign * point[direction], projection))}`;
  }
  return path;
}

/**
 * The same, closed along the zero line.
 *
 * @param {readonly Point[]} points
 * @param {"received" | "sent"} direction
 * @param {Projection} projection
 */
export function areaPath(points, direction, projection) {
  if (points.length === 0) return "";
  const zero = rounded(projection.zero);
  const first = rounded(xOf(points[0].time, projection));
  const last = rounded(xOf(points[points.length - 1].time, projection));
  return `${linePath(points, direction, projection)}L${last} ${zero}L${first} ${zero}Z`;
}

/** A tenth of a pixel: finer cannot be seen and makes the text longer. */
function rounded(/** @type {number} */ pixels) {
  return Math.round(pixels * 10) / 10;
}
