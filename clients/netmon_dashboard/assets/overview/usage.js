/** The panel below the chart: applications by their speed now, or who used the span that was chosen. */

import { termText } from "../data/query_edit.js";
import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { formatBytes, formatRate } from "../data/units.js";
import { PAGES, changedQuery } from "../frame/address.js";
import { ApplicationsList } from "./applications_list.js";
import { counted, follow } from "./cards.js";
import { unattributedSum } from "./facts.js";
import { CalmOrder } from "./order.js";
import { HeldPeak } from "./scale.js";
import { clockTime } from "./time_window.js";

const MOST_ROWS = 8;
/** The longest bar keeps its scale so long after a burst (seconds). */
const BAR_HOLD_SECONDS = 2;
const BAR_RELEASE_SECONDS = 2;
const NOBODY = "unattributed";

/** The query that shows the connections of an application. */
export function queryOf(/** @type {string} */ name) {
  return termText("app", name);
}

export class Usage {
  /** @param {any} context @param {boolean} calm @param {() => void} onclear the viewer is done with the span */
  constructor(context, calm, onclear) {
    this.context = context;
    this.store = context.store;
    this.order = new CalmOrder();
    this.full = new HeldPeak(BAR_HOLD_SECONDS, BAR_RELEASE_SECONDS);
    /** @type {{from: number, to: number} | null} */
    this.span = null;
    /** @type {any} the answer of the server about the span */
    this.answer = null;
    this.failure = "";
    this.asked = 0;
    this.list = new ApplicationsList(calm, (row) => this.#open(row));
    this.about = h("p", { class: "nm-ov-about", role: "status" });
    const clearProps = { type: "button", class: "nm-button nm-ov-clear", hidden: true, onclick: onclear };
    this.clearButton = h("button", clearProps, "Clear");
    const toAll = (event) => follow(event, () => context.go("applications", {}));
    this.nobody = h("p", { class: "nm-ov-nobody nm-ov-quiet", hidden: true });
    this.all = h("a", { class: "nm-ov-all", href: PAGES.applications, onclick: toAll });
    this.element = h(
      "section",
      { class: "nm-ov-panel nm-ov-usage", "aria-label": "Applications" },
      h(
        "div",
        { class: "nm-ov-head" },
        h("h2", { class: "nm-ov-title" }, "Applications"),
        this.about,
        this.clearButton,
      ),
      this.list.element,
      this.nobody,
      this.all,
    );
  }

  /** The busiest application; null while nothing moves. */
  get top() {
    return this.byId?.get(this.order.busiest ?? "") ?? null;
  }

  /** Take a tick. @param {boolean} isNew whether there are new rates, not another unit only */
  update(isNew) {
    const { apps } = this.store;
    if (isNew || !this.byId) {
      this.byId = new Map([...apps.values()].map((app) => [app.id, app]));
      this.order.follow([...apps.values()].map(contender), this.list.isHeld);
    }
    setText(this.all, apps.size > MOST_ROWS ? `Show all ${counted(apps.size, "application")}` : "Show applications");
    if (this.span) this.#showSpan();
    else this.#showNow();
  }

  /** Ask who used a span; null goes back to now. @param {{from: number, to: number} | null} span */
  async choose(span) {
    this.span = span;
    this.answer = null;
    this.failure = "";
    this.asked += 1;
    const asked = this.asked;
    this.update(false);
    if (!span) return;
    let answer = null;
    let failure = "";
    try {
      answer = await this.context.link.ask("range", span);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "AskError") throw error;
      failure = error.message;
    }
    if (asked !== this.asked) return; // another span was chosen meanwhile
    this.answer = answer;
    this.failure = failure;
    this.update(false);
  }

