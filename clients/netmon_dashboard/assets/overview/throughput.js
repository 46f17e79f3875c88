/** The panel of the chart: windows, crosshair with its tooltip, and the span that was chosen by dragging. */

import { isWithoutPackets } from "../data/degraded.js";
import { h, setAttr } from "../dom.js";
import { formatRate } from "../data/units.js";
import { Chart } from "./chart.js";
import { emptyWords } from "./facts.js";
import { MomentPad } from "./moment.js";
import { rates, sampleAt, samplesSince, under } from "./samples.js";
import { WINDOWS, clockTime, wholeSamples, windowNamed } from "./time_window.js";
import { Tooltip } from "./tooltip.js";

/** How often readers may hear of new values, seconds. */
const SUMMARY_SECONDS = 15;

/** An event this near to the pointer is meant. */
const MARK_PIXELS = 8;

/** The window that was looked at last in this document: it is found again when one comes back to the page. */
let lastWindow = WINDOWS[0].key;

/** @typedef {{from: number, to: number}} Span */

export class Throughput {
  /**
   * @param {any} context
   * @param {boolean} calm
   * @param {(span: Span | null) => void} onspan a span was chosen, or none
   */
  constructor(context, calm, onspan) {
    this.store = context.store;
    this.context = context;
    this.onspan = onspan;
    this.window = windowNamed(context.params.get("window") ?? lastWindow);
    if (this.window !== WINDOWS[0]) context.setParams({ window: this.window.key });
    this.chart = new Chart(calm);
    this.tip = new Tooltip();
    /** Where the crosshair is: the end of a sample, or a time within a gap. @type {number | null} */
    this.moment = null;
    /** @type {Span | null} */
    this.span = null;
    /** Where a span that is being chosen by keys began. @type {number | null} */
    this.anchor = null;
    this.saidAt = -Infinity;
    this.pad = new MomentPad((x) => this.chart.timeAt(x), this.#events());
    this.chart.element.append(this.pad.element, this.tip.element);
    this.element = this.#build();
    this.observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (this.chart.resize(Math.round(width), Math.round(height))) this.update();
    });
    this.observer.observe(this.chart.element);
  }

  #build() {
    this.buttons = WINDOWS.map((one) =>
      h("button", { type: "button", class: "nm-ov-window", onclick: () => this.choose(one) }, one.name),
    );
    this.#press();
    const key = (direction, name) =>
      h("span", { class: "nm-ov-legend" }, h("span", { class: `nm-ov-key nm-ov-ground-${direction}` }), name);
    return h(
      "section",
      { class: "nm-ov-panel nm-ov-throughput", "aria-label": "Throughput" },
      h(
        "div",
        { class: "nm-ov-head" },
        h("h2", { class: "nm-ov-title" }, "Throughput"),
        h("span", { class: "nm-ov-legends" }, key("down", "download"), key("up", "upload, below the line")),
        h("span", { class: "nm-ov-windows", role: "group", "aria-label": "Time shown" }, this.buttons),
      ),
      this.chart.element,
    );
  }

  #press() {
    WINDOWS.forEach((one, index) => setAttr(this.buttons[index], "aria-pressed", String(one === this.window)));
  }

  choose(/** @type {import("./time_window.js").TimeWindow} */ window) {
    this.window = window;
    lastWindow = window.key;
    this.context.setParams({ window: window === WINDOWS[0] ? null : window.key });
    this.#press();
    this.update();
  }

  /** Back and forward may have changed the window. */
  followAddress() {
    this.window = windowNamed(this.context.params.get("window"));
    this.#press();
  }

  /** Draw what the store holds now. */
  update() {
    const { store, window } = this;
    this.chart.draw(store, window, store.view.units);
    const newest = store.series.length > 0 ? store.series[store.series.length - 1].time : 0;
    const shown = samplesSince(store.series, newest - window.seconds);
    this.chart.say(
      emptyWords({
        hasData: store.sequence > 0 || store.series.length > 0,
        isCounted: !isWithoutPackets(store.hello),
        samples: shown,
        totals: store.totals,
        windowName: window.name,
      }),
    );
    this.#summarise(newest);
    this.#showMoment();
  }

  /** What readers of the page hear of the chart: rarely, a figure a second would be noise. */
  #summarise(/** @type {number} */ newest) {
    const { headline, view } = this.store;
    const form = `${this.window.key} ${view.units}`;
    if (newest - this.saidAt < SUMMARY_SECONDS && form === this.saidForm) return;
    this.saidAt = newest;
    this.saidForm = form;
    const down = formatRate(headline.receivedRate, view.units);
    const up = formatRate(headline.sentRate, view.units);
    setAttr(
      this.chart.still,
      "aria-label",
      `Throughput of the last ${this.window.name}: download ${down}, upload ${up} now`,
    );
  }

  #events() {
    return {
      onmoment: (time) => this.#lookAt(time),
      ondrag: (one, other) => this.#drag(one, other),
      onspan: (one, other) => this.#select(one, other),
      onclick: () => this.clearSpan(),
      oncancel: () => this.chart.showSpan(this.span),
      onstep: (steps, widens) => this.#step(steps, widens),
      onescape: () => (this.span ? this.clearSpan() : this.#lookAt(null)),
    };
  }

  #lookAt(/** @type {number | null} */ time) {
    this.moment = time;
    this.anchor = null;
    this.#showMoment();
  }

  /** The crosshair stays with its moment until that has left the window. */
  #showMoment() {
    const { series, marks, view } = this.store;
    const reach = this.chart.secondsOf(MARK_PIXELS);
    const found = this.moment === null ? null : under(series, marks, this.moment, reach);
    const newest = found ? series[series.length - 1].time : 0;
    if (!found || found.time < newest - this.window.seconds) {
      this.moment = null;
      this.chart.showCross(null);
      this.tip.hide();
      this.pad.describe(this.window.seconds, 0, "no moment chosen");
      return;
    }
    this.moment = found.time;
    const point = found.sample && rates(found.sample);
    this.chart.showCross(point ?? { time: found.time });
    if (found.sample) this.tip.showSample(found.sample, found.marks, view.units);
    else this.tip.showGap(found.time, found.marks);
    this.#placeTip(found.time);
    const figures = point
      ? `download ${formatRate(point.received, view.units)}, upload ${formatRate(point.sent, view.units)}`
      : "nothing was recorded";
    const events = found.marks.map((mark) => `. ${mark.text}`).join("");
    this.pad.describe(this.window.seconds, newest - found.time, `${clockTime(found.time)}: ${figures}${events}`);
  }

  #placeTip(/** @type {number} */ time) {
    const { x, goal } = this.chart.placeOf(time);
    this.tip.place(x, goal, this.chart.width);
  }

  #step(/** @type {number | "first" | "last"} */ steps, /** @type {boolean} */ widens) {
    const { series } = this.store;
    if (series.length === 0) return;
    const last = series.length - 1;
    const first = Math.min(last, series.findIndex((one) => one.time > series[last].time - this.window.seconds));
    const now = this.moment === null ? -1 : sampleAt(series, this.moment);
    let next = now < 0 ? last : now + (typeof steps === "number" ? steps : 0);
    if (steps === "first") next = first;
    if (steps === "last") next = last;
    next = Math.max(first, Math.min(last, next));
    const anchor = widens ? (this.anchor ?? this.moment ?? series[next].time) : null;
    this.moment = series[next].time;
    this.anchor = anchor;
    if (anchor !== null) this.#select(anchor, this.moment);
    this.#showMoment();
  }

  #drag(/** @type {number} */ one, /** @type {number} */ other) {
    const span = wholeSamples(this.store.series, one, other);
    this.chart.showSpan(span);
    this.moment = null;
    this.chart.showCross(null);
    if (!span) {
      this.tip.hide();
      return;
    }
    const sum = { ...span, received: 0, sent: 0 };
    for (const sample of this.store.series) {
      if (sample.time <= span.from || sample.time > span.to) continue;
      sum.received += sample.received;
      sum.sent += sample.sent;
    }
    this.tip.showSpan(sum, this.store.view.units);
    this.#placeTip(other);
  }

  #select(/** @type {number} */ one, /** @type {number} */ other) {
    if (one === other) return;
    this.tip.hide();
    this.setSpan(wholeSamples(this.store.series, one, other));
  }

  clearSpan() {
    if (this.span) this.setSpan(null);
  }

  setSpan(/** @type {Span | null} */ span) {
    this.span = span;
    this.chart.showSpan(span);
    this.onspan(span);
  }

  destroy() {
    this.observer.disconnect();
    this.tip.destroy();
    this.chart.slide.stop();
  }
}
