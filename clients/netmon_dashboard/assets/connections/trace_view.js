/** @file The last 60 s of one connection as a picture: download above, upload below one line, as on the overview. */

import { h, setAttr, setText, svg } from "../dom.js";
import { rateText } from "../data/texts.js";
import { areaPath, peaks, scaleEnd, Trace, TRACE_SECONDS } from "../data/trace.js";

const WIDTH = 360;
const HALF = 44;
const GAP = 2;

export class TraceView {
  constructor() {
    this.trace = new Trace();
    this.top = h("span", { class: "nm-trace-scale nm-num" });
    this.bottom = h("span", { class: "nm-trace-scale nm-num" });
    this.down = svg("path", { class: "nm-trace-down" });
    this.up = svg("path", { class: "nm-trace-up" });
    const base = svg("path", { class: "nm-trace-base", d: `M0 ${HALF}H${WIDTH}` });
    const canvas = { viewBox: `0 0 ${WIDTH} ${2 * HALF}`, preserveAspectRatio: "none", class: "nm-trace-picture" };
    this.picture = svg("svg", { ...canvas, role: "img" }, base, this.down, this.up);
    const begin = h("span", null, `−${TRACE_SECONDS} s`);
    const axis = h("figcaption", { class: "nm-trace-axis nm-dim nm-num" }, begin, h("span", null, "now"));
    this.element = h("figure", { class: "nm-trace" }, this.top, this.picture, this.bottom, axis);
  }

  load(points) {
    this.trace.load(points);
  }

  /** @param {import("../data/trace.js").Point} point */
  add(point) {
    this.trace.add(point);
  }

  /** @param {number} now time of the newest data @param {import("../data/texts.js").Look} look */
  draw(now, look) {
    const points = this.trace.points.filter(({ time }) => time > now - TRACE_SECONDS);
    const most = peaks(points);
    const ends = { received: scaleEnd(most.received), sent: scaleEnd(most.sent) };
    const above = { now, width: WIDTH, base: HALF - GAP / 2, height: HALF - GAP };
    const below = { now, width: WIDTH, base: HALF + GAP / 2, height: GAP - HALF };
    setAttr(this.down, "d", areaPath(points, "received", above, ends.received));
    setAttr(this.up, "d", areaPath(points, "sent", below, ends.sent));
    setText(this.top, most.received > 0 ? `↓ to ${rateText(ends.received, look)}` : "↓ nothing");
    setText(this.bottom, most.sent > 0 ? `↑ to ${rateText(ends.sent, look)}` : "↑ nothing");
    const said = `download at most ${rateText(most.received, look)}, upload at most ${rateText(most.sent, look)}`;
    setAttr(this.picture, "aria-label", `Last ${TRACE_SECONDS} s: ${said}`);
  }
}
