/** @file One row of the table in the document: it shows one connection as long as that is on screen, then another. */

import { h } from "../dom.js";
import { makeCell } from "./cells.js";

export class GridLine {
  /**
   * @param {import("./columns.js").Column[]} columns @param {boolean} isNarrow
   * @param {{onClick: (line: GridLine) => void, onFocus: (line: GridLine) => void}} told
   */
  constructor(columns, isNarrow, told) {
    this.cells = columns.map((column) => makeCell(column, isNarrow));
    const nodes = this.cells.map((cell) => cell.node);
    nodes.forEach(placeColumn);
    this.node = h("div", { class: "nm-row nm-table-line", role: "row", tabindex: "-1", hidden: true }, nodes);
    /** @type {import("./listing.js").Entry|null} */
    this.entry = null;
    this.index = -1;
    this.rowIndex = 0;
    this.marks = { isActive: false, isSelected: null, n: null, look: "" };
    this.node.addEventListener("animationend", () => this.node.classList.remove("nm-row-new"));
    this.node.addEventListener("click", () => told.onClick(this));
    this.node.addEventListener("focus", () => told.onFocus(this));
  }

  /** Another connection from here on. */
  begin() {
    this.node.classList.remove("nm-table-glide", "nm-row-new");
    this.index = -1;
  }

  /**
   * @param {import("./listing.js").Entry} entry @param {number} index of the row on its page
   * @param {{rowPixels: number, offset: number}} table offset: of the page's first row in the whole
   */
  place(entry, index, { rowPixels, offset }) {
    const { node } = this;
    this.entry = entry;
    if (this.index !== index) {
      if (this.index >= 0) node.classList.add("nm-table-glide");
      this.index = index;
      node.style.transform = `translateY(${index * rowPixels}px)`;
    }
    const rowIndex = offset + index + 2; // the head is row 1
    if (this.rowIndex !== rowIndex) node.setAttribute("aria-rowindex", String(rowIndex));
    this.rowIndex = rowIndex;
    if (entry.isNew) {
      entry.isNew = false;
      node.classList.add("nm-row-new");
    }
    if (node.hidden) node.hidden = false;
  }

  /** @param {import("../data/texts.js").Look} look */
  show(look) {
    for (const cell of this.cells) cell.show(this.entry, look);
  }

  /**
   * Written only where it changes: reading an attribute back costs more than remembering it.
   * @param {object|null} active the row that the tab key reaches @param {object|null} selected the row with details
   */
  mark(active, selected) {
    const { node, entry, marks } = this;
    const { row } = entry;
    const isActive = row === active;
    const isSelected = row === selected;
    const look = lookOf(entry);
    if (marks.isActive !== isActive) node.tabIndex = isActive ? 0 : -1;
    if (marks.isSelected !== isSelected) node.setAttribute("aria-selected", String(isSelected));
    if (marks.n !== row.n) node.dataset.n = String(row.n);
    if (marks.look !== look) {
      if (marks.look) node.classList.remove(`nm-row-${marks.look}`);
      if (look) node.classList.add(`nm-row-${look}`);
    }
    this.marks = { isActive, isSelected, n: row.n, look };
  }
}

function lookOf({ row, isRemainder, isLeaving }) {
  if (row.end !== null) return "closed";
  if (isRemainder) return "sum";
  return isLeaving ? "leaving" : "";
}

/** Put a cell, or a heading, where the grid says that its column is. */
export function placeColumn(node, index) {
  node.style.left = `var(--nm-left-${index})`;
  node.style.width = `var(--nm-width-${index})`;
}
