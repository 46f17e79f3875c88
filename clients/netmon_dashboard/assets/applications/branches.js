/**
 * @file What hangs below an application: its processes, domains, connections, and what moved over connections that
 * have ended. Pure: rows in, lines out.
 */

import { inHeldOrder } from "../data/sorting.js";
import { appQuery } from "./words.js";

export const MOST_CONNECTIONS = 10;
const MOST_PROCESSES = 20;
const MOST_DOMAINS = 10;

/** @typedef {import("../data/types.js").App} App */
/** @typedef {import("../data/types.js").Row} Row */

/**
 * @typedef {object} Line One row of the tree.
 * @property {string} key the same as long as it stands for the same
 * @property {"app"|"nobody"|"heading"|"process"|"domain"|"connection"|"more"|"ended"|"reason"} kind
 * @property {number} level from 1
 * @property {string} parent key of the line above in the tree, "" at the top
 * @property {boolean|null} isOpen null: it has nothing below
 * @property {number} sentRate @property {number} receivedRate
 * @property {number} sent @property {number} received
 */

const NOTHING = Object.freeze({ sent: 0, received: 0, sentRate: 0, receivedRate: 0 });
const byWeight = (one, other) =>
  other.sentRate + other.receivedRate - (one.sentRate + one.receivedRate) || other.sent + other.received - (one.sent + one.received);

export class Branches {
  /** The order of each list, for as long as it is held. @type {Map<string, string[]>} */
  #orders = new Map();

  /**
   * The lines below an application.
   * @param {App} app
   * @param {Row[]} rows of the application, ended ones too
   * @param {{isHeld: boolean, matches: (row: Row) => boolean, sums: (app: App) => {sent: number, received: number},
   *   sumsOfRow: (row: Row) => {sent: number, received: number}}} view
   * @returns {Line[]}
   */
  below(app, rows, view) {
    const open = rows.filter((row) => row.end === null && row.remainder === "").map((row) => weighed(row, view));
    const parent = `a ${app.id}`;
    return [
      ...this.#processes(parent, open, view),
      ...this.#domains(parent, open, view),
      ...this.#connections(parent, app, open, view),
      ...ended(parent, app, open, view),
    ];
  }

  /** The lines below what has no owner: the reasons. @param {import("../data/types.js").Unattributed[]} parts */
  reasons(parts, { isHeld, sumsOf }) {
    const lines = parts.map((part) => ({
      ...part, ...sumsOf(part), key: `u reason ${part.reason}`, kind: "reason", level: 2, parent: "u", isOpen: null,
    }));
    return this.#ordered("u", lines.filter((line) => line.sent + line.received + line.sentRate + line.receivedRate + line.count > 0), isHeld);
  }

  /** Forget the orders of what is closed. @param {Set<string>} keys of the lines that are open */
  keep(keys) {
    for (const key of this.#orders.keys()) if (!keys.has(key.split("\n", 1)[0])) this.#orders.delete(key);
  }

  #processes(parent, open, view) {
    const groups = grouped(open, ({ row }) => row.proc);
    groups.delete(null);
    const lines = [...groups].map(([proc, members]) => ({
      ...summed(members), key: `${parent} process ${proc.n}`, kind: "process", level: 2, parent, isOpen: null, proc,
      connections: members.filter(({ row }) => row.state !== "listen").length, remotes: remotesOf(members),
    }));
    return this.#section(parent, "Processes", lines, MOST_PROCESSES, view.isHeld);
  }

  #domains(parent, open, view) {
    const groups = grouped(open, ({ row }) => row.domain);
    groups.delete("");
    const lines = [...groups].map(([domain, members]) => ({
      ...summed(members), key: `${parent} domain ${domain}`, kind: "domain", level: 2, parent, isOpen: null, domain,
      connections: members.length, remotes: remotesOf(members), row: members[0].row,
    }));
    return this.#section(parent, "Domains", lines, MOST_DOMAINS, view.isHeld);
  }

  #connections(parent, app, open, view) {
    const fitting = open.filter(({ row }) => view.matches(row));
    const listed = fitting.length > 0 ? fitting : open;
    const lines = listed.map(({ row, sentRate, receivedRate, sent, received }) => ({
      key: `${parent} row ${row.n}`, kind: "connection", level: 2, parent, isOpen: null, row, sentRate, receivedRate, sent, received,
    }));
    const section = this.#section(parent, "Connections", lines, MOST_CONNECTIONS, view.isHeld);
    if (section.length === 0) return [];
    const heading = section[0];
    heading.of = open.length;
    return [...section, more(parent, `Show ${open.length === 1 ? "it" : `all ${counted(open.length)}`} in Connections →`, appQuery(app.name))];
  }

  #section(parent, title, lines, most, isHeld) {
    if (lines.length === 0) return [];
    const shown = this.#ordered(`${parent}\n${title}`, lines, isHeld).slice(0, most);
    const heading = { ...NOTHING, key: `${parent} ${title}`, kind: "heading", level: 2, parent, isOpen: null, title, count: lines.length, shown: shown.length, of: lines.length };
    return [heading, ...shown];
  }

  #ordered(name, lines, isHeld) {
    const before = this.#orders.get(name);
    const sorted = lines.sort((one, other) => byWeight(one, other) || (one.key < other.key ? -1 : 1));
    const order = isHeld && before ? inHeldOrder(sorted, before, ({ key }) => key) : sorted;
    this.#orders.set(name, order.map(({ key }) => key));
    return order;
  }
}

/** A line that leads to the page of connections. */
export function more(parent, words, query) {
  return { ...NOTHING, key: `${parent} more`, kind: "more", level: 2, parent, isOpen: null, words, query };
}

const counted = (/** @type {number} */ count) => count.toLocaleString("en-US");

function weighed(row, { sumsOfRow }) {
  const { sent, received } = sumsOfRow(row);
  return { row, sent, received, sentRate: row.sentRate, receivedRate: row.receivedRate };
}

/** What the application's own sum holds and its open connections do not. */
function ended(parent, app, open, { sums }) {
  const all = sums(app);
  const listed = summed(open);
  const [sent, received] = [all.sent - listed.sent, all.received - listed.received];
  if (sent <= 0 && received <= 0) return [];
  return [{ ...NOTHING, key: `${parent} ended`, kind: "ended", level: 2, parent, isOpen: null, sent: Math.max(0, sent), received: Math.max(0, received) }];
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
}

function summed(items) {
  const sums = { ...NOTHING };
  for (const { sent, received, sentRate, receivedRate } of items) {
    sums.sent += sent;
    sums.received += received;
    sums.sentRate += sentRate;
    sums.receivedRate += receivedRate;
  }
  return sums;
}

const remotesOf = (members) => new Set(members.map(({ row }) => row.remoteAddress).filter((address) => address !== "")).size;
