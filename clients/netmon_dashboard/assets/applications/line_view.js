/** @file One line of the tree in the document: its cells, written to only where what they show changes. */

import * as texts from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { NAME_CELLS } from "./name_cells.js";
import { makeSpark } from "./spark.js";

/** Kinds that are a text over all columns. */
const WIDE_KINDS = new Set(["heading", "more"]);

/**
 * @typedef {object} LineView
 * @property {HTMLElement} node
 * @property {import("./branches.js").Line|null} line
 * @property {number} index
 * @property {(line: import("./branches.js").Line, look: object) => void} show
 */

/**
 * @param {import("./branches.js").Line["kind"]} kind @param {import("./columns.js").Column[]} columns
 * @param {(query: string) => void} go to the connections
 * @returns {LineView}
 */
export function makeLine(kind, columns, go) {
  const isWide = WIDE_KINDS.has(kind);
  const cells = (isWide ? columns.slice(0, 1) : columns).map((column) => makeCell(column, kind, go));
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
  cells[0].node.addEventListener("pointerenter", () => setAttr(cells[0].node, "title", cells[0].title?.(view.line, view.look) || null));
  return view;
}

function makeCell(column, kind, go) {
  const cell = cellOf(column, kind, go);
  cell.node.setAttribute("role", "gridcell");
  cell.node.classList.add("nm-tree-cell");
  if (column.right) cell.node.classList.add("nm-tree-right");
  return cell;
}

function cellOf({ key }, kind, go) {
  switch (key) {
    case "app": return nameCell(kind, go);
    case "rate": return kind === "app" ? sparkCell() : kind === "connection" ? stateCell() : emptyCell();
    case "received_rate": return numberCell(kind === "ended" ? () => null : (line) => line.receivedRate, texts.rateText);
    case "sent_rate": return numberCell(kind === "ended" ? () => null : (line) => line.sentRate, texts.rateText);
    case "received": return numberCell((line) => line.received, texts.sizeText);
    case "sent": return numberCell((line) => line.sent, texts.sizeText);
    case "connections": return numberCell((line) => line.connections ?? line.count ?? null, countText);
    default: return numberCell((line) => line.remotes ?? null, countText);
  }
}

const countText = (/** @type {number} */ count) => count.toLocaleString("en-US");

function nameCell(kind, go) {
  const cell = NAME_CELLS[kind](go);
  return { node: h("span", { class: "nm-tree-name" }, cell.nodes), show: cell.show, title: cell.title };
}

function sparkCell() {
  const spark = makeSpark();
  return { node: h("span", null, spark.node), show: ({ app }, look) => spark.show(app.spark, look.dataTime) };
}

function stateCell() {
  const glyph = h("span", { class: "nm-pill-glyph", "aria-hidden": "true" });
  const name = h("span", { class: "nm-cut" });
  const pill = h("span", { class: "nm-pill" }, glyph, name);
  let shown = null;
  return {
    node: h("span", null, pill),
    show({ row }, look) {
      const state = texts.stateLook(row, look);
      if (state?.name === shown) return;
      shown = state?.name;
      pill.hidden = state === null;
      pill.className = `nm-pill nm-tone-${state?.colour ?? "grey"}`;
      setText(glyph, state?.glyph ?? "");
      setText(name, state?.name ?? "");
    },
  };
}

const emptyCell = () => ({ node: h("span", null), show() {} });

/** Nothing at all is dim, so that the eye finds what moves; what there is no number for stays empty. */
function numberCell(valueOf, textOf) {
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
