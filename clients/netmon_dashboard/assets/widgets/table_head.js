/** @file The headings of a table: a button each, which sorts. One of them is reached by the tab key, arrows go on. */

import { h, setAttr, setText } from "../dom.js";

/** @typedef {{key: string, title: string, label: string, right: boolean}} Column as a heading shows it */

export class TableHead {
  /**
   * @param {string} name the table's own class for the row of headings
   * @param {{onSort: (key: string) => void, onLeave: () => void}} told onLeave: ArrowDown, into the rows
   * @param {(cell: HTMLElement, index: number) => void} place puts a heading where its column is
   */
  constructor(name, told, place = () => {}) {
    this.told = told;
    this.place = place;
    this.row = h("div", { class: name, role: "row", "aria-rowindex": "1" });
    this.element = h("div", { class: "nm-table-head", role: "rowgroup" }, this.row);
    /** @type {{key: string, cell: HTMLElement, button: HTMLElement, arrow: HTMLElement, name: HTMLElement}[]} */
    this.headings = [];
    this.current = "";
    this.row.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /**
   * @param {Column[]} columns @param {{key: string, descending: boolean}} sort
   * @param {string} unseen key of the column that is too narrow for its name, or ""
   */
  show(columns, sort, unseen = "") {
    if (columns.map(named).join() !== this.headings.map(named).join()) this.#make(columns);
    for (const { key, cell, arrow, name } of this.headings) {
      const isSorted = key === sort.key;
      setAttr(cell, "aria-sort", isSorted ? (sort.descending ? "descending" : "ascending") : "none");
      setText(arrow, isSorted ? (sort.descending ? "▾" : "▴") : "");
      name.classList.toggle("nm-unseen", key === unseen);
    }
    this.#reach(this.headings.some(({ key }) => key === this.current) ? this.current : this.headings[0]?.key);
  }

  focus() {
    this.headings.find(({ key }) => key === this.current)?.button.focus();
  }

  #make(columns) {
    const hadFocus = this.row.contains(this.row.getRootNode().activeElement);
    this.headings = columns.map((column, index) => this.#heading(column, index));
    this.row.replaceChildren(...this.headings.map(({ cell }) => cell));
    if (hadFocus) this.focus();
  }

  #heading({ key, title, label, right }, index) {
    const isPlain = title === label;
    const name = h("span", { class: "nm-heading-name", "aria-hidden": isPlain ? null : "true" }, title);
    const unseen = isPlain ? null : h("span", { class: "nm-unseen" }, label);
    const arrow = h("span", { class: "nm-heading-arrow", "aria-hidden": "true" });
    const sorts = { type: "button", class: "nm-heading", title: `${label}: sort`, tabindex: "-1" };
    const button = h("button", sorts, name, unseen, arrow);
    button.addEventListener("click", () => this.told.onSort(key));
    button.addEventListener("focus", () => this.#reach(key));
    const side = right ? " nm-heading-right" : "";
    const cell = h("div", { class: `nm-heading-cell${side}`, role: "columnheader", "data-key": key }, button);
    this.place(cell, index);
    return { key, title, cell, button, arrow, name };
  }

  #reach(key) {
    this.current = key ?? "";
    for (const { key: each, button } of this.headings) setAttr(button, "tabindex", each === this.current ? 0 : -1);
  }

  #pressed(event) {
    const place = this.headings.findIndex(({ key }) => key === this.current);
    const last = this.headings.length - 1;
    const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: last };
    const next = Math.min(last, Math.max(0, steps[event.key]));
    if (event.key === "ArrowDown") this.told.onLeave();
    else if (next >= 0) this.headings[next].button.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const named = (/** @type {{key: string, title: string}} */ { key, title }) => `${key} ${title}`;
