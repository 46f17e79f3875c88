/** @file The page "Connections": every connection of the machine in one table, and what is known of each. */

import { isWithoutPackets as capturesNothing } from "../data/degraded.js";
import { matcher } from "../data/match.js";
import { counted } from "../data/texts.js";
import { h } from "../dom.js";
import { commandOf } from "../frame/cli.js";
import { OrderKeeper } from "../widgets/order_keeper.js";
import { Search } from "../widgets/search.js";
import { ChipBar } from "./chip_bar.js";
import { narrowed } from "./chips.js";
import { ColumnMenu } from "./column_menu.js";
import { columnsFor, formatChoice, toggleKey } from "./columns.js";
import { commandFromAddress, isAboutClosed } from "./command.js";
import { Details } from "./details.js";
import { EmptyNote } from "./empty_note.js";
import { Footer } from "./footer.js";
import { Grid } from "./grid.js";
import { CLOSED_SECONDS, Listing, SHOW_CLOSED_SECONDS } from "./listing.js";
import { nextSort } from "./order.js";
import { pageOf } from "./paging.js";
import { keepChoice, keptChoice } from "./storage.js";
import { readView, writtenView } from "./view_params.js";

let listenersShown = false;

/** @param {HTMLElement} root @param {object} context */
export function create(root, context) {
  return new ConnectionsPage(root, context);
}

/** The text of "Copy as CLI". */
export function cliCommand({ params, store }) {
  const socket = store.hello?.socket ?? "";
  return commandFromAddress(params, { hasListeners: listenersShown, units: store.view.units, socket });
}

class ConnectionsPage {
  constructor(root, context) {
    this.root = root;
    this.context = context;
    this.store = context.store;
    this.view = readView(context.params, keptChoice());
    this.query = { text: "", filter: { terms: [] } };
    this.order = new OrderKeeper({
      onShow: (words, isHeld) => this.footer.held.show(words, this.shown?.appended ?? 0, isHeld),
      onResume: () => this.refresh(),
    });
    this.listing = new Listing();
    this.width = 0;
    this.#makeTable();
    this.#makeTools(context.params.get("q") ?? "");
    this.#assemble();
    this.keys = { "/": () => this.search.focus(), Escape: () => this.details.row !== null && this.#close() };
  }

  /** @param {"hello"|"state"|"full"|"tick"|"socket"|"view"|"params"} kind */
  update(kind) {
    if (kind === "params") this.#addressed();
    if (kind === "hello") this.listing.restart(); // another collector may be behind it: nothing of it is news
    if (kind === "tick") this.details.ticked({ time: this.store.dataTime, interval: this.#spanSeconds() });
    if (kind !== "socket" && kind !== "state") this.refresh(kind === "tick");
  }

  destroy() {
    this.order.destroy();
    this.sizes.disconnect();
    this.search.destroy();
    this.menu.destroy();
    this.empty.destroy();
    this.grid.destroy();
  }

  /**
   * Bring everything on the page up to date. Sorted anew unless the order is held, or somebody asked for it.
   * @param {boolean} isCalm nobody waits for it
   */
  refresh(isCalm = false) {
    const { store, query, view } = this;
    const isHeld = this.order.isHeldNow();
    this.look = this.#lookNow();
    const isFiltered = query.filter.terms.length > 0;
    const closedSeconds = view.showsClosed || isAboutClosed(query.text) ? SHOW_CLOSED_SECONDS : CLOSED_SECONDS;
    const { now, sumsOf } = this.look;
    const matches = matcher(query.filter, store);
    const wanted = { now, sumsOf, matches, sort: view.sort, closedSeconds, isFiltered, isHeld };
    this.shown = this.listing.refresh(store.rows.values(), wanted);
    listenersShown = this.shown.listening > 0;
    this.#showColumns();
    this.#showRows(isCalm);
    const omittedCount = store.omitted?.count ?? 0;
    this.footer.showCounts(this.shown, this.look, { isFiltered, closedSeconds, omittedCount });
    this.order.show();
    this.empty.show({ store, shown: this.shown, query: query.text, look: this.look });
    this.details.show({ look: this.look, time: store.dataTime });
  }

  #makeTable() {
    this.grid = new Grid({
      onSort: (key) => this.#change({ sort: nextSort(this.view.sort, key), page: 1 }, true),
      onOpen: (entry, isByKey) => this.#open(entry.row, isByKey),
      ...this.order.listeners,
      onEscape: () => this.#escape(),
      onWidth: (width) => this.#resized(width),
    });
    this.footer = new Footer({
      onSize: (size) => this.#change({ size, page: 1 }),
      onPage: (step) => this.#change({ page: this.view.page + step }),
      onResume: () => this.order.sortNow(),
    });
    this.details = new Details({
      ask: (row) => this.context.link.ask("trace", { row: row.n }),
      askPayload: (row) => this.context.link.ask("payload", { row: row.n }),
      instance: () => this.store.hello?.instance_id ?? "",
      askWhy: (row, instance) => this.context.link.ask("explain", { connection: row.id, instance }),
      commandOf: (row) => commandOf(["explain", row.id], this.store.hello?.socket),
      rows: () => this.store.rows,
      say: (words) => this.context.toast(words),
      onFilter: (field, value) => this.search.set(narrowed(this.search.text, field, value)),
      onHide: (name) => this.#hide(name),
      onClose: () => this.#close(),
    });
    this.empty = new EmptyNote((query) => this.search.set(query));
  }

  #makeTools(text) {
    this.chips = new ChipBar({
      textOf: () => this.search.text,
      onText: (words) => this.search.set(words),
      onClosed: (isShown) => this.#showClosed(isShown),
    });
    this.menu = new ColumnMenu({
      keysOf: () => this.view.columns,
      onToggle: (key) => this.#choose(toggleKey(this.view.columns, key)),
      onReset: () => this.#choose(null),
    });
    this.search = new Search(text, {
      onQuery: (query, filter) => this.#filtered(query, filter),
      onText: (words) => this.chips.show(words, this.view.showsClosed),
    });
    this.query = { text: this.search.good, filter: this.search.filter };
    this.chips.show(text, this.view.showsClosed);
  }

  #assemble() {
    const tools = h("div", { class: "nm-tools" }, this.chips.element, this.menu.element);
    const table = h("div", { class: "nm-table" }, this.grid.element, this.empty.element);
    this.element = h(
      "div",
      { class: "nm-connections" },
      h("div", { class: "nm-toolbar" }, this.search.element, tools),
      this.empty.notice,
      h("div", { class: "nm-table-side" }, table, this.footer.element),
      this.details.element,
    );
    this.root.append(this.element);
    // Banners above come and go; asked for after a layout, where it costs nothing.
    this.sizes = new ResizeObserver(() => this.#measure());
    this.sizes.observe(this.root.closest(".nm-root") ?? this.root);
  }

  /** The address says something else: the browser's back button, or a link from another place of the page. */
  #addressed() {
    const { params } = this.context;
    const text = params.get("q") ?? "";
    const view = readView(params, keptChoice());
    if (this.search.text !== text) this.search.set(text);
    this.#change(view, true);
    this.chips.show(this.search.text, view.showsClosed);
  }

