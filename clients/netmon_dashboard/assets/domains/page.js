/** @file The page "Domains": whom this machine talks to, by name; and how much of what browsers move has one. */

import { lanesFeed } from "../data/past.js";
import { h, setText } from "../dom.js";
import { TreePage } from "../widgets/tree_page.js";
import { BrowserCards } from "./browser_cards.js";
import { browserFacts } from "./browsers.js";
import { columnsFor, tracks } from "./columns.js";
import { domainsCommand } from "./command.js";
import { DOMAIN_FIELDS, passing, standIns } from "./domain_match.js";
import { groupsOf } from "./groups.js";
import { makeLine } from "./line_view.js";
import { GroupOrder, nextSort, parseSort } from "./order.js";
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

class DomainsPage extends TreePage {
  #groups = new GroupOrder();
  #missing;
  #cards;

  constructor(root, context) {
    const missing = h("p", { class: "nm-note nm-tone-yellow", role: "note", hidden: true });
    const cards = new BrowserCards();
    super(root, context, {
      noun: "domain", label: "Domains", name: "nm-domains",
      placeholder: "Filter: example.org   app:firefox   source:dns   total:>1M",
      makeLine, tracks, parseSort, nextSort, feed: lanesFeed, above: [missing, cards.element],
    });
    this.#missing = missing;
    this.#cards = cards;
  }

  /** How many came at the end since the order is held. */
  get appended() {
    return this.#groups.appended;
  }

  /** Bring everything on the page up to date. Sorted anew unless the order is held, or somebody asked for it. */
  refresh() {
    const { store } = this;
    const since = this.context.sinceNow;
    const sums = (domain) => since?.domain(domain) ?? domain;
    const partSums = (domain, part) => since?.domainPart(domain, part) ?? part;
    const isFiltered = this.query.filter.terms.length > 0;
    const left = passing(this.query.filter, store.domains.all.values(), store.dataTime);
    const groups = this.#groups.arrange(groupsOf(left, sums, partSums), { sort: this.sort, isHeld: this.order.isHeldNow() });
    const all = isFiltered ? groupsOf(store.domains.all.values(), sums).length : groups.length;
    this.look = { ...this.lookNow(), lanes: store.domains.lanes, past: this.past.figures };
    const lines = linesOf(groups, {
      open: this.open, sums, sumsOfPart: (part) => since?.unnamed(part) ?? part, unnamed: isFiltered ? [] : store.domains.unnamed,
    });
    const { columns, isNarrow } = columnsFor(this.width, this.past.figures !== null);
    this.table.setColumns(columns, isNarrow, this.sort);
    this.table.show(lines, this.look);
    this.#cards.show(store.hasDomains ? browserFacts(store, since) : [], this.look);
    this.showFoot({ shown: groups.length, all, omitted: null });
    this.#showMissing();
    this.#showEmpty(lines, all);
    this.order.show();
  }

  #showMissing() {
    const { store } = this;
    const words = missingWords(store.hello?.names ?? null);
    this.#missing.hidden = words === "";
    setText(this.#missing, words);
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
}
