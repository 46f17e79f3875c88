/** @file One line of a tree in the document: its cells, written to only where what they show changes. */

import { h, setAttr, setText } from "../dom.js";

/** @typedef {import("./tree_table.js").Line} Line */
/** @typedef {{node: HTMLElement, show: (line: Line, look: object) => void, title?: (line: Line, look: object) => string}} TreeCell */

/**
 * @typedef {object} LineView
 * @property {HTMLElement} node
 * @property {Line|null} line
 * @property {number} index
 * @property {(line: Line, look: object) => void} show
 */

/**
 * @param {string} kind @param {{key: string, right: boolean}[]} columns @param {(column: object) => TreeCell} cellOf
 * @param {boolean} isWide its first cell is a text over all columns
 * @returns {LineView}
 */
export function makeTreeLine(kind, columns, cellOf, isWide = false) {
  const cells = (isWide ? columns.slice(0, 1) : columns).map((column) => furnished(cellOf(column), column));
  const node = h("div", { class: `nm-tree-row nm-table-line nm-tree-${kind}`, role: "row", tabindex: "-1", hidden: true }, cells.map((cell) => cell.node));
  if (isWide) {
    cells[0].node.classList.add("nm-tree-wide");
    setAttr(cells[0].node, "aria-colspan", columns.length);
  }
  const view = {
    node,
    line: null,
    index: -1,
    show(line, look) {
      view.line = line;
      view.look = look;
      for (const cell of cells) cell.show(line, look);
    },
  };
  for (const cell of cells.filter(({ title }) => title !== undefined)) {
    cell.node.addEventListener("pointerenter", () => setAttr(cell.node, "title", cell.title(view.line, view.look) || null));
  }
  return view;
}

function furnished(cell, column) {
  cell.node.setAttribute("role", "gridcell");
  cell.node.classList.add("nm-tree-cell");
  if (column.right) cell.node.classList.add("nm-tree-right");
  return cell;
}

export const emptyCell = () => ({ node: h("span", null), show() {} });

/** Nothing at all is dim, so that the eye finds what moves; what there is no number for stays empty. */
export function numberCell(valueOf, textOf) {
  const node = h("span", { class: "nm-num" });
  let shown = null;
  return {
    node,
    show(line, look) {
      const value = valueOf(line);
      const words = value === null ? "" : textOf(value, look);
      if (words === shown) return;
      shown = words;
      setText(node, words);
      node.classList.toggle("nm-dim", !value);
    },
  };
}

export const countText = (/** @type {number} */ count) => count.toLocaleString("en-US");
