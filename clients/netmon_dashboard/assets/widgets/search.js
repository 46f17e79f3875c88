/** @file The field that filters as one types. A query with a mistake is told of; the last good one stays in force. */

import { parseQuery, QueryError } from "../data/query.js";
import { mended } from "../data/query_edit.js";
import { h, setAttr, setText } from "../dom.js";

const WAIT_MILLISECONDS = 150;
const LONGEST = 4000;
const EXAMPLES = "Filter: firefox   1.2.3.4   app:curl port:443 !is:listen";
let count = 0;

export class Search {
  /**
   * @param {string} text to begin with
   * @param {{onQuery: (text: string, filter: import("../data/query.js").Filter) => void,
   *   onText: (text: string) => void}} told onQuery: a query without mistakes, when it has changed; onText: what the
   *   field says, right or wrong
   */
  constructor(text, told) {
    this.told = told;
    this.timer = 0;
    /** The last query without a mistake, and what it means. */
    this.good = "";
    this.filter = parseQuery("");
    /** @type {QueryError|null} */
    this.error = null;
    this.#make(text);
    this.#listen();
    this.#read();
    this.#show();
  }

  get text() {
    return this.field.value;
  }

  /** Say something else, at once: chips, "filter by", "hide". */
  set(text) {
    this.field.value = text;
    this.#typed();
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  destroy() {
    clearTimeout(this.timer);
  }

  #make(text) {
    count += 1;
    const noteId = `nm-search-note-${count}`;
    this.field = h("input", {
      type: "search",
      class: "nm-search-field",
      value: text,
      placeholder: EXAMPLES,
      maxlength: String(LONGEST),
      "aria-label": "Filter connections",
      "aria-keyshortcuts": "/",
      "aria-describedby": noteId,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "search",
    });
    this.key = h("kbd", { class: "nm-search-key", "aria-hidden": "true" }, "/");
    const label = "Clear the filter";
    const clear = { type: "button", class: "nm-search-clear", "aria-label": label, title: label };
    this.clearButton = h("button", clear, "✕");
    this.pointer = h("span", { class: "nm-search-pointer", "aria-hidden": "true" }, "▲");
    this.problem = h("span", null);
    this.fix = h("button", { type: "button", class: "nm-link" });
    this.note = h(
      "div",
      { class: "nm-search-note", id: noteId, role: "status", hidden: true },
      this.pointer,
      this.problem,
      " ",
      this.fix,
    );
    const box = h("div", { class: "nm-search-box" }, this.field, this.key, this.clearButton);
    this.element = h("search", { class: "nm-search" }, box, this.note);
  }

  #listen() {
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#typed(), WAIT_MILLISECONDS);
      this.told.onText(this.text);
      this.#showButtons();
    });
    this.field.addEventListener("keydown", (event) => this.#pressed(event));
    this.clearButton.addEventListener("click", () => {
      this.set("");
      this.field.focus();
    });
    this.fix.addEventListener("click", () => {
      this.set(mended(this.text, this.error));
      this.field.focus();
    });
  }

  #pressed(event) {
    if (event.key === "Enter") this.#typed();
    else if (event.key !== "Escape") return;
    else if (this.text) this.set("");
    else this.field.blur();
    event.preventDefault();
    event.stopPropagation();
  }

  #typed() {
    clearTimeout(this.timer);
    const before = this.good;
    this.#read();
    this.told.onText(this.text);
    this.#show();
    if (this.good !== before) this.told.onQuery(this.good, this.filter);
  }

  #read() {
    try {
      this.filter = parseQuery(this.text);
      this.good = this.text.trim();
      this.error = null;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      this.error = error;
    }
  }

  #show() {
    const { error } = this;
    this.#showButtons();
    setAttr(this.field, "aria-invalid", error ? "true" : null);
    this.note.hidden = error === null;
    if (error === null) return;
    setText(this.problem, `${error.message} at ${error.column}${error.hint ? ": did you mean" : ""}`);
    setText(this.fix, error.hint ? `${error.hint}?` : "");
    this.fix.hidden = !error.hint;
    this.pointer.style.left = `${this.#pixelsBefore(error.column)}px`;
  }

  #showButtons() {
    this.clearButton.hidden = this.text === "";
    this.key.hidden = this.text !== "";
  }

  /** How far from the left a character of the field stands. */
  #pixelsBefore(column) {
    const style = getComputedStyle(this.field);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const before = Array.from(this.text).slice(0, column - 1).join("");
    const left = parseFloat(style.paddingLeft) + pen.measureText(before).width - this.field.scrollLeft;
    return Math.min(Math.max(left, 0), Math.max(0, this.field.clientWidth - 16));
  }
}
