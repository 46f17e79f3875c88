/** @file The panel of one connection: all that is known of it. It stays on its connection, also when that closes. */

import { tile, updateTile } from "../widgets/tile.js";
import { h, setAttr, setText } from "../dom.js";
import { copyText } from "../frame/copy.js";
import { ExplainView } from "./explain_view.js";
import { factGroups, filterOffers, payloadOf, rowAsJson, rowAsText, siblings } from "./facts.js";
import * as texts from "../data/texts.js";
import { TraceView } from "./trace_view.js";

export class Details {
  /**
   * @param {{ask: (row: object) => Promise<object>, askPayload: (row: object) => Promise<object>,
   *   askWhy: (row: object, instance: string) => Promise<object>, instance: () => string, commandOf: (row: object) => string,
   *   rows: () => Map<number, object>, say: (text: string) => void,
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
    this.explain = new ExplainView({ ask: told.askWhy, commandOf: told.commandOf, say: told.say });
    /** @type {import("../data/types.js").Row|null} */
    this.row = null;
    this.traced = 0;
    /** What was asked for; the row itself bears it only where its packets are not captured. */
    this.payload = null;
    this.isAskingPayload = false;
  }

  /** @param {import("../data/types.js").Row} row @param {{look: texts.Look, time: number}} now */
  open(row, now) {
    this.row = row;
    this.trace = new TraceView();
    this.traced = now.time;
    this.payload = null;
    this.explain.begin(row, this.told.instance());
    this.#make(now.look);
    this.element.hidden = false;
    this.show(now);
    this.element.scrollTop = 0;
    this.#askTrace(row);
    this.#askPayload();
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
    if (this.row === null || time === this.traced) return; // an earlier one is new too: the clock was set back
    this.traced = time;
    this.#askPayload();
    const { sentRate, receivedRate } = this.row;
    if (sentRate === 0 && receivedRate === 0) return;
    this.trace.add({ time, interval, sent: sentRate * interval, received: receivedRate * interval });
  }

  /** Write what changed. @param {{look: texts.Look, time: number}} now */
  show({ look, time }) {
    const { row } = this;
    if (row === null) return;
    this.look = look;
    this.#followOwner(look);
    const state = texts.stateLook(row, look);
    this.pill.className = `nm-pill nm-tone-${state?.colour ?? "grey"}`;
    this.pill.hidden = state === null;
    setText(this.pill, state ? `${state.glyph} ${state.name}` : "");
    const rows = this.told.rows();
    const isListed = rows.get(row.n) === row;
    this.gone.hidden = isListed || row.end !== null;
    this.#showFacts(factGroups(row, look, isListed, this.#payloadNow()));
    this.#showSiblings(siblings(row, rows.values()));
    this.trace.element.hidden = look.isWithoutPackets === true; // a line at nothing would say that nothing moves
    this.trace.draw(time, look);
  }

  #make(look) {
    const { row } = this;
    const end = texts.remoteText(row) || texts.localText(row);
    this.tile = tile(null);
    this.title = h("bdi", { class: "nm-cut" });
    this.pill = h("span", { class: "nm-pill" });
    const close = { type: "button", class: "nm-button nm-details-close", "aria-label": "Close the details" };
    this.closeButton = h("button", { ...close, title: "Close (Esc)", onclick: () => this.told.onClose() }, "✕");
    const head = h(
      "header",
      { class: "nm-details-head" },
      this.tile,
      h("h2", { class: "nm-details-title" }, this.title),
      h("bdi", { class: "nm-details-end nm-num nm-dim nm-cut", title: texts.cut(end) }, end),
      this.pill,
      this.closeButton,
    );
    this.gone = h("p", { class: "nm-note", role: "status" }, "No longer listed: this is what was known last.");
    this.facts = h("div", { class: "nm-fact-groups" });
    this.groups = new Map();
    this.near = h("div", { class: "nm-siblings" });
    this.actions = h("div", { class: "nm-details-actions" });
    this.owner = "";
    this.#followOwner(look);
    const side = h("div", { class: "nm-details-side" }, this.trace.element, this.near, this.actions);
    const main = h("div", null, this.explain.element, this.facts);
    this.element.replaceChildren(head, this.gone, h("div", { class: "nm-details-body" }, side, main));
  }

  /** Late knowledge corrects the owner: what is named after it is made anew, and what was explained is asked again. */
  #followOwner(look) {
    const { row } = this;
    const name = texts.appText(row, look);
    const owner = [name, row.proc?.pid, row.ownerMethod, row.ownerConfidence, row.reason].join("\n");
    if (owner === this.owner) return;
    const isFirst = this.owner === "";
    this.owner = owner;
    const end = texts.remoteText(row) || texts.localText(row);
    setAttr(this.element, "aria-label", texts.cut(`Details: ${name} ${end}`));
    updateTile(this.tile, texts.ownerName(row) ? (row.app ?? row.proc) : null);
    setText(this.title, name);
    setAttr(this.title, "title", texts.cut(name));
    this.#fillActions(row);
    if (!isFirst) this.explain.ownerChanged(look.now);
  }

  /** The focus stays on the button of the same words, or goes to one that is always there. */
  #fillActions(row) {
    const focused = this.element.getRootNode().activeElement;
    const words = this.actions.contains(focused) ? focused.textContent : null;
    this.actions.replaceChildren(...this.#actions(row));
    if (words === null) return;
    const buttons = [...this.actions.querySelectorAll("button")];
    (buttons.find((one) => one.textContent === words) ?? this.explain.button).focus({ preventScroll: true });
  }

  #payloadNow() {
    const own = payloadOf(this.row);
    return own.sent === null && own.received === null ? (this.payload ?? own) : own;
  }

  /** Only TCP's payload is counted, and only rows that live have more of it from tick to tick. */
  async #askPayload() {
    const { row } = this;
    const isKnown = row.end !== null && this.payload !== null;
    if (row.protocol !== "tcp" || row.remainder || this.isAskingPayload || isKnown) return;
    if (this.told.rows().get(row.n) !== row) return;
    this.isAskingPayload = true;
    try {
      const payload = await this.told.askPayload(row);
      if (this.row === row) this.payload = payload;
    } catch (error) {
      if (error?.name !== "AskError") throw error; // no answer: what is shown stays
    } finally {
      this.isAskingPayload = false;
    }
  }

  #actions(row) {
    const { told } = this;
    const offers = filterOffers(row).map(({ label, field, value }) =>
      button(label, `Show only ${field}:${value}`, () => told.onFilter(field, value)),
    );
    const name = texts.ownerName(row);
    const copies = [
      button("Text", "Copy as text", () => this.#copy(rowAsText(row, this.look, this.#payloadNow()))),
      button("JSON", "Copy as JSON", () => this.#copy(rowAsJson(row, this.#payloadNow()))),
    ];
    const hide = button("Hide this app", `Add !app:${name} to the filter`, () => told.onHide(name));
    return [
      row.remainder ? "" : actionRow("Owner", this.explain.button),
      offers.length > 0 ? actionRow("Filter by", offers) : "",
      actionRow("Copy", copies, name !== "" && hide),
    ].filter(Boolean);
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

  async #askTrace(row) {
    const { trace } = this;
    try {
      const { points } = await this.told.ask(row);
      trace.load(points);
    } catch (error) {
      if (error?.name !== "AskError") throw error; // no answer: the picture begins now
      return;
    }
    if (this.trace === trace && this.row === row) trace.draw(this.traced, this.look);
  }
}

function button(label, title, onclick) {
  return h("button", { type: "button", class: "nm-filter-chip", title: texts.cut(texts.plain(title)), onclick }, label);
}

function actionRow(name, ...buttons) {
  const title = h("span", { class: "nm-dim" }, name);
  return h("div", { class: "nm-action-row", role: "group", "aria-label": name }, title, buttons);
}
