/** The status chip: the state as glyph and text, always both, and the button that opens the panel. */

import { h, setAttr, setText } from "../dom.js";
import { chipOf } from "./condition.js";

/** The time of day of the machine that shows it, `14:03`. @param {number} unixSeconds */
export function clockTime(unixSeconds, withSeconds = false) {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (withSeconds) form.second = "2-digit";
  return new Intl.DateTimeFormat(undefined, form).format(new Date(unixSeconds * 1000));
}

export class Chip {
  /** @param {{store: object, onclick: () => void}} parts */
  constructor({ store, onclick }) {
    this.store = store;
    this.glyph = h("span", { class: "nm-chip-glyph", "aria-hidden": "true" });
    this.text = h("span", { class: "nm-num" });
    this.notes = h("span", { class: "nm-chip-notes", hidden: true });
    this.element = h(
      "button",
      { type: "button", class: "nm-chip", "aria-haspopup": "dialog", "aria-expanded": "false", onclick },
      this.glyph,
      h("span", { class: "nm-unseen" }, "Status: "),
      this.text,
      this.notes,
    );
    this.condition = "";
  }

  /** @returns {boolean} whether the state is another than before */
  update() {
    const look = chipOf(this.store, clockTime);
    setText(this.glyph, look.glyph);
    setText(this.text, look.text);
    setAttr(this.element, "class", `nm-chip nm-tone-${look.tone}`);
    const notes = this.store.hello?.degraded?.length ?? 0;
    this.notes.hidden = notes === 0;
    setText(this.notes, `! ${notes}`);
    setAttr(this.notes, "title", notes === 1 ? "1 thing is limited" : `${notes} things are limited`);
    const isAnother = look.condition !== this.condition;
    this.condition = look.condition;
    return isAnother;
  }
}
