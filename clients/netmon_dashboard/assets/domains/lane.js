/** @file What moved with a domain in the last five minutes, as a lane: download above its line, upload below it. */

import { LANE_SECONDS, SLICE_SECONDS, sliceOf } from "../data/domains.js";
import { setAttr, svg } from "../dom.js";

export const SLICE_COUNT = LANE_SECONDS / SLICE_SECONDS;
export const HALF = 11;
const PIXELS_A_SLICE = 3;
const GAP = 0.6;
const WIDTH = SLICE_COUNT * PIXELS_A_SLICE;
// Every lane has the same scale, or a trickle would look like a flood: a decade is a step, from 100 bytes in five
// seconds to 1 GB.
const LEAST_DECADE = 2;
const MOST_DECADE = 9;

/** @typedef {{age: number, sent: number, received: number}} Slice age: how many slices ago */

/**
 * The slices in which any of these moved, newest first.
 * @param {Map<number, Map<number, number[]>>} lanes @param {{n: number}[]} domains @param {number} now
 * @returns {Slice[]}
 */
export function laneOf(lanes, domains, now) {
  const newest = sliceOf(now);
  const slices = [];
  for (const [begin, moved] of lanes) {
    const age = (newest - begin) / SLICE_SECONDS;
    if (age < 0 || age >= SLICE_COUNT) continue;
    let [sent, received] = [0, 0];
    for (const { n } of domains) {
      const bytes = moved.get(n);
      if (bytes === undefined) continue;
      sent += bytes[0];
      received += bytes[1];
    }
    if (sent > 0 || received > 0) slices.push({ age, sent, received });
  }
  return slices.sort((one, other) => one.age - other.age);
}

/** How high so many bytes are drawn: at least a pixel, so that nothing that moved is unseen. */
export function heightOf(bytes) {
  if (bytes <= 0) return 0;
  const share = (Math.log10(bytes) - LEAST_DECADE) / (MOST_DECADE - LEAST_DECADE);
  return Math.round(10 * Math.min(HALF, Math.max(1, share * HALF))) / 10;
}

/** Both sides as paths. @param {Slice[]} slices */
export function lanePaths(slices) {
  const bars = (bytesOf, sign) =>
    slices.map((slice) => {
      const height = heightOf(bytesOf(slice));
      if (height === 0) return "";
      const left = WIDTH - (slice.age + 1) * PIXELS_A_SLICE;
      return `M${left} ${HALF + sign * 0.5}v${sign * height}h${PIXELS_A_SLICE - GAP}v${-sign * height}z`;
    }).join("");
  return { down: bars(({ received }) => received, -1), up: bars(({ sent }) => sent, 1) };
}

/** @returns {{node: SVGElement, show: (slices: Slice[]) => void}} */
export function makeLane() {
  const down = svg("path", { class: "nm-spark-down" });
  const up = svg("path", { class: "nm-spark-up" });
  const line = svg("path", { class: "nm-spark-line", d: `M0 ${HALF}H${WIDTH}` });
  const size = { viewBox: `0 0 ${WIDTH} ${2 * HALF}`, preserveAspectRatio: "none", height: 2 * HALF };
  const node = svg("svg", { class: "nm-spark", ...size, "aria-hidden": "true" }, line, down, up);
  return {
    node,
    show(slices) {
      const paths = lanePaths(slices);
      setAttr(down, "d", paths.down || null);
      setAttr(up, "d", paths.up || null);
    },
  };
}
