/** @file The page "Domains": whom this machine talks to, by name; and how much of what browsers move has one. */

import { Foot } from "../applications/foot.js";
import { formatSort, sameSort } from "../applications/order.js";
import { formatOpen, parseOpen } from "../applications/tree.js";
import { sumsSince } from "../applications/words.js";
import { lanesFeed } from "../data/past.js";
import { counted } from "../data/texts.js";
import { h, setText } from "../dom.js";
import { NothingHere } from "../widgets/nothing_here.js";
import { OrderKeeper } from "../widgets/order_keeper.js";
import { Search } from "../widgets/search.js";
import { TreeTable } from "../widgets/tree_table.js";
import { BrowserCards } from "./browser_cards.js";
import { browserFacts } from "./browsers.js";
import { columnsFor, tracks } from "./columns.js";
import { domainsCommand } from "./command.js";
import { DOMAIN_FIELDS, passing, standIns } from "./domain_match.js";
import { groupsOf } from "./groups.js";
import { makeLine } from "./line_view.js";
import { DEFAULT_SORT, GroupOrder, nextSort, parseSort } from "./order.js";
import { linesOf } from "./tree.js";
import { emptyWords, missingWords } from "./words.js";

/** @param {HTMLElement} root @param {object} context see main.js */
export function create(root, context) {
  return new DomainsPage(root, context);
}

/** The text of "Copy as CLI". */
export function cliCommand({ params, store }) {
  const browsers = [...store.apps.values()].filter(({ isBrowser }) => isBrowser).map(({ name }) => name);
  return domainsCommand(params, { units: store.view.units, socket: store.hello?.socket ?? "", browsers });
}

class DomainsPage {
  constructor(root, context) {
    this.context = context;
    this.store = context.store;
    this.sort = parseSort(context.params.get("sort")) ?? DEFAULT_SORT;
    this.open = new Set(parseOpen(context.params.get("open")));
    this.groups = new GroupOrder();
    this.order = new OrderKeeper({
      onShow: (words, isHeld) => this.foot.held.show(words, this.groups.appended, isHeld),
      onResume: () => this.refresh(),
    });
    this.query = { text: "", filter: { terms: [] } };
    this.width = 0;
    this.past = lanesFeed(() => this.look && this.refresh());
    this.#build(root, context.params.get("q") ?? "");
    this.keys = { "/": () => this.search.focus() };
  }

  /** @param {"hello"|"state"|"full"|"tick"|"socket"|"view"|"params"} kind */
  update(kind) {
    if (kind === "socket" || kind === "state") return;
    if (kind === "params") this.#followAddress();
    this.refresh();
  }

  destroy() {
    this.past.end();
    this.order.destroy();
    this.sizes.disconnect();
    this.search.destroy();
    this.table.destroy();
  }

  /** Bring everything on the page up to date. Sorted anew unless the order is held, or somebody asked for it. */
  refresh() {
    const { store } = this;
    const since = this.context.sinceNow;
    const sums = (domain) => since?.domain(domain) ?? domain;
    const isFiltered = this.query.filter.terms.length > 0;
    const left = passing(this.query.filter, store.domains.all.values(), store.dataTime);
    const all = isFiltered ? groupsOf(store.domains.all.values(), sums).length : null;
    const groups = this.groups.arrange(groupsOf(left, sums), { sort: this.sort, isHeld: this.order.isHeldNow() });
    this.look = this.#lookNow();
    const lines = linesOf(groups, {
      open: this.open, sums, sumsOfPart: (part) => since?.unnamed(part) ?? part, unnamed: isFiltered ? [] : store.domains.unnamed,
    });
    const { columns, isNarrow } = columnsFor(this.width, this.past.figures !== null);
    this.table.setColumns(columns, isNarrow, this.sort);
    this.table.show(lines, this.look);
    this.cards.show(store.hasDomains ? browserFacts(store) : [], this.look);
    this.#showFoot(groups.length, all ?? groups.length);
    this.#showMissing();
    this.#showEmpty(lines, all ?? groups.length);
    this.order.show();
  }

