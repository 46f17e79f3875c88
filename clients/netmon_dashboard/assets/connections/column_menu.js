/** @file The list of columns to choose from. */

import { h } from "../dom.js";
import { COLUMNS, DEFAULT_KEYS } from "./columns.js";

const NOTE =
  "Domain shows while a connection has one. " +
  "The usual columns give way where there is no room; a choice does not.";

export class ColumnMenu {
  /** @param {{keysOf: () => readonly string[]|null, onToggle: (key: string) => void, onReset: () => void}} told */
  constructor(told) {
    this.told = told;
    this.button = h(
      "button",
      { type: "button", class: "nm-filter-chip", "aria-expanded": "false", onclick: () => this.toggle() },
      "Columns ▾",
    );
    this.panel = h("div", { class: "nm-menu nm-card", role: "group", "aria-label": "Columns", hidden: true });
    this.element = h("div", { class: "nm-columns" }, this.button, this.panel);
    this.element.addEventListener("keydown", (event) => this.#pressed(event));
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget !== null && !this.element.contains(event.relatedTarget)) this.close();
    });
    this.leave = (event) => {
      if (!event.composedPath().includes(this.element)) this.close();
    };
  }

  toggle() {
    if (!this.panel.hidden) {
      this.close();
      return;
    }
    this.#fill();
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.leave);
    this.panel.querySelector("input:not(:disabled)").focus();
  }

  close() {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.leave);
  }

  destroy() {
    this.close();
  }

  #pressed(event) {
    if (event.key !== "Escape" || this.panel.hidden) return;
    this.close();
    this.button.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  #fill() {
    const chosen = new Set(this.told.keysOf() ?? DEFAULT_KEYS);
    const items = COLUMNS.map((column) => this.#item(column, chosen.has(column.key)));
    const reset = h("button", { type: "button", class: "nm-link", onclick: () => this.#reset() }, "The usual columns");
    const note = h("p", { class: "nm-menu-note nm-dim" }, NOTE);
    this.panel.replaceChildren(h("div", { class: "nm-menu-items" }, items), note, reset);
  }

  #item({ key, title, label }, isChosen) {
    const onchange = () => this.told.onToggle(key);
    const box = h("input", { type: "checkbox", checked: isChosen, disabled: key === "app", onchange });
    const more = title === label ? null : h("span", { class: "nm-dim" }, ` ${label}`);
    return h("label", { class: "nm-menu-item", "data-key": key }, box, h("span", null, title, more));
  }

  #reset() {
    this.told.onReset();
    this.#fill();
    this.panel.querySelector("button").focus();
  }
}
