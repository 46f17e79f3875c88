/** @file The stacked bars of history as SVG: hatched where nothing was recorded, lighter where the bucket still runs. */

import { formatBytes } from "../data/units.js";
import { h, svg } from "../dom.js";
import { labelled, layOut, nearest } from "./layout.js";
import { axisTime, bucketName, changeText } from "./words.js";

const HEIGHT = 260;
const LEFT = 64;
const TOP = 10;
const BOTTOM = 24;
const LABEL_WIDTH = 64;
const TOOLTIP_ROWS = 6;
export const COLOURS = 10;

/** The class that colours a series; the rest is -1. */
export function colourOf(series) {
  return series < 0 ? "nm-hi-rest" : `nm-hi-c${series % COLOURS}`;
}

export class Bars {
  /** @param {{onbucket: (bucket: object) => void}} parts */
  constructor({ onbucket }) {
    this.onbucket = onbucket;
    this.tip = h("div", { class: "nm-hi-tip", hidden: true });
    this.plot = h("div", { class: "nm-hi-plot" });
    this.element = h("div", { class: "nm-hi-chart" }, this.plot, this.tip);
    this.element.addEventListener("pointerleave", () => this.#hide());
  }

  /** When the bucket begins whose column has the focus; null: none has. */
  get focused() {
    const column = this.plot.querySelector(".nm-hi-column:focus");
    return column === null ? null : Number(column.dataset.start);
  }

  /**
   * @param {object} figures @param {{units: "si"|"iec", zone: string|undefined}} looks
   * @param {number|null} focused where the focus was before; it would fall to the page's start with its column
   */
  draw(figures, looks, focused = null) {
    const width = Math.max(this.element.clientWidth, 200);
    const plotWidth = width - LEFT - 4;
    const plan = layOut(figures, { width: plotWidth, height: HEIGHT, units: looks.units });
    const groups = [hatching(), this.#grid(plan, plotWidth, looks.units), this.#hatches(plan), this.#bars(plan, figures)];
    groups.push(beforeLines(plan), this.#labels(plan, figures, looks), this.#touch(plan, figures, looks));
    const drawing = svg("g", { transform: `translate(${LEFT} ${TOP})` }, groups);
    const label = `Bytes by ${figures.by}, ${figures.buckets.length} bars; the table below has the sums`;
    const all = { class: "nm-hi-svg", width, height: HEIGHT + TOP + BOTTOM, role: "group", "aria-label": label };
    this.plot.replaceChildren(svg("svg", all, drawing));
    this.#hide();
    if (focused === null) return;
    const columns = this.plot.querySelectorAll(".nm-hi-column");
    columns[nearest(figures.buckets, focused)]?.focus({ preventScroll: true });
  }

  #grid(plan, width, units) {
    return svg(
      "g",
      { class: "nm-hi-grid", "aria-hidden": "true" },
      plan.ticks.map((bytes) => [
        svg("line", { x1: 0, x2: width, y1: plan.y(bytes), y2: plan.y(bytes) }),
        svg("text", { x: -8, y: plan.y(bytes) + 4, "text-anchor": "end" }, bytes === 0 ? "0" : formatBytes(bytes, units)),
      ]),
    );
  }

  #hatches(plan) {
    const one = ({ left, width }) =>
      svg("rect", { class: "nm-hi-hatch", x: left, y: 0, width, height: HEIGHT, fill: "url(#nm-hi-lines)" });
    return svg("g", { "aria-hidden": "true" }, plan.hatches.map(one));
  }

  #bars(plan, figures) {
    const one = ({ series, bucket, top, height }) => {
      const { barLeft, bar } = plan.places[bucket];
      const look = figures.buckets[bucket].running ? " nm-hi-running" : "";
      return svg("rect", { class: `${colourOf(series)}${look}`, x: barLeft, y: top, width: bar, height: Math.max(height, 0.5) });
    };
    return svg("g", { class: "nm-hi-bars", "aria-hidden": "true" }, plan.bars.map(one));
  }

