/** @file The last 60 s of an application as a small picture: download above the line, upload below it, at one scale. */

import { areaPath, peaks } from "../data/trace.js";
import { setAttr, svg } from "../dom.js";

export const WIDTH = 96;
const ABOVE = 14;
const BELOW = 9;
const HEIGHT = ABOVE + BELOW + 1;

/**
 * Both areas as paths. The scale is the picture's own: the higher peak fills its side.
 * @param {import("../data/types.js").Sample[]} samples @param {number} now
 */
export function sparkPaths(samples, now) {
  const most = peaks(samples);
  const bytesAPixel = Math.max(most.received / ABOVE, most.sent / BELOW);
  if (bytesAPixel === 0) return { down: "", up: "" };
  const place = { now, width: WIDTH, base: ABOVE + 0.5 };
  return {
    down: areaPath(samples, "received", { ...place, height: ABOVE }, bytesAPixel * ABOVE),
    up: areaPath(samples, "sent", { ...place, height: -BELOW }, bytesAPixel * BELOW),
  };
}

/** @returns {{node: SVGElement, show: (samples: import("../data/types.js").Sample[], now: number) => void}} */
export function makeSpark() {
  const down = svg("path", { class: "nm-spark-down" });
  const up = svg("path", { class: "nm-spark-up" });
  const line = svg("path", { class: "nm-spark-line", d: `M0 ${ABOVE + 0.5}H${WIDTH}` });
  const node = svg("svg", { class: "nm-spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", height: HEIGHT, "aria-hidden": "true" }, line, down, up);
  let isEmpty = true;
  return {
    node,
    show(samples, now) {
      if (samples.length === 0 && isEmpty) return;
      const paths = sparkPaths(samples, now);
      isEmpty = paths.down === "" && paths.up === "";
      setAttr(down, "d", paths.down || null);
      setAttr(up, "d", paths.up || null);
    },
  };
}
