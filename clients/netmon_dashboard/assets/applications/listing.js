/** @file Which applications the table shows and in which order; it stands still while it is held. Pure. */

import { inHeldOrder } from "../data/sorting.js";
import { sortApps } from "./order.js";

/** @typedef {import("../data/types.js").App} App */

/**
 * @typedef {object} Entry
 * @property {App} app
 * @property {boolean} isLeaving it no longer belongs here, and only stays because the order is held
 */

export class AppListing {
  /** @type {Entry[]} */
  #entries = [];
  #appended = 0;

  /**
   * @param {Set<App>} fitting
   * @param {{sort: import("./order.js").Sort, sums: import("./order.js").Sums, today?: import("./order.js").Today, isHeld: boolean}} view
   * @returns {{entries: Entry[], appended: number}} appended: came at the end since the order is held
   */
  refresh(fitting, { sort, sums, today, isHeld }) {
    const sorted = sortApps(fitting, sort, sums, today);
    if (!isHeld) {
      this.#entries = sorted.map((app) => ({ app, isLeaving: false }));
      this.#appended = 0;
    } else {
      const fittingById = new Map(sorted.map((app) => [app.id, app]));
      const held = this.#entries.map(({ app }) => app.id);
      const known = new Set(held);
      const fresh = sorted.filter(({ id }) => !known.has(id));
      const stale = this.#entries.filter(({ app }) => !fittingById.has(app.id)).map(({ app }) => app);
      const all = inHeldOrder([...sorted, ...stale], held, ({ id }) => id);
      this.#appended += fresh.length;
      this.#entries = all.map((app) => ({ app, isLeaving: !fittingById.has(app.id) }));
    }
    return { entries: this.#entries, appended: this.#appended };
  }
}
