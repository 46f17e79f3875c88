/** @file What stands in a table where it has no rows: why, and the ways on where a filter is to blame. */

import { suggest } from "../data/suggest.js";
import { cut, plain } from "../data/texts.js";
import { h, setText } from "../dom.js";

export class NothingHere {
  /** @param {(query: string) => void} onQuery */
  constructor(onQuery) {
    this.suggestion = "";
    /** What was last looked for: once a query, for the table is empty each second anew. @type {string|null} */
    this.asked = null;
    this.title = h("p", { class: "nm-empty-title" });
    this.why = h("p", { class: "nm-dim" });
    this.meant = h("button", { type: "button", class: "nm-button", onclick: () => onQuery(this.suggestion) });
    this.all = h("button", { type: "button", class: "nm-button", onclick: () => onQuery("") }, "Clear the filter");
    const ways = h("div", { class: "nm-action-row" }, this.meant, this.all);
    this.element = h("div", { class: "nm-empty", role: "status", hidden: true }, this.title, this.why, ways);
  }

  hide() {
    this.element.hidden = true;
    this.asked = null;
  }

  /** @param {{title: string, why: string, isFilter: boolean, query: string, store: object}} words is the filter to blame? */
  show({ title, why, isFilter, query, store }) {
    this.element.hidden = false;
    setText(this.title, title);
    setText(this.why, why);
    this.all.hidden = !isFilter;
    const wanted = isFilter ? query : "";
    if (wanted !== this.asked) {
      this.asked = wanted;
      this.suggestion = wanted === "" ? "" : suggest(wanted, store);
    }
    this.meant.hidden = this.suggestion === "";
    setText(this.meant, `Did you mean ${cut(plain(this.suggestion))}?`);
  }
}
