/**
 * @file How the owner of one connection was found, or why there is none: what was tried, in the order of time, and what
 * would help, with the command to type. It is asked for when somebody wants to know, and again when the owner changes.
 */

import { counted, plain, timeText } from "../data/texts.js";
import { h } from "../dom.js";
import { commandLine, copyText } from "../frame/copy.js";

/** What came of an attempt: glyph, tone, and the word for readers. What says more is the attempt's own text. */
const RESULTS = {
  found: ["✓", "green", "found"],
  corrected: ["✓", "green", "corrected"],
  overruled: ["≠", "yellow", "overruled"],
};
const NOTHING = ["–", "grey", "nothing found"];

export class ExplainView {
  /** @param {{ask: (row: object, instance: string) => Promise<object>, commandOf: (row: object) => string, say: (text: string) => void}} told */
  constructor(told) {
    this.told = told;
    this.button = h("button", { type: "button", class: "nm-filter-chip", "aria-expanded": "false" }, "Explain");
    this.button.title = "What was tried to find the owner, and what would help";
    this.button.addEventListener("click", () => this.#toggle());
    this.status = h("p", { class: "nm-dim", role: "status" });
    this.answer = h("div", null);
    const title = h("h3", null, "How the owner was looked for");
    const named = { class: "nm-explain", role: "region", "aria-label": "How the owner was looked for", hidden: true };
    this.element = h("section", named, title, this.status, this.answer);
    this.row = null;
    this.shown = "";
  }

  /**
   * Another connection from here on; what was said of the one before goes.
   * @param {object} row @param {string} instance the run of the collector that knows it: the next gives its id to another
   */
  begin(row, instance) {
    this.row = row;
    this.instance = instance;
    this.#show(false);
    this.answer.replaceChildren();
    this.shown = "";
  }

  /** The owner was corrected: what is told is of before. @param {number} now Unix seconds */
  ownerChanged(now) {
    this.now = now;
    if (!this.element.hidden) this.#ask();
  }

  #toggle() {
    this.#show(this.element.hidden);
    if (!this.element.hidden) this.#ask();
  }

  #show(isShown) {
    this.element.hidden = !isShown;
    this.button.setAttribute("aria-expanded", String(isShown));
  }

  async #ask() {
    const { row } = this;
    if (this.shown === "") this.#say("Asking the collector…");
    let data;
    try {
      data = await this.told.ask(row, this.instance);
    } catch (error) {
      if (error?.name !== "AskError") throw error;
      if (this.row === row) this.#refused(error);
      return;
    }
    if (this.row === row) this.#told(data);
  }

  #refused({ message, command }) {
    this.#say(message);
    this.#fill(message, command ? [commandLine(command)] : []);
  }

  #told(data) {
    this.#say(data.forgotten ? plain(data.forgotten) : "");
    const origin = JSON.stringify(data);
    if (origin !== this.shown) this.#fill(origin, data.forgotten ? [] : this.#parts(data));
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** What has the focus may go with what it was part of: the button that asked takes it then. */
  #fill(origin, parts) {
    const hadFocus = this.answer.contains(this.answer.getRootNode().activeElement);
    this.shown = origin;
    this.answer.replaceChildren(...parts);
    if (hadFocus) this.button.focus({ preventScroll: true });
  }

  #say(text) {
    this.status.textContent = text;
    this.status.hidden = text === "";
  }

  #parts({ owner, seen, attempts, nothing, advice }) {
    const { row } = this;
    const facts = h(
      "p",
      { class: "nm-explain-facts" },
      h("span", { class: "nm-dim" }, "Owner "), h("bdi", null, plain(owner)),
      h("br"),
      h("span", { class: "nm-dim" }, "Seen "), h("bdi", null, plain(seen)),
    );
    const tried = h("ol", { class: "nm-attempts" }, attempts.map((attempt) => this.#attempt(attempt)));
    const help = advice.map(({ text, command }) =>
      h("li", null, h("p", null, h("bdi", null, plain(text))), command ? commandLine(command) : null),
    );
    const copy = h("button", { type: "button", class: "nm-filter-chip" }, "Copy as CLI");
    copy.addEventListener("click", () => this.#copy(this.told.commandOf(row)));
    return [
      facts,
      h("h4", null, "Tried"),
      nothing ? h("p", { class: "nm-dim" }, `${nothing}.`) : tried,
      help.length > 0 && h("h4", null, "What would help"),
      help.length > 0 && h("ul", { class: "nm-advice" }, help),
      h("p", { class: "nm-explain-foot" }, copy),
    ].filter(Boolean);
  }

  #attempt({ first, last, count, way, result, text }) {
    const [glyph, tone, word] = RESULTS[result] ?? NOTHING;
    const now = this.now ?? first;
    const often = count > 1 ? `${counted(count, "time")}, last at ${timeText(last, now)}` : "";
    return h(
      "li",
      { class: "nm-attempt" },
      h("span", { class: `nm-check-mark nm-tone-${tone}`, "aria-hidden": "true" }, glyph),
      h("span", { class: "nm-num nm-dim nm-attempt-time" }, timeText(first, now)),
      h("span", { class: "nm-attempt-way" }, plain(way)),
      h(
        "span",
        { class: "nm-attempt-text" },
        h("span", { class: "nm-unseen" }, `${word}: `),
        h("bdi", null, plain(text)),
        often && h("span", { class: "nm-dim nm-num" }, ` (${often})`),
      ),
    );
  }

  async #copy(command) {
    const isDone = await copyText(command, this.element);
    this.told.say(isDone ? "Copied" : "The browser refuses to copy: select the text and press Ctrl+C");
  }
}
