/** The Overview: what moves now, who moves it, what is new, what listens to everybody. */

import { isWithoutPackets } from "../data/degraded.js";
import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { formatAge, formatRate } from "../data/units.js";
import { PAGES, changedQuery } from "../frame/address.js";
import { Cards, counted } from "./cards.js";
import { beginOf, droppedIn, listenerQuery, newcomers, nothingNew, openPorts } from "./facts.js";
import { peaks, samplesSince } from "./samples.js";
import { SideList } from "./side_lists.js";
import { Throughput } from "./throughput.js";
import { Usage, queryOf } from "./usage.js";

const PEAK_SECONDS = 60;

/** The command that shows the same in a terminal. */
export function cliCommand(/** @type {any} */ context) {
  const { units, refreshSeconds } = context.store.view;
  const words = ["stream", "apps", "-i", `${refreshSeconds}s`];
  return context.cli(units === "si" ? words : [...words, "--units", units]);
}

/**
 * @param {HTMLElement} root
 * @param {any} context see main.js
 * @returns {{update: (kind: string) => void, destroy: () => void, keys: Object<string, () => unknown>}}
 */
export function create(root, context) {
  return new Overview(root, context);
}

class Overview {
  constructor(/** @type {HTMLElement} */ root, /** @type {any} */ context) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.context = context;
    this.store = context.store;
    this.cards = new Cards(() => this.#openApp(this.usage.top));
    this.throughput = new Throughput(context, calm, (span) => this.usage.choose(span));
    this.usage = new Usage(context, calm, () => this.throughput.clearSpan());
    this.fresh = new SideList("New in the last 10 minutes", (line) => context.go("connections", { q: line.query }));
    this.open = new SideList("Listening on all interfaces", (line) => context.go("connections", { q: line.query }));
    this.drops = h("p", { class: "nm-ov-drops nm-tone-yellow", role: "status", hidden: true });
    this.loopback = h("p", { class: "nm-ov-loopback" });
    this.element = h(
      "div",
      { class: "nm-ov" },
      this.cards.element,
      this.drops,
      this.throughput.element,
      this.usage.element,
      h("div", { class: "nm-ov-sides" }, this.fresh.element, this.open.element),
      this.loopback,
    );
    root.append(this.element);
    this.keys = { Escape: () => (this.throughput.span ? this.throughput.clearSpan() : false) };
  }

  update(/** @type {string} */ kind) {
    if (kind === "params") this.throughput.followAddress();
    const hasData = this.store.sequence > 0 || this.store.series.length > 0;
    this.throughput.update();
    if (hasData) {
      this.usage.update(kind === "tick" || kind === "full");
      this.#showCards();
      this.#showSides();
      this.#showRemarks();
    }
  }

  #showCards() {
    const { store } = this;
    const newest = store.series.length > 0 ? store.series[store.series.length - 1].time : 0;
    const start = newest - PEAK_SECONDS;
    const lastMinute = samplesSince(store.series, start).filter((one) => one.time > start);
    let applications = 0;
    for (const app of store.apps.values()) applications += app.connections > 0 ? 1 : 0;
    const { top } = this.usage;
    this.cards.show(
      {
        isCounted: !isWithoutPackets(store.hello),
        headline: store.headline,
        peaks: peaks(lastMinute),
        active: store.active,
        listening: store.listening,
        applications,
        top,
        topAddress: top ? addressOf(queryOf(top.name)) : "",
      },
      store.view.units,
    );
  }

  #showSides() {
    const { store } = this;
    const now = store.dataTime;
    const start = beginOf(store.hello, store.apps.values());
    const rate = (/** @type {number} */ value) => formatRate(value, store.view.units);
    const fresh = newcomers(store.apps.values(), now, start).map((app) => ({
      key: app.id,
      app,
      name: app.name,
      middle: `↓ ${rate(app.receivedRate)}  ↑ ${rate(app.sentRate)}`,
      end: `${formatAge(now - app.first)} ago`,
      query: queryOf(app.name),
      address: addressOf(queryOf(app.name)),
      title: cut(plain(app.path)),
    }));
    this.fresh.show(fresh, nothingNew(now, start, formatAge));
    if (this.shownListeners === store.listeners) return; // a new list is a new array
    this.shownListeners = store.listeners;
    const lines = openPorts(store.listeners).map((one) => {
      const query = listenerQuery(one);
      const name = one.name || "unknown process";
      const end = one.user || "";
      const middle = `${one.protocol.toUpperCase()} ${one.port ?? ""}`.trim();
      const title = `${cut(plain(name))} accepts ${middle} on every interface${end ? `, as ${end}` : ""}`;
      const app = one.app ?? (one.name ? { name } : null);
      return { key: one.key, app, name, middle, end, query, address: addressOf(query), title };
    });
    this.open.show(lines, "Nothing listens on all interfaces.");
  }

  #showRemarks() {
    const { store } = this;
    const dropped = droppedIn(store.series);
    setAttr(this.drops, "hidden", dropped === 0);
    setText(
      this.drops,
      `${counted(dropped, "packet")} of the last 15 minutes could not be counted: all figures are lower bounds.`,
    );
    const down = formatRate(store.loopback.receivedRate, store.view.units);
    const up = formatRate(store.loopback.sentRate, store.view.units);
    setText(
      this.loopback,
      `Loopback moves ↓ ${down} ↑ ${up}: it counts for applications, not for the cards and the chart. ` +
        "All bytes are captured IP bytes, header and payload.",
    );
  }

  #openApp(/** @type {import("../data/types.js").App | null} */ app) {
    if (app) this.context.go("connections", { q: queryOf(app.name) });
  }

  destroy() {
    this.throughput.destroy();
    this.cards.destroy();
    this.element.remove();
  }
}

function addressOf(/** @type {string} */ query) {
  return PAGES.connections + changedQuery("", { q: query });
}
