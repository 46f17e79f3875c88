/**
 * The frame of every page: head, banners, panel, dialogs, keys; and the page in its slot. Made anew at each mount; the
 * store, the link, the address and "since now" live on.
 */

import { h } from "../dom.js";
import { PAGES, TITLES } from "./address.js";
import { Announcer } from "./announce.js";
import { Banner } from "./banner.js";
import { commandOf } from "./cli.js";
import { conditionOf, isOutOfDate, wholeSeconds } from "./condition.js";
import { copyText } from "./copy.js";
import { confirm, showCommand, showHelp } from "./dialogs.js";
import { Header } from "./header.js";
import { Keys } from "./keys.js";
import { PageSlot } from "./page_slot.js";
import { Panel } from "./panel.js";
import { SinceNow } from "./since.js";
import { adopt } from "./styles.js";

const CLOCK_MILLISECONDS = 1000;
const SHEETS = ["frame.css", "head.css", "notices.css", "dialogs.css", "tile.css"];
/** Sheets of a page that has more than the one of its name. @type {Object<string, string[]>} */
const PAGE_SHEETS = {
  overview: ["overview.css", "overview_chart.css", "overview_lists.css"],
  connections: ["table.css", "connections.css", "connection_filter.css", "connection_details.css"],
  applications: ["connection_filter.css", "table.css", "tree.css", "applications.css"],
  domains: ["connection_filter.css", "table.css", "tree.css", "domains.css"],
  history: [],
};
const UNWATCHED = new Set(["overview", "domains", "history", "config"]); // pages that show no rows
/** Pages that the collector is not needed for: the chip alone says how it is. */
const WITHOUT_COLLECTOR = new Set(["history", "config"]);

const since = new SinceNow();
/** What was told of last, through page switches: a page opened while all is well announces nothing. */
const told = { condition: "connecting", lostAt: null };
/** Codes of the limits that were dismissed in this tab. @type {Set<string>} */
const dismissed = new Set();

export class Frame {
  /** @param {{component: object, page: string, store: object, link: object, address: object}} parts */
  constructor({ component, page, store, link, address }) {
    Object.assign(this, { component, page, store, link, address });
    this.isDestroyed = false;
    this.changes = new Set();
    this.request = 0;
    address.arrived(page);
    this.voice = new Announcer();
    this.slot = new PageSlot({ page, context: this.#context() });
    this.header = new Header({ title: TITLES[page] ?? "netmon", store, since, on: this.#actions() });
    this.panel = new Panel({
      store,
      link,
      anchor: this.header.chip.element,
      ask: (question) => confirm(this.root, question, (text) => this.voice.toast(text)),
      toast: (text) => this.voice.toast(text),
    });
    this.banner = new Banner({
      store,
      dismissed,
      onstart: () => this.panel.start(),
      onretry: () => link.retryNow(),
      ondismiss: () => this.#dismiss(),
    });
    this.body = h("section", { class: "nm-main", "aria-label": TITLES[page] ?? "Page", hidden: true });
    this.body.append(this.slot.element);
    this.root = h("div", { class: "nm-root", hidden: true });
    this.root.append(this.header.element, this.banner.element, this.body, this.panel.element);
    this.root.append(this.voice.toasts, this.voice.region);
    component.parentElement.append(this.root);
    this.#begin();
  }

  destroy() {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.unsubscribe();
    this.keys.destroy();
    clearInterval(this.clock);
    cancelAnimationFrame(this.request);
    removeEventListener("popstate", this.popped);
    this.panel.destroy();
    this.banner.destroy();
    this.voice.destroy();
    this.slot.destroy();
    this.root.remove();
  }

  async #begin() {
    this.unsubscribe = this.store.subscribe((kind) => this.#changed(kind));
    this.clock = setInterval(() => this.#showState(), CLOCK_MILLISECONDS);
    this.keys = new Keys(() => this.#keyHandlers(), () => this.#isCovered());
    this.popped = () => this.#changed("params");
    addEventListener("popstate", this.popped);
    this.#watch();
    await adopt(this.component.parentElement, [...SHEETS, ...(PAGE_SHEETS[this.page] ?? [`${this.page}.css`])]);
    if (this.isDestroyed) return;
    this.root.hidden = false;
    this.#showState();
    await this.slot.open();
  }

  /** What pages are given. */
  #context() {
    return {
      store: this.store,
      link: this.link,
      sinceNow: since,
      go: (page, params = {}) => this.#go(page, params),
      address: this.address,
      get params() {
        return this.address.params;
      },
      setParams: (changes) => this.address.setParams(changes),
      announce: (text) => this.voice.announce(text),
      toast: (text) => this.voice.toast(text),
      copy: (text) => this.#copy(text),
      cli: (words) => commandOf(words, this.store.hello?.socket ?? ""),
    };
  }

  #actions() {
    return {
      chip: () => this.panel.toggle(),
      copy: () => this.#copyCommand(),
      help: () => showHelp(this.root, this.store.hello?.version ?? ""),
      since: () => this.#toggleSince(),
    };
  }

  #changed(kind) {
    if (kind === "full" || kind === "tick" || kind === "hello") this.#followSince();
    this.changes.add(kind);
    if (this.request === 0) this.request = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.request = 0;
    const kinds = this.changes;
    this.changes = new Set();
    if (kinds.has("full")) kinds.delete("tick"); // a page that drew all has drawn the changes
    this.#showState();
    if (!this.body.hidden) this.slot.update(kinds);
  }

  #showState() {
    this.header.update();
    const news = this.banner.update();
    const needsNone = WITHOUT_COLLECTOR.has(this.page);
    const shown = needsNone ? "page" : news;
    this.banner.element.hidden = needsNone;
    const wasHidden = this.body.hidden;
    this.body.hidden = shown === "none";
    this.body.classList.toggle("nm-old", shown === "dimmed");
    this.header.now.classList.toggle("nm-old", shown === "dimmed");
    if (wasHidden && !this.body.hidden) this.slot.update(["full"]);
    if (this.panel.isOpen) this.panel.update();
    this.#tellOfChange();
  }

  /** Says a change of the state once, and "back after 14 s" where data was on screen before. */
  #tellOfChange() {
    const { store } = this;
    const condition = conditionOf(store);
    if (condition === told.condition) return;
    const cameBack = !isOutOfDate(condition);
    const now = performance.now() / 1000;
    if (cameBack && told.lostAt !== null && told.condition === "stopped") {
      this.voice.toast("Monitoring runs again.");
    } else if (cameBack && told.lostAt !== null) {
      const { title = "", text = "" } = store.state ?? {};
      const isTold = title.startsWith("Back after");
      this.voice.toast(isTold ? `${title}. ${text}` : `Back after ${wholeSeconds(now - told.lostAt)}.`);
    } else if (told.condition !== "connecting" || !cameBack) {
      this.voice.announce(this.header.chip.text.textContent);
    }
    if (cameBack) told.lostAt = null;
    else if (store.dataTime > 0) told.lostAt ??= now;
    told.condition = condition;
  }

  /** Is something open above the page, whose keys are its own? */
  #isCovered() {
    return this.panel.isOpen || this.root.querySelector("dialog[open]") !== null;
  }

