/**
 * The component of the History page: bars, sums, and what is missing. Streamlit's page gives the figures as JSON, and
 * calls `mount` again on the same element with each new answer; a click goes back as the trigger "drill".
 */

import { store } from "../data/store.js";
import { cut, plain } from "../data/texts.js";
import { h } from "../dom.js";
import { adopt } from "../frame/styles.js";
import { Bars } from "./bars.js";
import { shown } from "./shown.js";
import { sumsTable } from "./table.js";
import { gapWords, knownZone, spanName } from "./words.js";

const MOST_GAPS = 8;
/** @type {WeakMap<ShadowRoot, HistoryChart>} */
const charts = new WeakMap();

/** @param {{parentElement: ShadowRoot, data: {figures: string}, setTriggerValue: (name: string, value: object) => void}} component */
export function mount(component) {
  let chart = charts.get(component.parentElement);
  if (chart === undefined || chart.isDestroyed) {
    chart = new HistoryChart(component.parentElement);
    charts.set(component.parentElement, chart);
  }
  chart.show(component);
  return () => chart.destroy();
}

class HistoryChart {
  constructor(shadow) {
    this.isDestroyed = false;
    this.bars = new Bars({ onbucket: ({ start, end }) => this.#drill({ since: start, until: end }) });
    this.root = h("section", { class: "nm-root nm-hi", "aria-label": "Usage", hidden: true });
    shadow.append(this.root);
    this.unsubscribe = store.subscribe((kind) => kind === "view" && this.#draw());
    this.sized = new ResizeObserver(() => this.#resized());
    this.sized.observe(this.root);
    this.ready = adopt(shadow, ["frame.css", "history.css"]).then(() => {
      this.root.hidden = this.isDestroyed;
      this.#draw();
    });
  }

  show(component) {
    this.component = component;
    this.figures = JSON.parse(component.data.figures);
    const { command, socket } = this.figures;
    Object.assign(shown, { command, socket });
    this.#draw();
  }

  destroy() {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    shown.command = null;
    this.sized.disconnect();
    this.unsubscribe();
    this.root.remove();
  }

  #drill(what) {
    this.component.setTriggerValue("drill", what);
  }

  #resized() {
    if (this.root.clientWidth !== this.width) this.#draw();
  }

  #draw() {
    const given = this.figures;
    if (!given || this.root.hidden) return;
    const figures = store.view.hideNames && given.group === "domain" ? withoutNames(given) : withPlainNames(given);
    this.width = this.root.clientWidth;
    const looks = { units: store.view.units === "iec" ? "iec" : "si", zone: knownZone(figures.zone) };
    const note = emptyNote(figures);
    const parts = [summary(figures, looks.zone), note, this.bars.element, legend(figures), missing(figures, looks.zone)];
    if (figures.series.length > 0) {
      parts.push(sumsTable(figures, looks.units, ({ value }) => this.#drill({ value })));
    }
    const { focused } = this.bars; // before they are taken out
    this.root.replaceChildren(...parts.filter(Boolean));
    this.bars.draw(figures, looks, focused);
  }
}

/** Names as every page shows them: without signs that turn or hide what stands beside them, and no longer than a line. */
function withPlainNames(figures) {
  return { ...figures, series: figures.series.map((one) => ({ ...one, name: cut(plain(one.name)) })) };
}

/** Domains are hidden in this tab: numbers stand for them, and a press would write one into the filter. */
function withoutNames(figures) {
  const series = figures.series.map((one, index) => ({ ...one, name: `Hidden ${index + 1}`, value: "" }));
  return { ...figures, series };
}

function summary(figures, zone) {
  const span = spanName(figures.since, Math.min(figures.until, figures.now), zone);
  const text = figures.zone ? `${span}, ${figures.zone}` : span;
  const before = figures.compare && figures.previousSpan[0] !== null;
  const known = figures.previous === null ? "nothing is known of" : "dashed:";
  return h(
    "p",
    { class: "nm-hi-summary nm-dim" },
    text,
    before ? ` · ${known} ${spanName(figures.previousSpan[0], figures.previousSpan[1], zone)}` : "",
    figures.canZoom ? " · a bar opens its time, a name shows it alone" : " · a name shows it alone",
  );
}

function emptyNote(figures) {
  if (figures.series.length > 0) return null;
  const [title, text] = figures.isEmpty
    ? ["Nothing is recorded yet", "The recorder writes each minute; the first bar comes with the first traffic that it sees."]
    : figures.isFiltered
      ? ["Nothing matches", "History has nothing in this range that fits the filter."]
      : ["No traffic in this range", "What is hatched was not recorded; the rest was quiet."];
  return h("div", { class: "nm-hi-empty", role: "status" }, h("strong", null, title), h("span", null, text));
}

function legend(figures) {
  const items = [];
  const running = figures.buckets.some((bucket) => bucket.running && bucket.total !== null);
  if (running) items.push(h("span", null, h("i", { class: "nm-hi-dot nm-hi-c0 nm-hi-running" }), "lighter: so far"));
  const hatched = figures.gaps.some(({ partial }) => !partial) || figures.buckets.some(({ total }) => total === null);
  if (hatched) items.push(h("span", null, h("i", { class: "nm-hi-dot nm-hi-hatched" }), "hatched: nothing was recorded"));
  if (figures.previous !== null) items.push(h("span", null, h("i", { class: "nm-hi-dash" }), "dashed: the period before"));
  return items.length > 0 ? h("p", { class: "nm-hi-legend nm-dim" }, items) : null;
}

/** What is missing in words, the newest first. */
function missing(figures, zone) {
  if (figures.gaps.length === 0) return null;
  const newest = figures.gaps.slice(-MOST_GAPS).reverse();
  const lines = newest.map(({ since, until, text, dropped }) => {
    const span = until === null ? `since ${spanName(since, figures.now, zone).split(" – ")[0]}` : spanName(since, until, zone);
    return h("li", null, `${span}: ${text}${dropped > 0 ? ` (${dropped.toLocaleString("en-GB")} packets)` : ""}`);
  });
  const [title, earlier] = gapWords(figures.gapCount, newest.length);
  const more = earlier === "" ? null : h("li", null, earlier);
  return h("details", { class: "nm-hi-gaps" }, h("summary", null, title), h("ul", null, lines, more));
}
