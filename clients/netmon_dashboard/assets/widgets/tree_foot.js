/** @file The line below the table: how many, what the sums count from, whether the order is held. */

import { counted, sizeText } from "../data/texts.js";
import { h, setText } from "../dom.js";
import { HeldNote } from "./held_note.js";

export class Foot {
  /** @param {() => void} onResume @param {string} noun of what is listed */
  constructor(onResume, noun) {
    this.noun = noun;
    this.count = 0;
    this.words = h("span", { class: "nm-num" });
    this.since = h("span", { class: "nm-tree-since" });
    this.omitted = h("span", { class: "nm-tree-since", hidden: true });
    this.held = new HeldNote(onResume);
    const facts = h("div", { class: "nm-tree-facts" }, this.words, this.since, this.omitted);
    this.element = h("div", { class: "nm-table-foot" }, facts, this.held.element);
  }

  /** @param {{isCounted?: boolean}} given isCounted: packets are captured */
  show({ shown, all, since, omitted, look, isCounted = true }) {
    this.count = shown;
    setText(this.words, shown === all ? counted(all, this.noun) : `${shown.toLocaleString("en-US")} of ${counted(all, this.noun)}`);
    setText(this.since, isCounted ? `Σ captured IP bytes ${since}` : "Traffic is not counted: no packets are captured");
    this.omitted.hidden = !omitted || !isCounted;
    if (!omitted) return;
    const bytes = sizeText(omitted.sent + omitted.received, look);
    setText(this.omitted, `${counted(omitted.count, "connection")} with ${bytes} are in the sums and not among those listed`);
  }
}