  #lookNow() {
    const { view, hello } = this.store;
    const since = this.context.sinceNow;
    return {
      now: this.store.pausedAt ?? this.store.time(),
      units: view.units,
      words: hello?.words ?? {},
      hideNames: view.hideNames,
      isWithoutPackets: capturesNothing(hello),
      sumsOf: since?.isOn ? (row) => since.row(row) : (row) => row,
    };
  }

  /** Rates are the mean of what was merged: the view's own rate where it is slower than the collector's. */
  #spanSeconds() {
    return Math.max(this.store.interval, this.store.view.refreshSeconds);
  }

  #showColumns() {
    const { isWithoutPackets } = this.look;
    const place = { keys: this.view.columns, width: this.width, hasDomains: this.#hasDomains(), isWithoutPackets };
    const { columns, isNarrow } = columnsFor(place);
    this.grid.setColumns(columns, isNarrow, this.view.sort);
  }

  #hasDomains() {
    for (const row of this.store.rows.values()) if (row.domain) return true;
    return false;
  }

  #showRows(isCalm) {
    const { entries } = this.shown;
    const { size, page } = this.view;
    const part = pageOf({ count: entries.length, size, page });
    this.view.page = part.page;
    const onPage = size === 0 ? entries : entries.slice(part.first, part.last);
    this.grid.setEntries(onPage, { offset: part.first, total: entries.length, look: this.look }, isCalm);
    this.footer.showPages(part, size, entries.length);
  }

  /** Somebody wants another view: shown at once, from the top, and written to the address. */
  #change(patch, isSorted = false) {
    this.view = { ...this.view, ...patch };
    this.context.setParams(writtenView(this.view));
    this.grid.toTop();
    if (isSorted) this.order.release();
    this.refresh();
  }

  #filtered(text, filter) {
    this.query = { text, filter };
    this.context.setParams({ q: text || null });
    this.#change({ page: 1 }, true);
    this.context.announce(`${counted(this.shown.matching, "connection")} shown`);
  }

  #showClosed(isShown) {
    this.#change({ showsClosed: isShown }, true);
    this.chips.show(this.search.text, isShown);
  }

  #choose(keys) {
    const columns = formatChoice(keys) === null ? null : keys;
    keepChoice(formatChoice(columns));
    this.view = { ...this.view, columns };
    this.context.setParams(writtenView(this.view));
    this.refresh();
  }

  #hide(name) {
    const before = this.search.text;
    this.search.set(narrowed(before, "app", name, true));
    this.empty.offerUndo(name, () => this.search.set(before));
  }

  #open(row, isByKey) {
    if (isByKey && row === this.details.row) return this.details.focus(); // a second Enter goes into the panel
    this.grid.select(row);
    this.details.open(row, { look: this.look, time: this.store.dataTime });
    this.element.classList.add("nm-has-details");
    if (this.grid.isNarrow) this.details.focus();
  }

  #escape() {
    if (this.details.row !== null) return this.#close();
    this.grid.element.getRootNode().activeElement?.blur();
  }

  #close() {
    const { row } = this.details;
    this.details.close();
    this.grid.select(null);
    this.element.classList.remove("nm-has-details");
    this.grid.focusRow(row);
  }

  /** How far down the table begins, as the page stands unscrolled: the rest of the window is the table's. */
  #measure() {
    const top = Math.round(this.grid.element.getBoundingClientRect().top + scrolledBy(this.root));
    if (top === this.top) return;
    this.top = top;
    this.element.style.setProperty("--nm-table-top", `${top}px`);
  }

  #resized(width) {
    this.width = width;
    if (this.look) this.#showColumns();
  }
}

/** How far the element that scrolls the page has been scrolled; Streamlit's is some way above our shadow root. */
function scrolledBy(root) {
  for (let node = root.getRootNode().host; node; node = node.parentElement) {
    if (node.scrollTop > 0) return node.scrollTop;
  }
  return 0;
}
