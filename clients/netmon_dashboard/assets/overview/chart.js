/**
 * The throughput chart: download above a line, upload below it, one scale.
 *
 * What stands still (lines of the axis, labels) is one SVG; what belongs to a moment (areas, gaps, marks, selection,
 * crosshair) is another one on a layer of its own, which slides (slide.js).
 */

import { h, setAttr, setText, svg } from "../dom.js";
import { formatRate } from "../data/units.js";
import { MarkLayer } from "./mark_layer.js";
import { areaPath, linePath, xOf, yOf } from "./path.js";
import { bucketFor, gapsBetween, peaks, samplesSince, segments } from "./samples.js";
import { LiveAxis, axisLabel, axisLines } from "./scale.js";
import { Slide } from "./slide.js";
import { agoLabel } from "./time_window.js";

/** Pixels around the plot: marks above, times below, rates on the left where there is room for them. */
const ABOVE = 22;
const BELOW = 24;
const LEFT = 74;
/** Narrower charts write the rates into the plot. */
const ROOMY = 560;
/** So much older samples are drawn too. */
const SLIDE_SECONDS = 10;
/** How long a change of the axis takes, milliseconds. */
const STRETCH_MILLISECONDS = 260;

/**
 * @typedef {import("./path.js").Projection} Projection
 * @typedef {import("./scale.js").Axis} Axis
 * @typedef {import("./time_window.js").TimeWindow} TimeWindow
 */

export class Chart {
  /** @param {boolean} calm whether the viewer asked for less motion */
  constructor(calm) {
    this.calm = calm;
    this.axis = new LiveAxis();
    /** @type {Projection | null} */
    this.projection = null;
    /** @type {{from: number, to: number} | null} */
    this.span = null;
    this.width = 0;
    this.height = 0;
    this.drawnFor = "";
    this.#build();
    this.slide = new Slide(this.layer, calm);
  }