  #keyHandlers() {
    return {
      "/": () => this.#focusSearch(),
      " ": () => this.header.togglePause(),
      "?": () => showHelp(this.root, this.store.hello?.version ?? ""),
      n: () => this.#toggleSince(),
      h: () => this.#toggleNames(),
      u: () => this.voice.announce(`Units: ${this.header.nextUnits()}`),
      "g o": () => this.#go("overview", {}),
      "g c": () => this.#go("connections", {}),
      "g a": () => this.#go("applications", {}),
      "g h": () => this.#go("history", {}),
      "g s": () => this.#go("config", {}),
      "g d": () => this.#go("domains", {}),
      ...this.slot.keys,
    };
  }

  #focusSearch() {
    const field = this.slot.element.querySelector("input[type=search]");
    if (field === null) return false;
    field.focus();
    field.select();
    return true;
  }

  #go(page, params) {
    if (!(page in PAGES)) throw new TypeError(`no page "${page}"`);
    if (page === this.page) {
      this.address.push(params);
      this.#changed("params");
    } else {
      this.address.go(page, params);
    }
  }

  #dismiss() {
    this.#showState();
    this.header.chip.element.focus();
  }

  /** Without rows on this page, one "full" with them is asked for, so that theirs of this moment are known. */
  #toggleSince() {
    if (this.store.dataTime === 0) return; // there is no moment to count from
    if (since.isOn) since.end();
    else since.begin(this.store);
    this.#watch();
    this.voice.announce(since.isOn ? "Sums count from now on" : "Sums count from the beginning again");
    this.#changed("view");
  }

  #followSince() {
    if (since.follow(this.store)) this.changes.add("view");
    this.#watch();
  }

  /** Asks for what this page shows, and once for what "since now" counts from. */
  #watch() {
    const wantsRows = !UNWATCHED.has(this.page) || since.needsRows;
    this.link.watch(wantsRows, this.page === "domains" || since.needsDomains);
  }

  #toggleNames() {
    this.voice.announce(this.header.toggleNames() ? "Names are hidden in this tab" : "Names are shown");
  }

  async #copyCommand() {
    const command = this.slot.cliCommand() ?? commandOf(["stream"], this.store.hello?.socket ?? "");
    if (await this.#copy(command)) this.voice.toast(`Copied: ${command}`);
  }

  async #copy(text) {
    if (await copyText(text, this.root)) return true;
    showCommand(this.root, text);
    return false;
  }
}
