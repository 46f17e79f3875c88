/**
 * @file The table: a grid of which only the rows on screen are in the document. Nodes are used again, each for one
 * connection as long as it is on screen, so that focus, selection and tooltips stay on their connection.
 *
 * The element that scrolls is the grid itself; rows stand at fixed places in a body as high as all of them together.
 */

import { h, setAttr } from "../dom.js";
import { Attention } from "../widgets/attention.js";
import { TableHead } from "../widgets/table_head.js";
import { rowAfterKey, scrollTo, visibleRange } from "../widgets/viewport.js";
import { leastWidth, placesOf } from "./columns.js";
import { GridLine, placeColumn } from "./grid_line.js";

export const ROW_PIXELS = 32;
const NARROW_ROW_PIXELS = 40; // a finger's width
const ROWS_A_FRAME = 10;

/** @typedef {import("./listing.js").Entry} Entry */
export class Grid {
  /**
   * @param {{onSort: (key: string) => void, onOpen: (entry: Entry, isByKey: boolean) => void,
   *   onFocus: (isFocused: boolean) => void, onPoint: (isPointed: boolean) => void, onScroll: () => void,
   *   onEscape: () => void, onWidth: (width: number) => void}} told
   */
  constructor(told) {
    this.told = told;
    const headTold = { onSort: told.onSort, onLeave: () => this.focusActive() };
    this.head = new TableHead("nm-grid-headings", headTold, placeColumn);
    this.body = h("div", { class: "nm-grid-body nm-table-body", role: "rowgroup" });
    const named = { class: "nm-grid nm-table-box", role: "grid", "aria-label": "Connections", "aria-readonly": "true" };
    this.element = h("div", named, this.head.element, this.body);
    /** @type {Map<object, GridLine>} by row */
    this.lines = new Map();
    /** @type {GridLine[]} */
    this.spare = [];
    /** @type {Entry[]} */
    this.entries = [];
    this.columns = [];
    this.isNarrow = false;
    this.look = null;
    this.offset = 0;
    /** Where the arrow keys are; the one row that the tab key reaches. */
    this.active = null;
    this.selected = null;
    this.frame = 0;
    /** Lines whose figures are still those of before. @type {GridLine[]} */
    this.late = [];
    this.isScrolled = false;
    // Kept, not asked for: a height asked for after a change makes the browser lay everything out at once.
    this.height = 0;
    this.width = 0;
    this.scrollTop = 0;
    this.sizes = new ResizeObserver(() => this.#measured());
    this.sizes.observe(this.element);
    this.attention = new Attention(this, { ...told, onKey: (event) => this.#pressed(event) });
    this.#listen();
  }

  get rowPixels() {
    return this.isNarrow ? NARROW_ROW_PIXELS : ROW_PIXELS;
  }

  /**
   * @param {import("./columns.js").Column[]} columns @param {boolean} isNarrow
   * @param {import("./order.js").Sort} sort
   */
  setColumns(columns, isNarrow, sort) {
    this.head.show(columns, sort, isNarrow ? "state" : "");
    if (isNarrow === this.isNarrow && keysOf(columns) === keysOf(this.columns)) return;
    this.columns = columns;
    this.isNarrow = isNarrow;
    // Why a connection has no owner takes the place of the pid too, which it has not either.
    this.element.classList.toggle("nm-grid-pid", columns[1]?.key === "pid");
    this.#placeColumns();
    this.element.style.setProperty("--nm-least", `${leastWidth(columns)}px`);
    this.element.style.setProperty("--nm-row", `${this.rowPixels}px`);
    setAttr(this.element, "aria-colcount", columns.length);
    const wasFocused = this.attention.isFocused;
    for (const line of [...this.lines.values(), ...this.spare]) line.node.remove();
    this.lines.clear();
    this.spare = [];
    this.draw();
    if (wasFocused) this.focusActive();
  }

  /**
   * Show these entries: one page of the whole.
   * @param {Entry[]} entries @param {{offset: number, total: number, look: import("../data/texts.js").Look}} place offset: of
   *   the first entry in the whole
   * @param {boolean} isCalm nobody waits for it: a tick's figures are then written over the next frames
   */
  setEntries(entries, { offset, total, look }, isCalm = false) {
    const lostAt = this.attention.isFocused ? this.lines.get(this.active)?.index ?? 0 : null;
    this.entries = entries;
    this.offset = offset;
    this.look = look;
    setAttr(this.element, "aria-rowcount", total + 1);
    const pixels = `${entries.length * this.rowPixels}px`;
    if (this.body.style.height !== pixels) this.body.style.height = pixels;
    if (this.indexOf(this.active) < 0) this.active = entries[Math.min(lostAt ?? 0, entries.length - 1)]?.row ?? null;
    this.draw(isCalm);
    // Its connection is gone, and its node another's now.
    const focused = this.element.getRootNode().activeElement;
    if (lostAt !== null && focused !== this.lines.get(this.active)?.node) this.focusActive();
  }

  /** @param {object|null} row whose details are open */
  select(row) {
    this.selected = row;
    for (const line of this.lines.values()) line.mark(this.active, this.selected);
  }

  /** Bring a row on screen and give it the focus. */
  focusRow(row) {
    if (this.indexOf(row) < 0) return;
    this.active = row;
    this.focusActive();
  }

  focusActive() {
    const index = this.indexOf(this.active);
    if (index < 0) return;
    this.reveal(index);
    this.lines.get(this.active)?.node.focus({ preventScroll: true });
  }

  reveal(index) {
    const place = scrollTo(index, this.#view());
    if (place !== this.scrollTop) this.#scroll(place);
    this.draw();
  }

  toTop() {
    this.#scroll(0);
  }

  #scroll(place) {
    this.element.scrollTop = place;
    this.scrollTop = place;
  }

  indexOf(row) {
    if (row === null) return -1;
    const known = this.lines.get(row)?.index;
    if (known !== undefined && this.entries[known]?.row === row) return known;
    return this.entries.findIndex((entry) => entry.row === row);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.sizes.disconnect();
  }

  #view() {
    return { scrollTop: this.scrollTop, height: this.height, rowHeight: this.rowPixels, count: this.entries.length };
  }

  #measured() {
    const height = this.element.clientHeight - this.head.element.offsetHeight;
    const width = this.element.clientWidth;
    if (width !== this.width) {
      this.width = width;
      this.#placeColumns();
      this.told.onWidth(width);
    }
    if (height === this.height) return;
    const index = this.indexOf(this.selected);
    const wasSeen = index >= 0 && scrollTo(index, this.#view()) === this.scrollTop;
    this.height = height;
    if (wasSeen) this.reveal(index); // its details took the room that it stood in
    else this.draw();
  }

  /** Cells stand at places of their own: a figure that changes makes the browser lay out one cell, not a row. */
  #placeColumns() {
    placesOf(this.columns, this.width).forEach(({ left, width }, index) => {
      this.element.style.setProperty(`--nm-left-${index}`, `${left}px`);
      this.element.style.setProperty(`--nm-width-${index}`, `${width}px`);
    });
  }

  /**
   * Put the rows on screen into the document, and only those; and the one with the focus, wherever it is.
   * @param {boolean} isCalm places and marks now, the figures of rows that stay over the next frames
   */
  draw(isCalm = false) {
    this.isScrolled = false;
    if (this.look === null) return;
    const { first, last } = visibleRange(this.#view());
    const wanted = this.entries.slice(first, last).map((entry, place) => [entry, first + place]);
    if (this.active !== null) {
      const index = this.indexOf(this.active);
      if (index >= 0 && (index < first || index >= last)) wanted.push([this.entries[index], index]);
    }
    const rows = new Set(wanted.map(([entry]) => entry.row));
    for (const [row, line] of this.lines) {
      if (rows.has(row)) continue;
      this.lines.delete(row);
      this.spare.push(line);
    }
    this.late = [];
    for (const [entry, index] of wanted) this.#place(entry, index, isCalm);
    if (this.late.length > 0) this.#soon();
    for (const line of this.spare) if (!line.node.hidden) line.node.hidden = true;
  }

  #place(entry, index, isCalm) {
    const known = this.lines.get(entry.row);
    const line = known ?? this.spare.pop() ?? this.#makeLine();
    if (!known) {
      line.begin();
      this.lines.set(entry.row, line);
    }
    line.place(entry, index, this);
    line.mark(this.active, this.selected);
    if (known && isCalm) this.late.push(line);
    else line.show(this.look);
  }

  /** The browser lays out and paints what changed in one go: a few rows a frame keep each of them short. */
  #soon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.isScrolled) return this.draw();
      for (const line of this.late.splice(0, ROWS_A_FRAME)) {
        if (this.lines.get(line.entry.row) === line) line.show(this.look);
      }
      if (this.late.length > 0) this.#soon();
    });
  }

  #makeLine() {
    const line = new GridLine(this.columns, this.isNarrow, {
      onClick: (clicked) => this.#clicked(clicked),
      onFocus: (focused) => this.#activate(focused.entry.row),
    });
    this.body.append(line.node);
    return line;
  }

  #clicked(line) {
    if (String(getSelection() ?? "") !== "") return; // a text was being selected, to be copied
    this.told.onOpen(line.entry, false);
  }

  #activate(row) {
    const before = this.lines.get(this.active);
    this.active = row;
    before?.mark(row, this.selected);
    this.lines.get(row)?.mark(row, this.selected);
  }

  #listen() {
    const { element, told } = this;
    element.addEventListener("scroll", () => {
      if (element.scrollTop === this.scrollTop) return; // sideways, or where we scrolled to ourselves
      this.scrollTop = element.scrollTop;
      told.onScroll();
      this.isScrolled = true;
      this.#soon();
    }, { passive: true });
  }

  #pressed({ key }) {
    const index = this.indexOf(this.active);
    if (key === "Enter" && index >= 0) this.told.onOpen(this.entries[index], true);
    else if (key === "Escape") this.told.onEscape();
    else if (key === "ArrowUp" && index === 0) this.head.focus();
    else return this.#moved(key, index);
    return true;
  }

  #moved(key, index) {
    const next = rowAfterKey(key, index, this.#view());
    if (next === null) return false;
    this.#activate(this.entries[next].row);
    this.focusActive();
    return true;
  }
}

const keysOf = (/** @type {import("./columns.js").Column[]} */ columns) => columns.map(({ key }) => key).join();
