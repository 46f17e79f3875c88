/**
 * @file One cell of the table: made once, used again for other rows, written to only where what it shows changes. All
 * texts of the machine are set as text, and isolated, so that right-to-left names turn nothing round beside them.
 */

import { tile, updateTile } from "../widgets/tile.js";
import { h, setAttr } from "../dom.js";
import * as texts from "../data/texts.js";

/** @typedef {{node: HTMLElement, show: (entry: import("./listing.js").Entry, look: texts.Look) => void}} Cell */

/** @param {import("./columns.js").Column} column @param {boolean} isNarrow @returns {Cell} */
export function makeCell(column, isNarrow) {
  const make = MAKERS[column.key] ?? plainCell;
  const cell = make(column, isNarrow);
  cell.node.setAttribute("role", "gridcell");
  cell.node.classList.add("nm-cell");
  if (column.right) cell.node.classList.add("nm-cell-right");
  return cell;
}

const MAKERS = {
  app: appCell,
  local: (column) => endpointCell(column, (row) => [row.localAddress, row.localPort]),
  remote: (column) => endpointCell(column, (row) => [row.remoteAddress, row.remotePort]),
  domain: domainCell,
  state: stateCell,
  received_rate: (column) => numberCell(column, (entry) => entry.receivedRate, texts.rateText),
  sent_rate: (column) => numberCell(column, (entry) => entry.sentRate, texts.rateText),
  received: (column) => numberCell(column, (entry) => entry.received, texts.sizeText),
  sent: (column) => numberCell(column, (entry) => entry.sent, texts.sizeText),
  received_payload: (column) => numberCell(column, ({ row }) => row.receivedPayload, payloadText),
  sent_payload: (column) => numberCell(column, ({ row }) => row.sentPayload, payloadText),
};

/** Only TCP's payload is counted. */
const payloadText = (bytes, look) => (bytes === null ? "—" : texts.sizeText(bytes, look));

/** A text node in an element: to change its data makes no node anew, and is the cheapest there is. */
function textIn(element) {
  const text = new Text();
  element.append(text);
  return text;
}

/** Sets the tooltip when the pointer comes: most cells are never asked for theirs. */
function withTitle(node, titleOf) {
  node.addEventListener("pointerenter", () => setAttr(node, "title", titleOf() || null));
}

function plainCell(column) {
  const holder = h("bdi", { class: "nm-cut" });
  const text = textIn(holder);
  const node = h("span", null, holder);
  let shown = "";
  let title = "";
  withTitle(node, () => title);
  return {
    node,
    show({ row }, look) {
      const words = column.text(row, look);
      title = column.tooltip?.(row, look) || (column.right ? "" : texts.cut(words));
      if (words === shown) return;
      shown = words;
      text.data = words;
    },
  };
}

/** Of "python3 → backup.py" the script alone is shown where both do not fit: it is what tells programs apart. */
function appCell() {
  const picture = tile(null);
  const runnerHolder = h("bdi", { class: "nm-cut nm-runner" });
  const nameHolder = h("bdi", { class: "nm-cut" });
  const runner = textIn(runnerHolder);
  const name = textIn(nameHolder);
  const words = h("span", { class: "nm-app-words" }, runnerHolder, nameHolder);
  const node = h("span", { class: "nm-cell-app" }, picture, words);
  let shown = "";
  withTitle(node, () => texts.cut(shown));
  return {
    node,
    show({ row }, look) {
      const text = texts.appText(row, look);
      const isKnown = texts.ownerName(row) !== "";
      updateTile(picture, isKnown ? (row.app ?? row.proc) : null);
      if (text === shown) return;
      shown = text;
      [runner.data, name.data] = texts.appParts(row, look);
      node.classList.toggle("nm-cell-nobody", !isKnown);
    },
  };
}

/** The address may be cut; the port is what tells services apart, and stays. */
function endpointCell(column, endOf) {
  const holder = h("bdi", { class: "nm-cut" });
  const portHolder = h("span", { class: "nm-port" });
  const address = textIn(holder);
  const port = textIn(portHolder);
  const node = h("span", { class: "nm-cell-end nm-num" }, holder, portHolder);
  let shown = null;
  withTitle(node, () => texts.cut(shown ?? ""));
  return {
    node,
    show({ row }) {
      const words = texts.endpointText(...endOf(row));
      if (words === shown) return;
      shown = words;
      const [head, tail] = texts.endpointParts(...endOf(row));
      address.data = head;
      port.data = tail;
    },
  };
}

function domainCell(column) {
  const cell = plainCell(column);
  let isDim = false;
  return {
    node: cell.node,
    show(entry, look) {
      cell.show(entry, look);
      const inferred = entry.row.domain === "" || texts.isInferred(entry.row);
      if (inferred === isDim) return;
      isDim = inferred;
      cell.node.classList.toggle("nm-dim", isDim);
    },
  };
}

function stateCell(column, isNarrow) {
  const pill = h("span", { class: "nm-pill" });
  const glyphHolder = h("span", { class: "nm-pill-glyph", "aria-hidden": "true" });
  const nameHolder = h("span", { class: isNarrow ? "nm-unseen" : "nm-cut" });
  pill.append(glyphHolder, nameHolder);
  const glyph = textIn(glyphHolder);
  const name = textIn(nameHolder);
  const node = h("span", { class: "nm-cell-state" }, pill);
  let shown = null;
  if (isNarrow) withTitle(node, () => shown ?? "");
  return {
    node,
    show({ row }, look) {
      const state = texts.stateLook(row, look);
      const words = state?.name ?? "";
      if (words === shown) return;
      shown = words;
      pill.className = `nm-pill nm-tone-${state?.colour ?? "grey"}`;
      pill.hidden = state === null;
      glyph.data = state?.glyph ?? "";
      name.data = words;
    },
  };
}

/** Nothing at all is dim, so that the eye finds what moves. */
function numberCell(column, valueOf, textOf) {
  const node = h("span", { class: "nm-num" });
  const text = textIn(node);
  let shown = null;
  let isDim = false;
  return {
    node,
    show(entry, look) {
      const value = valueOf(entry);
      const words = textOf(value, look);
      if (words === shown) return;
      shown = words;
      text.data = words;
      if (isDim === !value) return;
      isDim = !value;
      node.classList.toggle("nm-dim", isDim);
    },
  };
}
