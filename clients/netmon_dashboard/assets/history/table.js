/** @file The sums under the bars: one row a series, the rest, and all together. */

import { formatBytes, formatCount } from "../data/units.js";
import { h } from "../dom.js";
import { colourOf } from "./bars.js";
import { changeText } from "./words.js";

const sumOf = ([sent, received]) => sent + received;

/**
 * @param {object} figures @param {"si"|"iec"} units
 * @param {(series: object) => void} onseries a name was pressed
 */
export function sumsTable(figures, units, onseries) {
  const { series, rest, total, previous, compare } = figures;
  const most = Math.max(1, ...series.map((one) => sumOf(one.total)), rest ? sumOf(rest.total) : 0);
  const rows = series.map((one, index) => line({ one, index, most, units, compare, all: sumOf(total), onseries }));
  if (rest) {
    const name = `${formatCount(rest.count)} more`;
    rows.push(line({ one: { ...rest, name, value: "" }, index: -1, most, units, compare, all: sumOf(total), onseries }));
  }
  const head = [figures.groupName, "↓ Received", "↑ Sent", "Together", "Share", ...(compare ? ["Before", "Change"] : [])];
  return h(
    "div",
    { class: "nm-hi-scroll", tabindex: "0", role: "region", "aria-label": "Sums" },
    h(
      "table",
      { class: "nm-hi-table" },
      h("caption", { class: "nm-unseen" }, `Sums by ${figures.groupName.toLowerCase()}`),
      h("thead", null, h("tr", null, head.map((text, index) => h("th", { scope: "col", class: index ? "nm-num" : null }, text)))),
      h("tbody", null, rows),
      h("tfoot", null, footer(total, previous, units, compare)),
    ),
  );
}

function line({ one, index, most, units, compare, all, onseries }) {
  const bytes = sumOf(one.total);
  const dot = h("i", { class: `nm-hi-dot ${colourOf(index)}`, "aria-hidden": "true" });
  const text = h("bdi", { class: "nm-hi-name" }, one.name);
  const name = one.value
    ? h("button", { type: "button", class: "nm-hi-open", title: "Show this alone", onclick: () => onseries(one) }, text)
    : text;
  const bar = h("span", { class: "nm-hi-share", "aria-hidden": "true" }, h("i", { class: colourOf(index) }));
  bar.firstElementChild.style.width = `${(bytes / most) * 100}%`;
  const share = all > 0 ? `${((bytes / all) * 100).toFixed(bytes / all < 0.1 ? 1 : 0)} %` : "";
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, h("span", { class: "nm-hi-cell" }, dot, name, bar)),
    number(formatBytes(one.total[1], units)),
    number(formatBytes(one.total[0], units)),
    number(formatBytes(bytes, units)),
    number(share),
    compare ? beforeCells(bytes, one.previous, units) : null,
  );
}

function footer(total, previous, units, compare) {
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, "All"),
    number(formatBytes(total[1], units)),
    number(formatBytes(total[0], units)),
    number(formatBytes(sumOf(total), units)),
    number(""),
    compare ? beforeCells(sumOf(total), previous, units) : null,
  );
}

function beforeCells(bytes, previous, units) {
  const before = previous === null ? null : sumOf(previous);
  return [number(before === null ? "–" : formatBytes(before, units)), number(changeText(bytes, before))];
}

function number(text) {
  return h("td", { class: "nm-num" }, text);
}
