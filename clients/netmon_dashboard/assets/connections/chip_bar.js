/** @file The row of chips. All but "Show closed" write into the query and are lit by what it says. */

import { h, setAttr } from "../dom.js";
import { CHIPS, hasChip, toggleChip } from "./chips.js";

export class ChipBar {
  /**
   * @param {{onText: (text: string) => void, onClosed: (isShown: boolean) => void, textOf: () => string}} told
   */
  constructor(told) {
    this.buttons = CHIPS.map((chip) => {
      return { chip, button: chipButton(chip.label, chip.title, () => told.onText(toggleChip(told.textOf(), chip))) };
    });
    const toggle = () => told.onClosed(this.closed.getAttribute("aria-pressed") !== "true");
    this.closed = chipButton("Show closed", "Keep those that closed in the last 60 s", toggle);
    const buttons = this.buttons.map(({ button }) => button);
    this.element = h("div", { class: "nm-chips", role: "group", "aria-label": "Quick filters" }, buttons, this.closed);
  }

  /** @param {string} text what the field says @param {boolean} showsClosed */
  show(text, showsClosed) {
    for (const { chip, button } of this.buttons) setAttr(button, "aria-pressed", String(hasChip(text, chip)));
    setAttr(this.closed, "aria-pressed", String(showsClosed));
  }
}

function chipButton(label, title, onclick) {
  return h("button", { type: "button", class: "nm-filter-chip", "aria-pressed": "false", title, onclick }, label);
}
