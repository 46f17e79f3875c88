/** @file The panel of one connection: all that is known of it. It stays on its connection, also when that closes. */

import { tile } from "../widgets/tile.js";
import { h, setAttr, setText } from "../dom.js";
import { copyText } from "../frame/copy.js";
import { factGroups, filterOffers, rowAsJson, rowAsText, siblings } from "./facts.js";
import * as texts from "../data/texts.js";
import { TraceView } from "./trace_view.js";

export class Details {
  /**
   * @param {{ask: (row: object) => Promise<object>, rows: () => Map<number, object>, say: (text: string) => void,
   *   onFilter: (field: string, value: string) => void, onHide: (name: string) => void, onClose: () => void}} told
   */
  constructor(told) {
    this.told = told;
    this.element = h("section", { class: "nm-details nm-card", "aria-label": "Details", hidden: true });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      told.onClose();
    });
    /** @type {import("../data/types.js").Row|null} */
    this.row = null;
    this.traced = 0;
  }

  /** @param {import("../data/types.js").Row} row @param {{look: texts.Look, time: number}} now */
  open(row, now) {
    this.row = row;
    this.trace = new TraceView();
    this.traced = now.time;
    this.#make(now.look);
    this.element.hidden = false;
    this.show(now);
    this.element.scrollTop = 0;
    this.#askTrace(row, now);
  }

  close() {
    this.row = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  focus() {
    this.closeButton.focus({ preventScroll: true });
  }

  /** A tick went by. @param {{time: number, interval: number}} data */
  ticked({ time, interval }) {
    if (this.row === null || time <= this.traced) return;
    this.traced = time;
    const { sentRate, receivedRate } = this.row;
    if (sentRate === 0 && receivedRate === 0) return;
    this.trace.add({ time, interval, sent: sentRate * interval, received: receivedRate * interval });
  }

  /** Write what changed. @param {{look: texts.Look, time: number}} now */
  show({ look, time }) {
    const { row } = this;
    if (row === null) return;
    this.look = look;
    const state = texts.stateLook(row, look);
    this.pill.className = `nm-pill nm-tone-${state?.colour ?? "grey"}`;
    this.pill.hidden = state === null;
    setText(this.pill, state ? `${state.glyph} ${state.name}` : "");
    const rows = this.told.rows();
    const isListed = rows.get(row.n) === row;
    this.gone.hidden = isListed || row.end !== null;
    this.#showFacts(factGroups(row, look, isListed));
    this.#showSiblings(siblings(row, rows.values()));
    this.trace.draw(time, look);
  }

  #make(look) {
    const { row } = this;
    const name = texts.appText(row, look);
    const end = texts.remoteText(row) || texts.localText(row);
    setAttr(this.element, "aria-label", texts.cut(`Details: ${name} ${end}`));
    this.pill = h("span", { class: "nm-pill" });
    const close = { type: "button", class: "nm-button nm-details-close", "aria-label": "Close the details" };
    this.closeButton = h("button", { ...close, title: "Close (Esc)", onclick: () => this.told.onClose() }, "✕");
    const head = h(
      "header",
      { class: "nm-details-head" },
      tile(texts.ownerName(row) ? (row.app ?? row.proc) : null),
      h("h2", { class: "nm-details-title" }, h("bdi", { class: "nm-cut", title: texts.cut(name) }, name)),
      h("bdi", { class: "nm-details-end nm-num nm-dim nm-cut", title: texts.cut(end) }, end),
      this.pill,
      this.closeButton,
    );
    this.gone = h("p", { class: "nm-note", role: "status" }, "No longer listed: this is what was known last.");
    this.facts = h("div", { class: "nm-fact-groups" });
    this.groups = new Map();
    this.near = h("div", { class: "nm-siblings" });
    const side = h("div", { class: "nm-details-side" }, this.trace.element, this.near, this.#actions(row));
    this.element.replaceChildren(head, this.gone, h("div", { class: "nm-details-body" }, side, this.facts));
  }

  #actions(row) {
    const { told } = this;
    const offers = filterOffers(row).map(({ label, field, value }) =>
      button(label, `Show only ${field}:${value}`, () => told.onFilter(field, value)),
    );
    const name = texts.ownerName(row);
    const copies = [
      button("Text", "Copy as text", () => this.#copy(rowAsText(row, this.look))),
      button("JSON", "Copy as JSON", () => this.#copy(rowAsJson(row))),
    ];
    const hide = button("Hide this app", `Add !app:${name} to the filter`, () => told.onHide(name));
    const rows = [offers.length > 0 && actionRow("Filter by", offers), actionRow("Copy", copies, name !== "" && hide)];
    return h("div", { class: "nm-details-actions" }, rows);
  }

  async #copy(text) {
    const isDone = await copyText(text, this.element);
    this.told.say(isDone ? "Copied" : "The browser refuses to copy: select the text and press Ctrl+C");
  }

  /** Values are written in place: a text that is being selected stays so. */
  #showFacts(groups) {
    const shape = groups.map(({ title, facts }) => [title, ...facts.map(({ label }) => label)].join("\n")).join("\n\n");
    if (shape !== this.shape || this.facts.childElementCount === 0) {
      this.shape = shape;
      this.values = [];
      this.facts.replaceChildren(...groups.map((group) => this.#group(group)));
    }
    const values = groups.flatMap(({ facts }) => facts);
    values.forEach(({ value }, place) => setText(this.values[place], value));
  }

  #group({ title, facts }) {
    const items = facts.map(({ label, long }) => {
      const value = h("bdi", { class: "nm-fact-value" });
      this.values.push(value);
      return h("div", { class: long ? "nm-fact nm-fact-long" : "nm-fact" }, h("dt", null, label), h("dd", null, value));
    });
    return h("section", { class: "nm-fact-group" }, h("h3", null, title), h("dl", null, items));
  }

  #showSiblings(found) {
    const shape = found.map(({ field, count }) => `${field}${count}`).join();
    if (shape === this.near.dataset.shape) return;
    this.near.dataset.shape = shape;
    const links = found.map(({ label, count, field, value }) => {
      const onclick = () => this.told.onFilter(field, value);
      const words = `${count.toLocaleString("en-US")} more ${label}`;
      return h("button", { type: "button", class: "nm-link", onclick }, words);
    });
    this.near.replaceChildren(...links);
  }

  async #askTrace(row, now) {
    const { trace } = this;
    try {
      const { points } = await this.told.ask(row);
      trace.load(points);
    } catch (error) {
      if (error?.name !== "AskError") throw error; // no answer: the picture begins now
      return;
    }
    if (this.trace === trace && this.row === row) trace.draw(Math.max(this.traced, now.time), this.look);
  }
}

function button(label, title, onclick) {
  return h("button", { type: "button", class: "nm-filter-chip", title: texts.cut(texts.plain(title)), onclick }, label);
}

function actionRow(name, ...buttons) {
  const title = h("span", { class: "nm-dim" }, name);
  return h("div", { class: "nm-action-row", role: "group", "aria-label": name }, title, buttons);
}
