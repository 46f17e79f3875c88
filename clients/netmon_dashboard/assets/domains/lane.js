/**
 * @file What moved with a domain in the last five minutes, as a lane: download above its line, upload below it. Left of
 * it, where there is a recorder, stands the day before, see older_lane.js.
 */

import { LANE_SECONDS, SLICE_SECONDS, sliceOf } from "../data/domains.js";
import { h, setAttr, svg } from "../dom.js";

export const SLICE_COUNT = LANE_SECONDS / SLICE_SECONDS;
export const HALF = 11;
/** Width of the picture of the day before, in its own pixels: one is a quarter of an hour. */
export const OLDER_WIDTH = 96;
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

/** @typedef {{down: string, up: string, gaps?: string}} Paths */

/** @returns {{node: HTMLElement, show: (slices: Slice[], older: Paths|null) => void}} */
export function makeLane() {
  const live = picture("nm-lane-live", WIDTH);
  const past = picture("nm-lane-past", OLDER_WIDTH);
  const gaps = svg("path", { class: "nm-lane-gap" });
  past.node.prepend(gaps);
  return {
    node: h("span", { class: "nm-lane", "aria-hidden": "true" }, past.node, live.node),
    show(slices, older) {
      live.show(lanePaths(slices));
      past.node.style.display = older === null ? "none" : ""; // SVG has no "hidden"
      if (older === null) return;
      past.show(older);
      setAttr(gaps, "d", older.gaps || null);
    },
  };
}

function picture(kind, width) {
  const down = svg("path", { class: "nm-spark-down" });
  const up = svg("path", { class: "nm-spark-up" });
  const line = svg("path", { class: "nm-spark-line", d: `M0 ${HALF}H${width}` });
  const size = { viewBox: `0 0 ${width} ${2 * HALF}`, preserveAspectRatio: "none", height: 2 * HALF };
  return {
    node: svg("svg", { class: `nm-spark ${kind}`, ...size }, line, down, up),
    show(/** @type {Paths} */ paths) {
      setAttr(down, "d", paths.down || null);
      setAttr(up, "d", paths.up || null);
    },
  };
}
