/** The list of applications with their bars: who moves how much now, or who used a span of the chart. */

import { tile, updateTile } from "../widgets/tile.js";
import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { formatCount } from "../data/units.js";
import { follow } from "./cards.js";

/** How long a row takes to its new place, milliseconds. */
const MOVE_MILLISECONDS = 280;

/**
 * @typedef {object} ListRow
 * @property {string} key
 * @property {{name: string, icon?: string} | null} app null: nobody is known
 * @property {string} name
 * @property {string} address where a click leads, "" for nowhere
 * @property {string} title shown on hover
 * @property {number} received
 * @property {number} sent
 * @property {number | null} connections
 */

export class ApplicationsList {
  /** @param {boolean} calm @param {(row: ListRow) => void} onopen a row was clicked */
  constructor(calm, onopen) {
    this.calm = calm;
    this.onopen = onopen;
    /** Is the pointer or the focus on it? Then rows keep their places. */
    this.isPointed = false;
    this.hasFocus = false;
    /** @type {Map<string, ReturnType<ApplicationsList["makeRow"]>>} */
    this.rows = new Map();
    this.body = h("div", { class: "nm-ov-rows", role: "rowgroup" });
    this.element = h(
      "div",
      {
        class: "nm-ov-table",
        role: "table",
        "aria-label": "Applications",
        onpointerenter: () => (this.isPointed = true),
        onpointerleave: () => (this.isPointed = false),
        onfocusin: () => (this.hasFocus = true),
        onfocusout: () => (this.hasFocus = false),
      },
      h("div", { role: "rowgroup" }, headings()),
      this.body,
    );
  }

  get isHeld() {
    return this.isPointed || this.hasFocus;
  }

  /**
   * @param {readonly ListRow[]} rows in their order
   * @param {number} full what a bar over the whole width stands for
   * @param {(value: number) => string} format
   */
  show(rows, full, format) {
    const before = [...this.body.children];
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.rows.delete(key);
    }
    rows.forEach((row, index) => {
      const drawn = this.rows.get(row.key) ?? this.makeRow(row.key);
      fill(drawn, row, full, format);
      const place = this.body.children[index] ?? null;
      if (place !== drawn.element) this.body.insertBefore(drawn.element, place);
    });
    if (!this.calm) this.#glide(before);
  }

  makeRow(/** @type {string} */ key) {
    const parts = {
      tile: tile(null),
      name: h("a", { class: "nm-ov-name" }),
      barDown: h("span", { class: "nm-ov-bar nm-ov-ground-down" }),
      barUp: h("span", { class: "nm-ov-bar nm-ov-ground-up" }),
      down: h("span", { class: "nm-ov-number", role: "cell" }),
      up: h("span", { class: "nm-ov-number", role: "cell" }),
      connections: h("span", { class: "nm-ov-number nm-ov-conns", role: "cell" }),
      /** @type {ListRow | null} */
      row: null,
    };
    parts.name.addEventListener("click", (event) => {
      if (parts.row?.address) follow(event, () => this.onopen(parts.row));
    });
    const element = h(
      "div",
      { class: "nm-ov-row", role: "row" },
      h("span", { class: "nm-ov-who", role: "cell" }, parts.tile, parts.name),
      h("span", { class: "nm-ov-track", role: "cell", "aria-hidden": "true" }, parts.barDown, parts.barUp),
      parts.down,
      parts.up,
      parts.connections,
    );
    const made = { ...parts, element, parts };
    this.rows.set(key, made);
    return made;
  }

  /** Rows are of one height: where each was and is follows from its index, nothing is measured. */
  #glide(/** @type {Element[]} */ before) {
    const places = new Map(before.map((element, index) => [element, index]));
    [...this.body.children].forEach((element, index) => {
      const old = places.get(element);
      if (old === undefined || old === index) return;
      const from = `translateY(calc(${old - index} * var(--nm-ov-row)))`;
      const frames = [{ transform: from }, { transform: "none" }];
      element.animate(frames, { duration: MOVE_MILLISECONDS, easing: "ease-out" });
    });
  }
}

function headings() {
  const heading = (name, kind) => h("span", { class: kind, role: "columnheader" }, name);
  return h(
    "div",
    { class: "nm-ov-row nm-ov-heads", role: "row" },
    heading("Application", "nm-ov-who"),
    h("span", { class: "nm-ov-track", "aria-hidden": "true" }),
    heading("Download", "nm-ov-number"),
    heading("Upload", "nm-ov-number"),
    heading("Conns now", "nm-ov-number nm-ov-conns"),
  );
}

/** @param {any} drawn @param {ListRow} row @param {number} full @param {(value: number) => string} format */
function fill(drawn, row, full, format) {
  drawn.parts.row = row;
  updateTile(drawn.tile, row.app);
  setText(drawn.name, cut(plain(row.name)));
  setAttr(drawn.name, "href", row.address || null);
  setAttr(drawn.element, "title", row.title);
  setAttr(drawn.name, "aria-description", row.app === null ? row.title : null);
  setText(drawn.down, format(row.received));
  setText(drawn.up, format(row.sent));
  setText(drawn.connections, row.connections === null ? "" : formatCount(row.connections));
  drawn.element.classList.toggle("nm-ov-still-row", row.received + row.sent === 0);
  const share = full > 0 ? Math.min(1, 1 / full) : 0;
  const down = Math.min(1, row.received * share);
  const up = Math.min(1 - down, row.sent * share);
  setScale(drawn.barDown, 0, down);
  setScale(drawn.barUp, down, up);
}

/** A part of the track by transform alone: no layout. */
function setScale(/** @type {HTMLElement} */ bar, /** @type {number} */ from, /** @type {number} */ part) {
  const transform = `translateX(${(from * 100).toFixed(2)}%) scaleX(${part.toFixed(4)})`;
  setAttr(bar, "style", `transform:${transform}`);
}
