/** @file What stands in the table where it has no rows, and the notes above it. */

import { counted, cut, plain, sizeText } from "../data/texts.js";
import { h, setText } from "../dom.js";
import { NothingHere } from "../widgets/nothing_here.js";

const UNDO_MILLISECONDS = 12_000;

export class EmptyNote {
  /** @param {(query: string) => void} onQuery */
  constructor(onQuery) {
    this.timer = 0;
    this.nothing = new NothingHere(onQuery);
    this.element = this.nothing.element;
    this.omitted = h("p", { class: "nm-note nm-tone-yellow", role: "note", hidden: true });
    this.undo = h("p", { class: "nm-note", role: "status", hidden: true });
    this.notice = h("div", { class: "nm-notes" }, this.omitted, this.undo);
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** @param {{store: object, shown: import("./listing.js").Shown, query: string, look: object}} page */
  show({ store, shown, query, look }) {
    this.#showOmitted(store.omitted, shown.all, look);
    if (shown.entries.length > 0) {
      this.nothing.hide();
      return;
    }
    const [title, why, isFilter] = emptyWords(store.hasRows, shown.all);
    // What is meant would be a name: none is offered while they are hidden.
    this.nothing.show({ title, why, isFilter, query: look.hideNames ? "" : query, store });
  }

  /** Somebody hid an application: offer the way back, next to where it happened. */
  offerUndo(name, undo) {
    clearTimeout(this.timer);
    const close = () => {
      this.undo.hidden = true;
    };
    const back = () => {
      close();
      undo();
    };
    const button = h("button", { type: "button", class: "nm-link", onclick: back }, "Undo");
    this.undo.replaceChildren("Hidden: ", h("bdi", { class: "nm-cut" }, cut(plain(name))), button);
    this.undo.hidden = false;
    this.timer = setTimeout(close, UNDO_MILLISECONDS);
  }

  #showOmitted(omitted, listedCount, look) {
    this.omitted.hidden = !omitted;
    if (!omitted) return;
    const sums = `Σ↓ ${sizeText(omitted.received, look)} and Σ↑ ${sizeText(omitted.sent, look)}`;
    const more = `${omitted.count.toLocaleString("en-US")} more are not, which sum up to ${sums}.`;
    const listed = `The ${listedCount.toLocaleString("en-US")} busiest connections are listed`;
    setText(this.omitted, `${listed}; ${more} The filter looks only at what is listed.`);
  }
}

/** What to say, why, and whether the filter is to blame. @returns {[string, string, boolean]} */
function emptyWords(hasRows, all) {
  if (!hasRows) return ["Waiting for the first data …", "", false];
  if (all === 0) return ["No connections", "The collector knows of no socket and has seen no packet yet.", false];
  return ["Nothing matches this filter", `${counted(all, "connection")} without it.`, true];
}
