/** @file The page "Applications": who moves how much, and through which processes, domains and connections. */

import { isWithoutPackets } from "../data/degraded.js";
import { todayFeed } from "../data/past.js";
import { counted } from "../data/texts.js";
import { h } from "../dom.js";
import { NothingHere } from "../widgets/nothing_here.js";
import { OrderKeeper } from "../widgets/order_keeper.js";
import { Search } from "../widgets/search.js";
import { TreeTable } from "../widgets/tree_table.js";
import { passing } from "./app_match.js";
import { columnsFor, tracks } from "./columns.js";
import { applicationsCommand } from "./command.js";
import { Foot } from "./foot.js";
import { makeLine } from "./line_view.js";
import { AppListing } from "./listing.js";
import { DEFAULT_SORT, formatSort, nextSort, parseSort, sameSort } from "./order.js";
import { movedToday } from "./today.js";
import { formatOpen, parseOpen, Tree } from "./tree.js";
import { emptyWords, sumsSince } from "./words.js";

/** @param {HTMLElement} root @param {object} context see main.js */
export function create(root, context) {
  return new ApplicationsPage(root, context);
}

/** The text of "Copy as CLI". */
export function cliCommand({ params, store }) {
  return applicationsCommand(params, { units: store.view.units, socket: store.hello?.socket ?? "" });
}

class ApplicationsPage {
  constructor(root, context) {
    this.context = context;
    this.store = context.store;
    this.sort = parseSort(context.params.get("sort")) ?? DEFAULT_SORT;
    this.tree = new Tree(parseOpen(context.params.get("open")));
    this.listing = new AppListing();
    this.order = new OrderKeeper({
      onShow: (words, isHeld) => this.foot.held.show(words, this.shown?.appended ?? 0, isHeld),
      onResume: () => this.refresh(),
    });
    this.query = { text: "", filter: { terms: [] } };
    this.width = 0;
    this.past = todayFeed(() => this.look && this.refresh());
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
    const { store, context } = this;
    const isHeld = this.order.isHeldNow();
    const since = context.sinceNow;
    const sums = (app) => since?.app(app) ?? app;
    const today = this.past.figures;
    const left = passing(this.query.filter, store);
    this.shown = this.listing.refresh(left.apps, { sort: this.sort, sums, isHeld, today: (app) => movedToday(today, app.id) });
    this.look = { now: store.pausedAt ?? store.time(), dataTime: store.dataTime, units: store.view.units, words: store.hello?.words ?? {}, hideNames: store.view.hideNames, today };
    const lines = this.tree.lines(this.shown.entries, {
      rows: store.rows.values(), unattributed: store.unattributed, hasNobody: left.nobody, isHeld, matches: left.matches, sums,
      sumsOfRow: (row) => since?.row(row) ?? row, sumsOfPart: (part) => since?.unattributed(part) ?? part, today,
    });
    this.#showColumns();
    this.table.show(lines, this.look);
    this.#showFoot(left);
    this.#showEmpty(left, lines);
    this.order.show();
  }

  #build(root, text) {
    this.table = new TreeTable({
      onSort: (key) => this.#sortBy(nextSort(this.sort, key)),
      onToggle: (line) => this.#toggle(line),
      ...this.order.listeners,
      onConnections: (query) => this.context.go("connections", { q: query || null }),
    }, { label: "Applications", makeLine, tracks });
    this.foot = new Foot(() => this.order.sortNow());
    this.empty = new NothingHere((query) => this.search.set(query));
    this.search = new Search(text, { onQuery: (query, filter) => this.#filtered(query, filter), onText: () => {} });
    this.query = { text: this.search.good, filter: this.search.filter };
    this.search.field.placeholder = "Filter: firefox   user:alice   app:curl   port:443";
    this.search.field.setAttribute("aria-label", "Filter applications");
    const table = h("div", { class: "nm-table" }, this.table.element, this.empty.element);
    this.element = h("div", { class: "nm-apps" }, h("div", { class: "nm-toolbar" }, this.search.element), h("div", null, table, this.foot.element));
    root.append(this.element);
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.table.element);
    const around = root.closest(".nm-root"); // a banner above moves the table, which keeps its size
    if (around) this.sizes.observe(around);
  }

  #showColumns() {
    const { columns, isNarrow } = columnsFor(this.width, { hasToday: this.past.figures !== null, isCounted: !isWithoutPackets(this.store.hello) });
    this.table.setColumns(columns, isNarrow, this.sort);
  }

  #showFoot(left) {
    const { store, look } = this;
    const since = this.context.sinceNow;
    this.foot.show({
      shown: left.apps.size,
      all: store.apps.size,
      since: sumsSince({ epoch: store.epoch, start: store.hello?.collector_start ?? null, since: since?.isOn ? since.time : null, now: look.now }),
      omitted: store.omitted,
      isCounted: !isWithoutPackets(store.hello),
      look,
    });
  }

  #showEmpty(left, lines) {
    const { store } = this;
    if (lines.length > 0) {
      this.empty.hide();
      return;
    }
    const isWaiting = !store.hasRows;
    const isNothing = !isWaiting && store.apps.size === 0;
    const words = emptyWords({ isWaiting, isNothing, all: store.apps.size, viewer: store.hello?.viewer ?? null });
    this.empty.show({ ...words, isFilter: !isWaiting && !isNothing, query: this.query.text, store });
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
    this.context.announce(`${counted(this.foot.count, "application")} shown`);
  }

  #toggle(line) {
    const isOpen = this.tree.toggle(line.id);
    this.context.setParams({ open: formatOpen(this.tree.open) || null });
    this.refresh();
    if (isOpen) this.table.revealBelow(line.key);
  }

  #followAddress() {
    const { params } = this.context;
    this.sort = parseSort(params.get("sort")) ?? DEFAULT_SORT;
    this.tree.open = new Set(parseOpen(params.get("open")));
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
