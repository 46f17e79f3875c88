/** The four cards at the top: download, upload, connections, the busiest application. */

import { tile, updateTile } from "../widgets/tile.js";
import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { formatCount, formatRate } from "../data/units.js";
import { Glide } from "../frame/glide.js";
import { otherUnits } from "./tooltip.js";

/**
 * @typedef {object} CardFigures
 * @property {boolean} isCounted false: no packets are captured, so that nobody knows of bytes
 * @property {{sentRate: number, receivedRate: number}} headline bytes a second
 * @property {{received: number, sent: number}} peaks of the last 60 s, bytes a second
 * @property {number} active connections
 * @property {number} listening sockets
 * @property {number} applications with connections
 * @property {import("../data/types.js").App | null} top the busiest one, null while nothing moves
 * @property {string} topAddress where a click on it leads
 */

const NOT_COUNTED = "packets are not captured";

export class Cards {
  /** @param {() => void} onopen the top application was clicked */
  constructor(onopen) {
    this.down = rateCard("down", "Download");
    this.up = rateCard("up", "Upload");
    this.active = {
      figure: h("p", { class: "nm-ov-figure" }, "–"),
      under: h("p", { class: "nm-ov-under" }, "\u00a0"),
    };
    this.top = {
      tile: tile(null),
      name: h("a", { class: "nm-ov-top-name", onclick: (event) => follow(event, onopen) }),
      none: h("span", { class: "nm-ov-quiet" }, "–"),
      under: h("p", { class: "nm-ov-under" }, "\u00a0"),
    };
    const topFigure = h("p", { class: "nm-ov-figure nm-ov-top" }, this.top.tile, this.top.name, this.top.none);
    this.element = h(
      "div",
      { class: "nm-ov-cards" },
      this.down.element,
      this.up.element,
      card("Active connections", null, this.active.figure, this.active.under),
      card("Top application", null, topFigure, this.top.under),
    );
    this.showTop(null, "", "si");
  }

  /** @param {CardFigures} figures @param {"si" | "bit" | "iec"} units */
  show(figures, units) {
    const shown = figures.isCounted ? units : "none";
    showRate(this.down, figures.headline.receivedRate, figures.peaks.received, shown);
    showRate(this.up, figures.headline.sentRate, figures.peaks.sent, shown);
    setText(this.active.figure, formatCount(figures.active));
    setText(
      this.active.under,
      `${counted(figures.applications, "application")} · ${formatCount(figures.listening)} listening`,
    );
    this.showTop(figures.top, figures.topAddress, units);
    if (!figures.isCounted) setText(this.top.under, NOT_COUNTED);
  }

  /** @param {CardFigures["top"]} app @param {string} address @param {"si" | "bit" | "iec"} units */
  showTop(app, address, units) {
    setAttr(this.top.tile, "hidden", app === null);
    setAttr(this.top.name, "hidden", app === null);
    setAttr(this.top.none, "hidden", app !== null);
    if (app === null) {
      setText(this.top.under, "nothing moves");
      return;
    }
    updateTile(this.top.tile, app);
    const name = cut(plain(app.name));
    setText(this.top.name, name);
    setAttr(this.top.name, "href", address);
    setAttr(this.top.name, "title", `${name}: show its connections`);
    setText(this.top.under, `↓ ${formatRate(app.receivedRate, units)}  ↑ ${formatRate(app.sentRate, units)}`);
  }

  destroy() {
    this.down.glide.stop();
    this.up.glide.stop();
  }
}

/** Leave a click that opens another tab to the browser; do the rest within this document. */
export function follow(/** @type {MouseEvent} */ event, /** @type {() => void} */ run) {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  run();
}

export function counted(/** @type {number} */ count, /** @type {string} */ noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function card(/** @type {string} */ title, /** @type {string | null} */ direction, ...content) {
  const dot = direction && h("span", { class: `nm-ov-key nm-ov-ground-${direction}`, "aria-hidden": "true" });
  const label = h("h2", { class: "nm-ov-label" }, dot, title);
  return h("section", { class: "nm-ov-card", "aria-label": title }, label, content);
}

function rateCard(/** @type {"down" | "up"} */ direction, /** @type {string} */ title) {
  const figure = h("p", { class: "nm-ov-figure" }, "–");
  const under = h("p", { class: "nm-ov-under" }, "\u00a0");
  const glide = new Glide(figure, (rate) => formatRate(rate));
  return { element: card(title, direction, figure, under), under, units: "si", glide };
}

/**
 * @param {ReturnType<typeof rateCard>} shown
 * @param {number} rate
 * @param {number} peak
 * @param {"si" | "bit" | "iec" | "none"} units "none" where nobody counts
 */
function showRate(shown, rate, peak, units) {
  if (shown.units !== units) shown.glide.refresh((value) => (units === "none" ? "–" : formatRate(value, units)));
  shown.units = units;
  shown.glide.to(rate);
  if (units === "none") {
    setText(shown.under, NOT_COUNTED);
    return;
  }
  setText(shown.under, `${formatRate(rate, otherUnits(units))} · peak ${formatRate(peak, units)}`);
}
