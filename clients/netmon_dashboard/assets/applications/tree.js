/** @file The tree as a list of lines from top to bottom: applications, what is open below them, and what has no owner. Pure. */

import { NOBODY } from "./app_match.js";
import { Branches, more } from "./branches.js";
import { movedToday } from "./today.js";

export const NOBODY_ID = "unattributed";

/** @typedef {import("./branches.js").Line} Line */

export class Tree {
  #branches = new Branches();

  /**
   * @param {import("./listing.js").Entry[]} entries
   * @param {{open: Set<string>, rows: Iterable<object>, unattributed: object[], hasNobody: boolean, isHeld: boolean,
   *   matches: (row: object) => boolean, sums: Function, sumsOfRow: Function, sumsOfPart: Function,
   *   today?: import("./today.js").Today|null}} view
   * @returns {Line[]}
   */
  lines(entries, view) {
    const rowsOf = view.open.size > 0 ? rowsByApp(view.rows, view.open) : new Map();
    const lines = [];
    for (const entry of entries) {
      const { app } = entry;
      const isOpen = view.open.has(app.id);
      const line = {
        key: `a ${app.id}`, kind: "app", level: 1, parent: "", id: app.id, isOpen, app, isOver: entry.isLeaving || app.connections + app.listening === 0,
        sentRate: app.sentRate, receivedRate: app.receivedRate, ...view.sums(app),
        connections: app.connections, remotes: app.remotes, today: movedToday(view.today ?? null, app.id),
      };
      lines.push(line);
      if (isOpen) lines.push(...this.#branches.below(app, rowsOf.get(app.id) ?? [], view));
    }
    if (view.hasNobody) lines.push(...this.#nobody(view));
    this.#branches.keep(new Set(lines.filter(({ isOpen }) => isOpen).map(({ key }) => key)));
    return lines;
  }

  #nobody({ open, unattributed, isHeld, sumsOfPart, today = null }) {
    const reasons = this.#branches.reasons(unattributed, { isHeld, sumsOf: sumsOfPart });
    if (reasons.length === 0) return [];
    const isOpen = open.has(NOBODY_ID);
    const sums = { sent: 0, received: 0, sentRate: 0, receivedRate: 0, connections: 0 };
    for (const line of reasons) {
      for (const name of ["sent", "received", "sentRate", "receivedRate"]) sums[name] += line[name];
      sums.connections += line.count;
    }
    const line = { ...sums, key: "u", kind: "nobody", level: 1, parent: "", id: NOBODY_ID, isOpen, name: NOBODY, remotes: null, today: movedToday(today, "") };
    return isOpen ? [line, ...reasons, more("u", "Show their connections →", "is:unknown")] : [line];
  }
}

function rowsByApp(rows, open) {
  const found = new Map();
  for (const row of rows) {
    const id = row.app?.id;
    if (id === undefined || !open.has(id)) continue;
    const list = found.get(id);
    if (list === undefined) found.set(id, [row]);
    else list.push(row);
  }
  return found;
}
