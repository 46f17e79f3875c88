/** @file The cells of a line of the tree of applications. */

import * as texts from "../data/texts.js";
import { h, setText } from "../dom.js";
import { countText, emptyCell, makeTreeLine, numberCell } from "../widgets/tree_line.js";
import { NAME_CELLS } from "./name_cells.js";
import { makeSpark } from "./spark.js";
import { todaySum, todayTitle } from "./today.js";

/** Kinds that are a text over all columns. */
const WIDE_KINDS = new Set(["heading", "more"]);

/**
 * @param {import("./branches.js").Line["kind"]} kind @param {import("./columns.js").Column[]} columns
 * @param {(query: string) => void} go to the connections
 * @returns {import("../widgets/tree_line.js").LineView}
 */
export function makeLine(kind, columns, go) {
  return makeTreeLine(kind, columns, (column) => cellOf(column, kind, go), WIDE_KINDS.has(kind));
}

function cellOf({ key }, kind, go) {
  switch (key) {
    case "app": return nameCell(kind, go);
    case "rate": return kind === "app" ? sparkCell() : kind === "connection" ? stateCell() : emptyCell();
    case "received_rate": return numberCell(kind === "ended" ? () => null : (line) => line.receivedRate, texts.rateText);
    case "sent_rate": return numberCell(kind === "ended" ? () => null : (line) => line.sentRate, texts.rateText);
    case "today": return todayCell();
    case "received": return numberCell((line) => line.received, texts.sizeText);
    case "sent": return numberCell((line) => line.sent, texts.sizeText);
    case "connections": return numberCell((line) => line.connections ?? line.count ?? null, countText);
    default: return numberCell((line) => line.remotes ?? null, countText);
  }
}

function nameCell(kind, go) {
  const cell = NAME_CELLS[kind](go);
  return { node: h("span", { class: "nm-tree-name" }, cell.nodes), show: cell.show, title: cell.title };
}

/** Lines below an application have no sum of today: the recorder keeps applications, not processes or connections. */
function todayCell() {
  const cell = numberCell((line) => todaySum(line.today), texts.sizeText);
  return { ...cell, title: ({ today }, look) => (today && look.today ? todayTitle(today, look.today, look) : "") };
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
