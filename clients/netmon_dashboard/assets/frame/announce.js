/** What is said: to readers of the screen (a polite live region) and, for a while, to those who see (a toast). */

import { h, setText } from "../dom.js";

const TOAST_MILLISECONDS = 5000;

export class Announcer {
  constructor() {
    this.region = h("div", { class: "nm-unseen", role: "status", "aria-live": "polite" });
    this.toasts = h("div", { class: "nm-toasts" });
    this.timers = new Set();
  }

  /** Says a text to readers, once. */
  announce(text) {
    setText(this.region, "");
    this.region.append(text); // the same text again is an addition, and so is read again
  }

  /** Shows a text for 5 s and announces it; a click takes it away. */
  toast(text) {
    this.announce(text);
    const close = () => {
      clearTimeout(timer);
      this.timers.delete(timer);
      note.remove();
    };
    // The region has said it: a reader need not find it again.
    const note = h("div", { class: "nm-toast", "aria-hidden": "true", onclick: close }, text);
    const timer = setTimeout(close, TOAST_MILLISECONDS);
    this.timers.add(timer);
    this.toasts.replaceChildren(note); // one at a time: the newest is what matters
  }

  destroy() {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