  #build() {
    this.grid = svg("g", { class: "nm-ov-grid" });
    this.labels = svg("g", { class: "nm-ov-labels" });
    this.still = svg("svg", { class: "nm-ov-still", role: "img", "aria-label": "Throughput" }, this.grid);
    this.texts = svg("svg", { class: "nm-ov-still", "aria-hidden": "true" }, this.labels);
    const stripes = svg("path", { d: "M-2 2L2 -2M0 8L8 0M6 10L10 6", class: "nm-ov-stripes" });
    const pattern = { id: "nm-ov-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse" };
    this.gaps = svg("g", { class: "nm-ov-gaps" });
    this.areaDown = svg("path", { class: "nm-ov-area nm-ov-fill-down" });
    this.areaUp = svg("path", { class: "nm-ov-area nm-ov-fill-up" });
    this.lineDown = svg("path", { class: "nm-ov-line nm-ov-stroke-down" });
    this.lineUp = svg("path", { class: "nm-ov-line nm-ov-stroke-up" });
    this.curves = svg("g", null, this.areaDown, this.areaUp, this.lineDown, this.lineUp);
    this.band = svg("rect", { class: "nm-ov-band", visibility: "hidden" });
    this.hair = svg("line", { class: "nm-ov-hair" });
    this.dotDown = svg("circle", { class: "nm-ov-dot nm-ov-fill-down", r: 4 });
    this.dotUp = svg("circle", { class: "nm-ov-dot nm-ov-fill-up", r: 4 });
    this.cross = svg("g", { visibility: "hidden" }, this.hair, this.dotDown, this.dotUp);
    this.marks = new MarkLayer();
    this.moving = svg(
      "svg",
      { class: "nm-ov-moving", "aria-hidden": "true" },
      svg("defs", null, svg("pattern", pattern, stripes)),
      this.gaps,
      this.curves,
      this.band,
      this.marks.element,
      this.cross,
    );
    this.layer = h("div", { class: "nm-ov-layer" }, this.moving);
    this.clip = h("div", { class: "nm-ov-clip" }, this.layer);
    this.notice = h("p", { class: "nm-ov-notice", hidden: true });
    this.element = h("div", { class: "nm-ov-chart" }, this.still, this.clip, this.texts, this.notice);
  }

  /** Take the size that the page gives. @returns {boolean} whether it is another one */
  resize(/** @type {number} */ width, /** @type {number} */ height) {
    if (width === this.width && height === this.height) return false;
    this.width = width;
    this.height = height;
    return true;
  }

  get left() {
    return this.width >= ROOMY ? LEFT : 0;
  }

  get plotWidth() {
    return Math.max(1, this.width - this.left);
  }

  get plotHeight() {
    return Math.max(1, this.height - ABOVE - BELOW);
  }

  /**
   * Draw the window that ends with the newest sample.
   *
   * @param {{series: readonly any[], marks: readonly any[], interval: number}} store
   * @param {TimeWindow} window
   * @param {"si" | "bit" | "iec"} units
   */
  draw(store, window, units) {
    if (this.width === 0) return;
    const newest = store.series.length > 0 ? store.series[store.series.length - 1].time : 0;
    const start = newest - window.seconds;
    const before = this.projection;
    const axis = this.#axisFor(peaks(samplesSince(store.series, start)), window, units, newest);
    const projection = this.#project(axis, window, newest);
    this.projection = projection;
    this.#drawFrame(axis, window, units);
    // A little more than the window: it is seen on the left while the layer slides.
    const samples = samplesSince(store.series, start - SLIDE_SECONDS);
    const runs = segments(samples, bucketFor(window.seconds, this.plotWidth * 2, store.interval));
    this.#drawCurves(runs);
    this.#drawGaps(gapsBetween(runs, start - SLIDE_SECONDS));
    this.marks.draw(store.marks, projection, start - SLIDE_SECONDS, this.plotHeight + ABOVE);
    this.showSpan(this.span);
    this.#stretch(before, projection);
    this.slide.follow(newest, projection.pixelsPerSecond);
  }

  #axisFor(/** @type {{received: number, sent: number}} */ peak, /** @type {TimeWindow} */ window, units, newest) {
    const drawnFor = `${window.key} ${units}`;
    if (drawnFor !== this.drawnFor) this.axis.reset(peak, newest);
    this.drawnFor = drawnFor;
    return this.axis.follow(peak, units, newest);
  }

  /** @returns {Projection} */
  #project(/** @type {Axis} */ axis, /** @type {TimeWindow} */ window, /** @type {number} */ newest) {
    const perStep = this.plotHeight / (axis.above + axis.below);
    return {
      origin: newest,
      right: this.plotWidth,
      pixelsPerSecond: this.plotWidth / window.seconds,
      zero: ABOVE + axis.above * perStep,
      pixelsPerRate: perStep / axis.step,
    };
  }

  #drawFrame(/** @type {Axis} */ axis, /** @type {TimeWindow} */ window, units) {
    const key = [axis.step, axis.above, axis.below, window.key, units, this.width, this.height].join(" ");
    if (this.frameKey === key) return;
    this.frameKey = key;
    for (const still of [this.still, this.texts]) {
      setAttr(still, "width", this.width);
      setAttr(still, "height", this.height);
    }
    setAttr(this.moving, "width", this.plotWidth);
    setAttr(this.moving, "height", this.height - BELOW);
    setAttr(this.clip, "style", `left:${this.left}px;width:${this.plotWidth}px;height:${this.height - BELOW + 1}px`);
    const lines = axisLines(axis).map(({ value }) => ({ value, y: Math.round(yOf(value, this.projection)) + 0.5 }));
    this.grid.replaceChildren(
      ...lines.map(({ value, y }) =>
        svg("line", { x1: this.left, x2: this.width, y1: y, y2: y, class: value === 0 ? "nm-ov-zero" : null }),
      ),
    );
    this.labels.replaceChildren(...lines.map((line) => this.#rateLabel(line, units)), ...this.#timeLabels(window));
  }

  #rateLabel({ value, y }, /** @type {"si" | "bit" | "iec"} */ units) {
    const text = value === 0 ? "0" : axisLabel(formatRate(Math.abs(value), units));
    const inside = this.left === 0;
    return svg(
      "text",
      { x: inside ? 2 : this.left - 8, y: inside ? y - 4 : y + 3.5, "text-anchor": inside ? "start" : "end" },
      text,
    );
  }

  #timeLabels(/** @type {TimeWindow} */ window) {
    return window.labels.map((seconds, index) => {
      const x = this.width - (seconds / window.seconds) * this.plotWidth;
      const anchor = seconds === 0 ? "end" : index === 0 ? "start" : "middle";
      return svg("text", { x, y: this.height - 6, "text-anchor": anchor }, agoLabel(seconds, window.seconds));
    });
  }

  #drawCurves(/** @type {import("./samples.js").Segment[]} */ runs) {
    const drawn = (make, direction) => runs.map((run) => make(run.points, direction, this.projection)).join("");
    setAttr(this.areaDown, "d", drawn(areaPath, "received"));
    setAttr(this.areaUp, "d", drawn(areaPath, "sent"));
    setAttr(this.lineDown, "d", drawn(linePath, "received"));
    setAttr(this.lineUp, "d", drawn(linePath, "sent"));
  }

  #drawGaps(/** @type {{from: number, to: number}[]} */ gaps) {
    while (this.gaps.childElementCount > gaps.length) this.gaps.lastElementChild?.remove();
    while (this.gaps.childElementCount < gaps.length) {
      this.gaps.append(svg("rect", { fill: "url(#nm-ov-hatch)" }));
    }
    gaps.forEach((gap, index) => this.#place(this.gaps.children[index], gap));
  }

  #place(/** @type {Element} */ rect, /** @type {{from: number, to: number}} */ span) {
    const from = xOf(span.from, this.projection);
    setAttr(rect, "x", from.toFixed(1));
    setAttr(rect, "width", Math.max(0, xOf(span.to, this.projection) - from).toFixed(1));
    setAttr(rect, "y", ABOVE);
    setAttr(rect, "height", this.plotHeight);
  }

  /** Let the curves grow into a new axis: both scales are linear, so one affine transform says where they were. */
  #stretch(/** @type {Projection | null} */ before, /** @type {Projection} */ after) {
    if (this.calm || !before || before.right !== after.right) return;
    const ratio = before.pixelsPerRate / after.pixelsPerRate;
    if (Math.abs(ratio - 1) < 0.001 && before.zero === after.zero) return;
    const from = `translateY(${before.zero - after.zero * ratio}px) scaleY(${ratio})`;
    this.curves.animate([{ transform: from }, { transform: "none" }], {
      duration: STRETCH_MILLISECONDS,
      easing: "ease-out",
    });
  }

  /** Mark a span of time, or none. @param {{from: number, to: number} | null} span */
  showSpan(span) {
    this.span = span;
    setAttr(this.band, "visibility", span ? null : "hidden");
    if (span && this.projection) this.#place(this.band, span);
  }

  /**
   * Put the crosshair on a moment, with dots where something was recorded, or take it away.
   *
   * @param {{time: number, received?: number, sent?: number} | null} point
   */
  showCross(point) {
    setAttr(this.cross, "visibility", point ? null : "hidden");
    if (!point || !this.projection) return;
    const x = xOf(point.time, this.projection).toFixed(1);
    setAttr(this.hair, "x1", x);
    setAttr(this.hair, "x2", x);
    setAttr(this.hair, "y1", ABOVE);
    setAttr(this.hair, "y2", ABOVE + this.plotHeight);
    this.#dot(this.dotDown, x, point.received);
    this.#dot(this.dotUp, x, point.sent === undefined ? undefined : -point.sent);
  }

  #dot(/** @type {Element} */ dot, /** @type {string} */ x, /** @type {number | undefined} */ rate) {
    setAttr(dot, "visibility", rate === undefined ? "hidden" : null);
    if (rate === undefined) return;
    setAttr(dot, "cx", x);
    setAttr(dot, "cy", yOf(rate, this.projection).toFixed(1));
  }

  /** Say something over the empty plot; "" takes it away. */
  say(/** @type {string} */ text) {
    setText(this.notice, text);
    setAttr(this.notice, "hidden", text === "");
  }

  /** How much time some pixels are, seconds. */
  secondsOf(/** @type {number} */ pixels) {
    return this.projection ? pixels / this.projection.pixelsPerSecond : 0;
  }

  /** The moment (Unix seconds) under a horizontal place within the element (pixels). */
  timeAt(/** @type {number} */ x) {
    if (!this.projection) return NaN;
    const { origin, right, pixelsPerSecond } = this.projection;
    return origin + (x - this.left - right - this.slide.offset()) / pixelsPerSecond;
  }

  /** Where a moment is drawn, pixels within the element: now, and at the end of the motion. */
  placeOf(/** @type {number} */ time) {
    const goal = this.projection ? this.left + xOf(time, this.projection) : NaN;
    return { x: goal + this.slide.offset(), goal };
  }
}
