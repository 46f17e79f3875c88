/**
 * @file A page that is a tree below a filter: what it is sorted by, what of it is open and the filter live in the
 * address; the order is held while somebody looks at a row.
 */

import { formatOpen, parseOpen } from "../data/open_ids.js";
import { DEFAULT_SORT, formatSort, sameSort } from "../data/sorting.js";
import { sumsSince } from "../data/sums_since.js";
import { counted } from "../data/texts.js";
import { h } from "../dom.js";
import { NothingHere } from "./nothing_here.js";
import { OrderKeeper } from "./order_keeper.js";
import { Search } from "./search.js";
import { Foot } from "./tree_foot.js";
import { TreeTable } from "./tree_table.js";

/** Of a page that has `refresh()`, which brings all on it up to date, and `appended`, how many came since the order is held. */
export class TreePage {
  /**
   * @param {HTMLElement} root @param {object} context see main.js
   * @param {{noun: string, label: string, name: string, placeholder: string, makeLine: Function, tracks: Function,
   *   parseSort: Function, nextSort: Function, feed: (onNews: () => void) => object, above?: Element[]}} parts noun: of what
   *   is listed; name: the page's class; feed: of what history adds; above: what stands above the table
   */
  constructor(root, context, parts) {
    this.context = context;
    this.store = context.store;
    this.parts = parts;
    this.sort = parts.parseSort(context.params.get("sort")) ?? DEFAULT_SORT;
    /** Ids of what is open. @type {Set<string>} */
    this.open = new Set(parseOpen(context.params.get("open")));
    this.order = new OrderKeeper({
      onShow: (words, isHeld) => this.foot.held.show(words, this.appended, isHeld),
      onResume: () => this.refresh(),
    });
    this.query = { text: "", filter: { terms: [] } };
    this.width = 0;
    /** What everything was drawn with last; null before the first drawing. */
    this.look = null;
    this.past = parts.feed(() => this.look && this.refresh());
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

  /** What every line is drawn with. */
  lookNow() {
    const { store } = this;
    return {
      now: store.pausedAt ?? store.time(), dataTime: store.dataTime, units: store.view.units,
      words: store.hello?.words ?? {}, hideNames: store.view.hideNames,
    };
  }

  /** @param {{shown: number, all: number, omitted: object|null, isCounted?: boolean}} counts see Foot */
  showFoot(counts) {
    const { store, look } = this;
    const since = this.context.sinceNow;
    const start = store.hello?.collector_start ?? null;
    const times = { epoch: store.epoch, start, since: since?.isOn ? since.time : null, now: look.now };
    this.foot.show({ ...counts, since: sumsSince(times), look });
  }

  #build(root, text) {
    const { label, name, placeholder, noun, makeLine, tracks, nextSort, above = [] } = this.parts;
    this.table = new TreeTable({
      onSort: (key) => this.#sortBy(nextSort(this.sort, key)),
      onToggle: (line) => this.#toggle(line),
      ...this.order.listeners,
      onConnections: (query) => this.context.go("connections", { q: query || null }),
    }, { label, makeLine, tracks });
    this.foot = new Foot(() => this.order.sortNow(), noun);
    this.empty = new NothingHere((query) => this.search.set(query));
    this.search = new Search(text, { onQuery: (query, filter) => this.#filtered(query, filter), onText: () => {} });
    this.query = { text: this.search.good, filter: this.search.filter };
    this.search.field.placeholder = placeholder;
    this.search.field.setAttribute("aria-label", `Filter ${label.toLowerCase()}`);
    const table = h("div", { class: "nm-table" }, this.table.element, this.empty.element);
    const toolbar = h("div", { class: "nm-toolbar" }, this.search.element);
    this.element = h("div", { class: name }, ...above, toolbar, h("div", null, table, this.foot.element));
    root.append(this.element);
    this.sizes = new ResizeObserver(() => this.#resized());
    // What stands above the table, a banner too, moves it; its own size stays.
    for (const each of [this.table.element, ...above, root.closest(".nm-root")]) if (each) this.sizes.observe(each);
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
    this.context.announce(`${counted(this.foot.count, this.parts.noun)} shown`);
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
    this.sort = this.parts.parseSort(params.get("sort")) ?? DEFAULT_SORT;
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
