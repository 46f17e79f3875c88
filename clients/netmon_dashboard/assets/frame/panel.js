/**
 * The panel behind the status chip: what the collector says of itself, what is limited and how to mend it, the doctor's
 * checks, and what concerns everybody: stop, start, clear. It is asked for anew every 2 s while it is open.
 */

import { formatCount } from "../data/units.js";
import { h, setText } from "../dom.js";
import { clockTime } from "./chip.js";
import { conditionOf } from "./condition.js";
import { StatusView } from "./status_view.js";

const ASK_MILLISECONDS = 2000;
const MARKS = { ok: ["green", "✓"], warning: ["yellow", "!"], failed: ["red", "✗"] };
const FOR_WHOM = "that is for whoever started the collector, and for root";
const VERDICTS = { ok: "good", warning: "warning", failed: "failed" };

export class Panel {
  /**
   * @param {{store: object, link: object, anchor: HTMLElement,
   *   ask: (question: object) => void, toast: (text: string) => void}} parts
   */
  constructor({ store, link, anchor, ask, toast }) {
    this.store = store;
    this.link = link;
    this.anchor = anchor;
    this.ask = ask;
    this.toast = toast;
    this.status = null;
    this.problem = "";
    this.timer = 0;
    this.facts = new StatusView();
    this.why = h("p", { class: "nm-panel-why" });
    this.stop = h("button", { type: "button", class: "nm-button", onclick: () => this.#askToStop() });
    this.clear = h("button", { type: "button", class: "nm-button", onclick: () => this.#askToClear() });
    setText(this.clear, "Clear statistics…");
    const close = h("button", { type: "button", class: "nm-button nm-panel-close", "aria-label": "Close" }, "✕");
    close.addEventListener("click", () => this.close());
    this.element = h(
      "div",
      { class: "nm-panel", popover: "auto", role: "dialog", "aria-label": "State of the collector" },
      h("div", { class: "nm-panel-head" }, h("h2", { class: "nm-panel-title" }, "Collector"), close),
      this.facts.element,
      h(
        "div",
        { class: "nm-panel-actions" },
        h("h3", null, "For everybody on this machine"),
        this.stop,
        this.clear,
        this.why,
      ),
    );
    this.element.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
  }

  get isOpen() {
    return this.element.matches(":popover-open");
  }

  /** Opens at the chip, or closes. */
  toggle() {
    if (this.isOpen) {
      this.close();
      return;
    }
    this.update();
    this.element.showPopover();
    this.#place();
    this.element.querySelector("button").focus();
  }

  close() {
    if (this.isOpen) this.element.hidePopover();
  }

  destroy() {
    clearTimeout(this.timer);
    this.close();
  }

  /** Shows what is known now. Cheap where nothing changed. */
  update() {
    this.#updateActions();
    const limits = this.status?.degraded ?? this.store.hello?.degraded ?? [];
    const notes = [...this.#stateLines(), this.problem].filter(Boolean);
    if (this.status === null && notes.length === 0) notes.push("Asking the collector…");
    const { hello, share, unattributed, view } = this.store;
    const known = { status: this.status, limits, notes, version: hello?.version ?? "", words: hello?.words };
    this.facts.show({ ...known, share, unattributed, units: view.units });
  }

  #toggled(isOpen) {
    this.anchor.setAttribute("aria-expanded", String(isOpen));
    clearTimeout(this.timer);
    if (isOpen) this.#fetch();
    else if (this.element.contains(this.element.getRootNode().activeElement)) this.anchor.focus();
  }

  #place() {
    const chip = this.anchor.getBoundingClientRect();
    const width = this.element.offsetWidth;
    const edge = 8;
    const left = Math.max(edge, Math.min(chip.left, document.documentElement.clientWidth - width - edge));
    const top = Math.max(edge, chip.bottom + 6);
    this.element.style.setProperty("left", `${left}px`);
    this.element.style.setProperty("top", `${top}px`);
    this.element.style.setProperty("max-height", `calc(100dvh - ${top + edge}px)`);
  }

  async #fetch() {
    try {
      this.status = await this.link.ask("status");
      this.problem = "";
    } catch (error) {
      this.problem = error.message;
    }
    if (!this.isOpen) return;
    this.update();
    this.#place();
    this.timer = setTimeout(() => this.#fetch(), ASK_MILLISECONDS);
  }

  #stateLines() {
    const { store } = this;
    const condition = conditionOf(store);
    if (condition === "live" || condition === "paused") return [];
    return [store.state?.title, store.state?.text].filter(Boolean);
  }

  #updateActions() {
    const { store } = this;
    const isStopped = store.state?.state === "stopped";
    const viewer = store.hello?.viewer;
    const isThere = store.connected && ["live", "stopped", "stale"].includes(store.state?.state);
    const isRecording = store.hello?.packet_source === "recording";
    setText(this.stop, isStopped ? "Start monitoring" : "Stop monitoring…");
    const may = viewer?.may_control === true;
    this.stop.disabled = this.clear.disabled = !may || !isThere;
    let why = "";
    if (viewer && !may) why = `You may not stop, start or clear: ${viewer.reason || FOR_WHOM}.`;
    else if (!isThere) why = "The collector does not answer now.";
    else if (isRecording) why = "This collector plays a recording.";
    setText(this.why, why);
    this.why.hidden = why === "";
  }

  /** In words that can be heard before it is done, with who else is concerned. */
  #askToStop() {
    if (this.store.state?.state === "stopped") {
      this.start();
      return;
    }
    this.close();
    this.ask({
      title: "Stop monitoring?",
      text: `Stops capture for everybody on this machine; ${otherClients(this.status)}; history will have a gap.`,
      verb: "Stop monitoring",
      isDanger: true,
      run: async () => (await this.link.ask("stop")).text,
    });
  }

  #askToClear() {
    this.close();
    const epoch = this.store.epoch;
    const since = epoch ? ` They count since ${clockTime(epoch, true)}.` : "";
    this.ask({
      title: "Clear statistics?",
      text:
        `Lets all sums begin anew, for everybody on this machine; ${otherClients(this.status)}.${since} ` +
        "Capture goes on, and what was recorded stays.",
      verb: "Clear statistics",
      isDanger: true,
      run: async () => (await this.link.ask("clear")).text,
    });
  }

  /** Nobody loses anything by this: it needs no question. */
  async start() {
    try {
      this.toast((await this.link.ask("start")).text);
      this.close();
    } catch (error) {
      this.toast(error.message);
    }
  }
}

/** @param {{clients?: number}|null} status @returns {string} who else looks at it; the dashboard itself is a client */
export function otherClients(status) {
  if (typeof status?.clients !== "number") return "other clients may be connected";
  const others = Math.max(0, status.clients - 1);
  if (others === 0) return "no other client is connected";
  return others === 1 ? "1 other client is connected" : `${formatCount(others)} other clients are connected`;
}
