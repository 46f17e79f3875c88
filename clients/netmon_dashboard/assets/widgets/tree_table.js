/**
 * @file The tree of applications as a table (WAI-ARIA's treegrid), of which only the lines on screen are in the document.
 * Lines stand for the same from tick to tick by their keys, so that focus and tooltips stay on what they are about.
 */

import { h, setAttr } from "../dom.js";
import { Attention } from "./attention.js";
import { TableHead } from "./table_head.js";
import { rowAfterKey, scrollTo, visibleRange } from "./viewport.js";

const ROW_PIXELS = 36;
const MOST_REVEALED = 8;
const NARROW_ROW_PIXELS = 44; // a finger's width

/**
 * @typedef {object} Line One row of a tree.
 * @property {string} key the same as long as it stands for the same
 * @property {string} kind
 * @property {number} level from 1
 * @property {string} parent key of the line above in the tree, "" at the top
 * @property {boolean|null} isOpen null: it has nothing below
 * @property {boolean} [isOver] it is shown as something of the past
 */
/** @typedef {import("./tree_line.js").LineView} LineView */
/**
 * @typedef {object} Parts What is a page's own.
 * @property {string} label of the whole, for readers
 * @property {(kind: string, columns: object[], go: (query: string) => void) => LineView} makeLine
 * @property {(columns: object[]) => string} tracks of a row, for `grid-template-columns`
 */

export class TreeTable {
  /**
   * @param {{onSort: (key: string) => void, onToggle: (line: Line) => void, onFocus: (isFocused: boolean) => void,
   *   onPoint: (isPointed: boolean) => void, onScroll: () => void, onConnections: (query: string) => void}} told
   * @param {Parts} parts
   */
  constructor(told, parts) {
    this.told = told;
    this.parts = parts;
    this.head = new TableHead("nm-tree-headings", { onSort: told.onSort, onLeave: () => this.focusActive() });
    this.body = h("div", { class: "nm-table-body", role: "rowgroup" });
    this.element = h("div", { class: "nm-tree nm-table-box", role: "treegrid", "aria-label": parts.label, "aria-readonly": "true" }, this.head.element, this.body);
    /** @type {Map<string, LineView>} by key */
    this.views = new Map();
    /** @type {Map<string, LineView[]>} by kind */
    this.spare = new Map();
    /** @type {Line[]} */
    this.lines = [];
    this.columns = [];
    this.isNarrow = false;
    this.look = null;
    /** Key of the line where the arrow keys are; the one that the tab key reaches. */
    this.active = "";
    /** Key of the line that somebody chose. */
    this.selected = "";
    this.frame = 0;
    this.height = 0;
    this.scrollTop = 0;
    this.sizes = new ResizeObserver(() => this.#measured());
    this.sizes.observe(this.element);
    this.attention = new Attention(this, { ...told, onKey: ({ key }) => this.#pressed(key) });
    this.#listen();
  }

  get rowPixels() {
    return this.isNarrow ? NARROW_ROW_PIXELS : ROW_PIXELS;
  }

  /** @param {object[]} columns @param {boolean} isNarrow @param {{key: string, descending: boolean}} sort */
  setColumns(columns, isNarrow, sort) {
    this.head.show(columns, sort);
    if (columns.map(({ key }) => key).join() === this.columns.map(({ key }) => key).join() && isNarrow === this.isNarrow) return;
    this.columns = columns;
    this.isNarrow = isNarrow;
    this.element.style.setProperty("--nm-tracks", this.parts.tracks(columns));
    this.element.style.setProperty("--nm-row", `${this.rowPixels}px`);
    setAttr(this.element, "aria-colcount", columns.length);
    const wasFocused = this.attention.isFocused;
    this.body.replaceChildren();
    this.views.clear();
    this.spare.clear();
    this.#fit();
    this.draw();
    if (wasFocused) this.focusActive();
  }

  /** @param {Line[]} lines @param {object} look */
  show(lines, look) {
    const lostAt = this.attention.isFocused ? this.#indexOf(this.active) : -1;
    this.lines = lines;
    this.look = look;
    setAttr(this.element, "aria-rowcount", lines.length + 1);
    this.#fit();
    if (this.#indexOf(this.active) < 0) this.active = lines[Math.min(Math.max(lostAt, 0), lines.length - 1)]?.key ?? "";
    this.draw();
    if (lostAt >= 0 && this.element.getRootNode().activeElement?.closest?.(".nm-tree-row") == null) this.focusActive();
  }

  focusActive() {
    const index = this.#indexOf(this.active);
    if (index < 0) return;
    this.#reveal(index);
    this.views.get(this.active)?.node.focus({ preventScroll: true });
  }

  /** Bring the first lines below this one on screen, and the line itself. @param {string} key */
  revealBelow(key) {
    const index = this.#indexOf(key);
    if (index < 0) return;
    let last = index;
    while (last < index + MOST_REVEALED && this.lines[last + 1]?.parent === key) last += 1;
    this.#reveal(last);
    this.#reveal(index);
  }

  toTop() {
    this.element.scrollTop = this.scrollTop = 0;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.sizes.disconnect();
  }

  /** Put the lines on screen into the document, and only those; and the one with the focus, wherever it is. */
  draw() {
    if (this.look === null) return;
    const { first, last } = visibleRange(this.#place());
    const wanted = new Map(this.lines.slice(first, last).map((line, place) => [line.key, first + place]));
    const activeIndex = this.#indexOf(this.active);
    if (activeIndex >= 0) wanted.set(this.active, activeIndex);
    for (const [key, view] of this.views) {
      const index = wanted.get(key);
      if (index !== undefined && this.lines[index].kind === view.line.kind) continue;
      this.views.delete(key);
      this.#spareOf(view.line.kind).push(view);
    }
    for (const index of wanted.values()) this.#show(this.lines[index], index);
    for (const views of this.spare.values()) for (const { node } of views) if (!node.hidden) node.hidden = true;
  }

  #show(line, index) {
    let view = this.views.get(line.key);
    const isFresh = view === undefined;
    if (isFresh) {
      view = this.#spareOf(line.kind).pop() ?? this.#make(line.kind);
      this.views.set(line.key, view);
      view.index = -1;
    }
    if (view.index !== index) {
      view.node.classList.toggle("nm-table-glide", !isFresh);
      view.index = index;
      view.node.style.transform = `translateY(${index * this.rowPixels}px)`;
    }
    view.show(line, this.look);
    setAttr(view.node, "aria-rowindex", index + 2); // the head is row 1
    setAttr(view.node, "aria-level", line.level);
    setAttr(view.node, "aria-expanded", line.isOpen === null ? null : String(line.isOpen));
    view.node.classList.toggle("nm-tree-over", line.isOver === true);
    this.#mark(view);
    if (view.node.hidden) view.node.hidden = false;
  }

  #mark({ node, line }) {
    setAttr(node, "tabindex", line.key === this.active ? 0 : -1);
    setAttr(node, "aria-selected", String(line.key === this.selected));
  }

  #make(kind) {
    const view = this.parts.makeLine(kind, this.columns, this.told.onConnections);
    view.node.addEventListener("focus", () => this.#activate(view.line.key));
    view.node.addEventListener("click", () => {
      if (String(getSelection() ?? "") !== "") return; // a text was being selected, to be copied
      this.#choose(view.line);
    });
    this.body.append(view.node);
    return view;
  }

  #spareOf(kind) {
    if (!this.spare.has(kind)) this.spare.set(kind, []);
    return this.spare.get(kind);
  }

  #choose(line) {
    this.selected = line.key;
    this.#activate(line.key);
    if (line.isOpen !== null) this.told.onToggle(line);
    else for (const view of this.views.values()) this.#mark(view);
  }

  #activate(key) {
    if (key === this.active) return;
    const before = this.views.get(this.active);
    this.active = key;
    for (const view of [before, this.views.get(key)]) if (view) this.#mark(view);
  }