  #labels(plan, figures, { zone }) {
    const texts = labelled(plan.places, LABEL_WIDTH).map((index) => {
      const { left, width } = plan.places[index];
      const middle = figures.by === "hour" || figures.by === "minute" ? left : left + width / 2;
      const at = { x: middle, y: HEIGHT + 17, "text-anchor": index === 0 && middle < 20 ? "start" : "middle" };
      return svg("text", at, axisTime(figures.buckets[index].start, figures.by, zone));
    });
    return svg("g", { class: "nm-hi-axis", "aria-hidden": "true" }, texts);
  }

  /** Columns over the bars, one a bucket: they take the pointer, the focus and the click. */
  #touch(plan, figures, looks) {
    const columns = figures.buckets.map((bucket, index) => {
      const { left, width } = plan.places[index];
      const column = svg("rect", {
        class: "nm-hi-column",
        x: left,
        y: 0,
        width: Math.max(width, 1),
        height: HEIGHT,
        tabindex: index === figures.buckets.length - 1 ? "0" : "-1",
        role: figures.canZoom ? "button" : "img",
        "aria-label": this.#spoken(bucket, figures, looks),
        dataset: { start: String(bucket.start) },
      });
      const show = () => this.#show(index, plan, figures, looks);
      column.addEventListener("pointerenter", show);
      column.addEventListener("focus", show);
      column.addEventListener("blur", () => this.#hide());
      column.addEventListener("keydown", (event) => this.#pressed(event, bucket, figures));
      if (figures.canZoom) column.addEventListener("click", () => this.onbucket(bucket));
      return column;
    });
    return svg("g", null, columns);
  }

  #pressed(event, bucket, figures) {
    if ((event.key === "Enter" || event.key === " ") && figures.canZoom) this.onbucket(bucket);
    else if (event.key === "ArrowLeft") event.target.previousElementSibling?.focus();
    else if (event.key === "ArrowRight") event.target.nextElementSibling?.focus();
    else if (event.key === "Escape") this.#hide();
    else return;
    event.preventDefault();
  }

  #spoken(bucket, figures, { units, zone }) {
    return `${bucketName(bucket, figures.by, zone)}: ${saidOf(bucket, units)}${figures.canZoom ? "; opens it" : ""}`;
  }

  #show(index, plan, figures, { units, zone }) {
    const bucket = figures.buckets[index];
    const lines = [h("strong", null, bucketName(bucket, figures.by, zone)), h("span", null, saidOf(bucket, units))];
    if (figures.compare && bucket.total !== null && bucket.previous !== null) {
      const [now, before] = [bucket.total[0] + bucket.total[1], bucket.previous[0] + bucket.previous[1]];
      lines.push(h("span", { class: "nm-dim" }, `before: ${formatBytes(before, units)} (${changeText(now, before)})`));
    }
    this.tip.replaceChildren(...lines, h("ul", null, partsOf(figures, index).map((part) => partLine(part, units))));
    this.tip.hidden = false;
    const { left, width } = plan.places[index];
    const middle = LEFT + left + width / 2;
    const space = this.element.clientWidth - this.tip.offsetWidth;
    const wanted = middle + 14 > space ? middle - 14 - this.tip.offsetWidth : middle + 14;
    this.tip.style.left = `${Math.max(0, Math.min(space, wanted))}px`;
  }

  #hide() {
    this.tip.hidden = true;
  }
}

function saidOf({ total, lower, running, recorded, start, end }, units) {
  if (total === null) return "nothing was recorded";
  const part = recorded > 0 && !running && recorded < (end - start) * 0.995 ? `, ${Math.round((recorded / (end - start)) * 100)} % of it recorded` : "";
  const sums = `↓ ${formatBytes(total[1], units)}  ↑ ${formatBytes(total[0], units)}`;
  return `${lower ? "at least " : ""}${sums}${running ? " so far" : ""}${part}`;
}

function partsOf(figures, bucket) {
  const all = figures.series.map(({ name, points }, series) => ({ name, series, points }));
  if (figures.rest) all.push({ name: "the rest", series: -1, points: figures.rest.points });
  return all
    .map(({ name, series, points }) => {
      const point = points.find(([index]) => index === bucket);
      return { name, series, bytes: point === undefined ? 0 : point[1] + point[2] };
    })
    .filter(({ bytes }) => bytes > 0)
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, TOOLTIP_ROWS);
}

function partLine({ name, series, bytes }, units) {
  const dot = h("i", { class: `nm-hi-dot ${colourOf(series)}`, "aria-hidden": "true" });
  return h("li", null, dot, h("bdi", { class: "nm-hi-name" }, name), h("span", { class: "nm-num" }, formatBytes(bytes, units)));
}

function beforeLines(plan) {
  const one = ({ left, right, top }) => svg("line", { x1: left, x2: right, y1: top, y2: top });
  return svg("g", { class: "nm-hi-before", "aria-hidden": "true" }, plan.before.map(one));
}

function hatching() {
  const look = { id: "nm-hi-lines", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const line = svg("line", { class: "nm-hi-line", x1: 0, y1: 0, x2: 0, y2: 7 });
  return svg("defs", null, svg("pattern", look, line));
}