  #lookNow() {
    const { store } = this;
    return {
      now: store.pausedAt ?? store.time(), dataTime: store.dataTime, units: store.view.units, words: store.hello?.words ?? {},
      hideNames: store.view.hideNames, lanes: store.domains.lanes, past: this.past.figures,
    };
  }

  #build(root, text) {
    this.table = new TreeTable({
      onSort: (key) => this.#sortBy(nextSort(this.sort, key)),
      onToggle: (line) => this.#toggle(line),
      ...this.order.listeners,
      onConnections: (query) => this.context.go("connections", { q: query || null }),
    }, { label: "Domains", makeLine, tracks });
    this.foot = new Foot(() => this.order.sortNow(), "domain");
    this.cards = new BrowserCards();
    this.missing = h("p", { class: "nm-note nm-tone-yellow", role: "note", hidden: true });
    this.empty = new NothingHere((query) => this.search.set(query));
    this.search = new Search(text, { onQuery: (query, filter) => this.#filtered(query, filter), onText: () => {} });
    this.query = { text: this.search.good, filter: this.search.filter };
    this.search.field.placeholder = "Filter: example.org   app:firefox   source:dns   total:>1M";
    this.search.field.setAttribute("aria-label", "Filter domains");
    const table = h("div", { class: "nm-table" }, this.table.element, this.empty.element);
    const toolbar = h("div", { class: "nm-toolbar" }, this.search.element);
    this.element = h("div", { class: "nm-domains" }, this.missing, this.cards.element, toolbar, h("div", null, table, this.foot.element));
    root.append(this.element);
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.table.element);
    this.sizes.observe(this.cards.element); // they move the table, which keeps its size
    const around = root.closest(".nm-root");
    if (around) this.sizes.observe(around);
  }

  #showFoot(shown, all) {
    const { store, look } = this;
    const since = this.context.sinceNow;
    const times = { epoch: store.epoch, start: store.hello?.collector_start ?? null, since: since?.isOn ? since.time : null, now: look.now };
    this.foot.show({ shown, all, since: sumsSince(times), omitted: null, look });
  }

  #showMissing() {
    const { store } = this;
    const words = missingWords(store.hello?.names ?? null);
    this.missing.hidden = words === "";
    setText(this.missing, words);
  }

  #showEmpty(lines, all) {
    const { store, query } = this;
    if (lines.length > 0) {
      this.empty.hide();
      return;
    }
    const isWaiting = !store.hasDomains;
    const hasStrange = query.filter.terms.some(({ field }) => !DOMAIN_FIELDS.has(field));
    const words = emptyWords({ isWaiting, all, hasStrange });
    const rows = [...store.domains.all.values()].flatMap(standIns);
    const known = { dataTime: store.dataTime, rows: new Map(rows.map((row, place) => [place, row])) };
    this.empty.show({ ...words, isFilter: !isWaiting && all > 0, query: store.view.hideNames ? "" : query.text, store: known });
  }

  #sortBy(sort) {
    this.sort = sort;
    this.context.setParams({ sort: sameSort(sort, DEFAULT_SORT) ? null : formatSort(sort) });
    this.table.toTop();
    this.order.sortNow();
  }

  #filtered(text, filter) {
    this.query = { text, filter };
    this.context.setParams({ q: text || null });
    this.table.toTop();
    this.order.sortNow();
    this.context.announce(`${counted(this.foot.count, "domain")} shown`);
  }

  #toggle(line) {
    const isOpen = !this.open.delete(line.id);
    if (isOpen) this.open.add(line.id);
    this.context.setParams({ open: formatOpen(this.open) || null });
    this.refresh();
    if (isOpen) this.table.revealBelow(line.key);
  }

  #followAddress() {
    const { params } = this.context;
    this.sort = parseSort(params.get("sort")) ?? DEFAULT_SORT;
    this.open = new Set(parseOpen(params.get("open")));
    this.order.release();
    this.search.set(params.get("q") ?? "");
  }

  #resized() {
    const { element } = this.table;
    this.element.style.setProperty("--nm-table-top", `${Math.round(element.getBoundingClientRect().top)}px`);
    if (element.clientWidth === this.width) return;
    this.width = element.clientWidth;
    if (this.look) this.refresh();
  }
}