  #showNow() {
    const { units } = this.store.view;
    const hint = this.list.isHeld ? "order held" : "drag over the chart to see who used a moment";
    this.#say(`by current speed · ${hint}`, false);
    const rows = this.order.keys.slice(0, MOST_ROWS).flatMap((id) => {
      const app = this.byId.get(id);
      return app ? [this.#row(app, app.receivedRate, app.sentRate)] : [];
    });
    const nobody = unattributedSum(this.store.unattributed);
    if (nobody.receivedRate + nobody.sentRate > 0) {
      rows.push(this.#nobody(nobody.receivedRate, nobody.sentRate, nobody.count));
    }
    this.#draw(rows, (value) => formatRate(value, units), this.store.dataTime);
  }

  #showSpan() {
    const { units } = this.store.view;
    const { from, to } = this.answer ?? this.span;
    const between = `bytes between ${clockTime(from)} and ${clockTime(to)}`;
    this.#say(this.failure ? `${between}: ${this.failure}` : between, true);
    setAttr(this.element, "aria-busy", !this.answer && !this.failure ? "true" : null);
    if (!this.answer) return;
    const known = this.answer.apps.slice(0, MOST_ROWS).map(([n, sent, received]) => {
      const app = this.store.apps.get(n);
      return app ? this.#row(app, received, sent) : this.#gone(n, received, sent);
    });
    const [sent, received] = this.answer.unattributed;
    if (sent + received > 0) known.push(this.#nobody(received, sent, null));
    this.#draw(known, (value) => formatBytes(value, units === "iec" ? "iec" : "si"), null);
  }

  #say(/** @type {string} */ text, /** @type {boolean} */ isSpan) {
    setText(this.about, text);
    setAttr(this.clearButton, "hidden", !isSpan);
    this.element.classList.toggle("nm-ov-of-span", isSpan);
    if (!isSpan) setAttr(this.element, "aria-busy", null);
  }

  /** A bar over the whole width is the largest row; now, that shrinks as slowly as the chart's axis. */
  #draw(rows, /** @type {(value: number) => string} */ format, /** @type {number | null} */ now) {
    setAttr(this.nobody, "hidden", rows.length > 0);
    setText(this.nobody, now === null ? "No bytes in this time" : "No application has a connection yet");
    const largest = Math.max(0, ...rows.map((row) => row.received + row.sent));
    this.list.show(rows, now === null ? largest : this.full.follow(largest, now), format);
  }

  #row(/** @type {import("../data/types.js").App} */ app, /** @type {number} */ received, /** @type {number} */ sent) {
    const address = PAGES.connections + changedQuery("", { q: queryOf(app.name) });
    const lines = app.path && app.path !== app.name ? [app.name, app.path] : [app.name];
    const title = lines.map((line) => cut(plain(line))).join("\n");
    return { key: app.id, app, name: app.name, address, title, received, sent, connections: app.connections };
  }

  #gone(/** @type {number} */ n, /** @type {number} */ received, /** @type {number} */ sent) {
    const entry = this.store.series.flatMap((sample) => sample.top).find((one) => one.n === n && one.name);
    const name = entry ? entry.name : "an application that is gone";
    const title = `${cut(plain(name))}: gone`;
    return { key: `gone ${n}`, app: { name }, name, address: "", title, received, sent, connections: null };
  }

  #nobody(/** @type {number} */ received, /** @type {number} */ sent, /** @type {number | null} */ count) {
    const address = PAGES.connections + changedQuery("", { q: "is:unknown" });
    const title = `Traffic without a known process\n${this.#reasons()}`;
    return { key: NOBODY, app: null, name: "Unattributed", address, title, received, sent, connections: count };
  }

  /** Why there is no owner, a line a reason. */
  #reasons() {
    const { units } = this.store.view;
    const words = this.store.hello?.words?.reasons ?? {};
    return this.store.unattributed
      .filter((part) => part.count > 0 || part.sentRate + part.receivedRate > 0)
      .map((part) => {
        const speed = `↓ ${formatRate(part.receivedRate, units)} ↑ ${formatRate(part.sentRate, units)}`;
        return `${words[part.reason] ?? part.reason}: ${speed}, ${counted(part.count, "connection")}`;
      })
      .join("\n");
  }

  #open(/** @type {import("./applications_list.js").ListRow} */ row) {
    this.context.go("connections", { q: row.key === NOBODY ? "is:unknown" : queryOf(row.name) });
  }
}

/** @param {import("../data/types.js").App} app */
function contender(app) {
  return { id: app.id, rate: app.sentRate + app.receivedRate, total: app.sent + app.received, name: app.name };
}
