/** The box beside the crosshair: one moment in both units, with the applications that made it. */

import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { formatBytes, formatRate } from "../data/units.js";
import { clockTime } from "./time_window.js";

const TOP = 3;
/** Between the crosshair and the box, pixels. */
const APART = 14;

/** The unit that is not on the axis: bits beside bytes, bytes beside bits. @param {"si" | "bit" | "iec"} units */
export function otherUnits(units) {
  return units === "bit" ? "si" : "bit";
}

export class Tooltip {
  constructor() {
    this.time = h("div", { class: "nm-ov-tip-time" });
    this.down = figure("down", "↓");
    this.up = figure("up", "↑");
    this.apps = Array.from({ length: TOP }, () => {
      const row = { name: h("span", { class: "nm-ov-tip-name" }), down: h("span"), up: h("span") };
      return { ...row, element: h("div", { class: "nm-ov-tip-app" }, row.name, row.down, row.up) };
    });
    this.events = h("div", { class: "nm-ov-tip-events" });
    const figures = h("div", { class: "nm-ov-tip-figures" }, this.down.element, this.up.element);
    const list = h("div", { class: "nm-ov-tip-apps" }, ...this.apps.map((row) => row.element));
    this.element = h("div", { class: "nm-ov-tip", hidden: true }, this.time, figures, list, this.events);
    this.isLeft = false;
    this.size = { width: 0, height: 0 };
    this.sizes = new ResizeObserver(([entry]) => {
      const [box] = entry.borderBoxSize;
      this.size = { width: box.inlineSize, height: box.blockSize };
    });
    this.sizes.observe(this.element);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /**
   * One sample.
   *
   * @param {import("../data/types.js").Point} sample
   * @param {readonly {text: string}[]} marks
   * @param {"si" | "bit" | "iec"} units
   */
  showSample(sample, marks, units) {
    const seconds = sample.interval > 0 ? sample.interval : 1;
    setText(this.time, clockTime(sample.time));
    this.#figures(true);
    this.#figure(this.down, sample.received / seconds, units);
    this.#figure(this.up, sample.sent / seconds, units);
    this.apps.forEach((row, index) => {
      const app = sample.top[index];
      setAttr(row.element, "hidden", !app);
      if (!app) return;
      setText(row.name, cut(plain(app.name)) || "ended since");
      setText(row.down, `↓ ${formatRate(app.received / seconds, units)}`);
      setText(row.up, `↑ ${formatRate(app.sent / seconds, units)}`);
    });
    this.#events(marks);
    this.#open();
  }

  /** A moment of which nothing is known. @param {number} time @param {readonly {text: string}[]} marks */
  showGap(time, marks) {
    setText(this.time, clockTime(time));
    this.#figures(false);
    this.#events([{ text: "Nothing was recorded here." }, ...marks]);
    this.#open();
  }

  /** A span that is being dragged. @param {{from: number, to: number, received: number, sent: number}} span */
  showSpan(span, /** @type {"si" | "bit" | "iec"} */ units) {
    const seconds = span.to - span.from;
    setText(this.time, `${clockTime(span.from)} – ${clockTime(span.to)} · ${Math.round(seconds * 10) / 10} s`);
    const bytes = units === "iec" ? "iec" : "si";
    this.#figures(true);
    setText(this.down.rate, formatBytes(span.received, bytes));
    setText(this.down.other, `ø ${formatRate(span.received / seconds, units)}`);
    setText(this.up.rate, formatBytes(span.sent, bytes));
    setText(this.up.other, `ø ${formatRate(span.sent / seconds, units)}`);
    for (const row of this.apps) setAttr(row.element, "hidden", true);
    this.#events([]);
    this.#open();
  }

  #figures(/** @type {boolean} */ are) {
    setAttr(this.down.element, "hidden", !are);
    setAttr(this.up.element, "hidden", !are);
    if (!are) for (const row of this.apps) setAttr(row.element, "hidden", true);
  }

  #figure(/** @type {ReturnType<typeof figure>} */ line, /** @type {number} */ rate, units) {
    setText(line.rate, formatRate(rate, units));
    setText(line.other, formatRate(rate, otherUnits(units)));
  }

  #events(/** @type {readonly {text: string}[]} */ marks) {
    setText(this.events, marks.map((mark) => mark.text).join("\n"));
    setAttr(this.events, "hidden", marks.length === 0);
  }

  #open() {
    setAttr(this.element, "hidden", false);
  }

  hide() {
    setAttr(this.element, "hidden", true);
    this.placed = undefined;
  }

  /**
   * Stand beside a place that moves to the left until the next sample. The side changes only when the box would leave
   * the chart.
   *
   * @param {number} x pixels within the chart, now
   * @param {number} goal the same, at the end of the motion
   * @param {number} width of the chart
   */
  place(x, goal, width) {
    const needed = this.size.width + APART;
    if (this.isLeft && goal - needed < 0) this.isLeft = false;
    else if (!this.isLeft && x + needed > width) this.isLeft = goal - needed >= 0;
    const wanted = this.isLeft ? goal - needed : x + APART;
    const left = Math.round(Math.max(0, Math.min(wanted, width - this.size.width)));
    if (left === this.placed) return;
    const atOnce = this.placed === undefined ? "transition:none;" : ""; // it was hidden: it does not fly in
    setAttr(this.element, "style", `${atOnce}transform:translateX(${left}px)`);
    this.placed = left;
  }
}

function figure(/** @type {string} */ direction, /** @type {string} */ arrow) {
  const rate = h("span", { class: "nm-ov-tip-rate" });
  const other = h("span", { class: "nm-ov-tip-other" });
  const element = h("div", { class: `nm-ov-tip-figure nm-ov-text-${direction}` }, h("span", null, arrow), rate, other);
  return { element, rate, other };
}
