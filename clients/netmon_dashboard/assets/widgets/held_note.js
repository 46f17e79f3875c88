/** @file Below a table: why its order is held, and the button that sorts it now. */

import { h, setText } from "../dom.js";

export class HeldNote {
  /** @param {() => void} onResume */
  constructor(onResume) {
    this.words = h("span", { class: "nm-held-words" });
    this.resume = h("button", { type: "button", class: "nm-link", onclick: onResume, hidden: true }, "Sort now");
    this.element = h("div", { class: "nm-held" }, this.words, " ", this.resume);
  }

  /**
   * @param {string} words why the order is held, or "" @param {number} appended new at the end
   * @param {boolean} canResume
   */
  show(words, appended, canResume) {
    const news = words && appended > 0 ? ` · ${appended.toLocaleString("en-US")} new at the end` : "";
    setText(this.words, words + news);
    // The focus comes here from a row, which ends the hold: the button must not vanish under it.
    this.resume.hidden = !canResume && this.resume.getRootNode().activeElement !== this.resume;
  }
}