  #indexOf(key) {
    const known = this.views.get(key)?.index;
    if (known !== undefined && this.lines[known]?.key === key) return known;
    return this.lines.findIndex((line) => line.key === key);
  }

  #place() {
    return { scrollTop: this.scrollTop, height: this.height, rowHeight: this.rowPixels, count: this.lines.length };
  }

  #fit() {
    const pixels = `${this.lines.length * this.rowPixels}px`;
    if (this.body.style.height !== pixels) this.body.style.height = pixels;
  }

  #measured() {
    const height = this.element.clientHeight - this.head.element.offsetHeight;
    if (height === this.height) return;
    this.height = height;
    this.draw();
  }

  #reveal(index) {
    const wanted = scrollTo(index, this.#place());
    if (wanted !== this.scrollTop) this.element.scrollTop = this.scrollTop = wanted;
    this.draw();
  }

  #listen() {
    const { element, told } = this;
    element.addEventListener("scroll", () => {
      if (element.scrollTop === this.scrollTop) return;
      this.scrollTop = element.scrollTop;
      told.onScroll();
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    }, { passive: true });
  }

  #pressed(key) {
    const index = this.#indexOf(this.active);
    const line = this.lines[index];
    return line !== undefined && this.#acted(key, line, index);
  }

  /** The keys of a treegrid (ARIA Authoring Practices, "Treegrid"). */
  #acted(key, line, index) {
    if (key === "Enter") {
      const link = this.views.get(line.key)?.node.querySelector("a[href]");
      if (line.isOpen === null && link) link.click();
      else this.#choose(line);
    } else if (key === "ArrowRight" && line.isOpen === false) this.#choose(line);
    else if (key === "ArrowLeft" && line.isOpen === true) this.#choose(line);
    else if (key === "ArrowRight" && line.isOpen === true) this.#moveTo(Math.min(index + 1, this.lines.length - 1));
    else if (key === "ArrowLeft" && line.parent !== "") this.#moveTo(this.#indexOf(line.parent));
    else if (key === "ArrowUp" && index === 0) this.head.focus();
    else if (key === "Escape") this.element.getRootNode().activeElement?.blur();
    else {
      const next = rowAfterKey(key, index, this.#place());
      if (next === null) return false;
      this.#moveTo(next);
    }
    return true;
  }

  #moveTo(index) {
    this.#activate(this.lines[index].key);
    this.focusActive();
  }
}
