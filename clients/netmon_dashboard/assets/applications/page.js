/** @file The page "Applications": who moves how much, and through which processes, domains and connections. */

import { isWithoutPackets } from "../data/degraded.js";
import { todayFeed } from "../data/past.js";
import { TreePage } from "../widgets/tree_page.js";
import { passing } from "./app_match.js";
import { columnsFor, tracks } from "./columns.js";
import { applicationsCommand } from "./command.js";
import { makeLine } from "./line_view.js";
import { AppListing } from "./listing.js";
import { nextSort, parseSort } from "./order.js";
import { movedToday } from "./today.js";
import { Tree } from "./tree.js";
import { emptyWords } from "./words.js";

/** @param {HTMLElement} root @param {object} context see main.js */
export function create(root, context) {
  return new ApplicationsPage(root, context);
}

/** The text of "Copy as CLI". */
export function cliCommand({ params, store }) {
  return applicationsCommand(params, { units: store.view.units, socket: store.hello?.socket ?? "" });
}

class ApplicationsPage extends TreePage {
  #tree = new Tree();
  #listing = new AppListing();
  #shown = null;

  constructor(root, context) {
    super(root, context, {
      noun: "application", label: "Applications", name: "nm-apps",
      placeholder: "Filter: firefox   user:alice   app:curl   port:443",
      makeLine, tracks, parseSort, nextSort, feed: todayFeed,
    });
  }

  /** How many came at the end since the order is held. */
  get appended() {
    return this.#shown?.appended ?? 0;
  }

  /** Bring everything on the page up to date. Sorted anew unless the order is held, or somebody asked for it. */
  refresh() {
    const { store } = this;
    const since = this.context.sinceNow;
    const isHeld = this.order.isHeldNow();
    const sums = (app) => since?.app(app) ?? app;
    const today = this.past.figures;
    const left = passing(this.query.filter, store);
    this.#shown = this.#listing.refresh(left.apps, { sort: this.sort, sums, isHeld, today: (app) => movedToday(today, app.id) });
    this.look = { ...this.lookNow(), today };
    const lines = this.#tree.lines(this.#shown.entries, {
      open: this.open, rows: store.rows.values(), unattributed: store.unattributed, hasNobody: left.nobody, isHeld,
      matches: left.matches, sums, sumsOfRow: (row) => since?.row(row) ?? row,
      sumsOfPart: (part) => since?.unattributed(part) ?? part, today,
    });
    const isCounted = !isWithoutPackets(store.hello);
    const { columns, isNarrow } = columnsFor(this.width, { hasToday: today !== null, isCounted });
    this.table.setColumns(columns, isNarrow, this.sort);
    this.table.show(lines, this.look);
    this.showFoot({ shown: left.apps.size, all: store.apps.size, omitted: store.omitted, isCounted });
    this.#showEmpty(lines);
    this.order.show();
  }

  #showEmpty(lines) {
    const { store } = this;
    if (lines.length > 0) {
      this.empty.hide();
      return;
    }
    const isWaiting = !store.hasRows;
    const isNothing = !isWaiting && store.apps.size === 0;
    const words = emptyWords({ isWaiting, isNothing, all: store.apps.size, viewer: store.hello?.viewer ?? null });
    const query = store.view.hideNames ? "" : this.query.text; // what is meant would be a name
    this.empty.show({ ...words, isFilter: !isWaiting && !isNothing, query, store });
  }
}
