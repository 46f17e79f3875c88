/**
 * @file Which connections the table shows and in which order: from the store's rows to a list that stands still while
 * it is held, keeps what closed for a while, and knows what is new. Pure: times are handed in.
 */

import { sortEntries } from "./order.js";

/** A closed connection stays so long before it leaves; with "Show closed" as long as the server tells of it. */
export const CLOSED_SECONDS = 5;
export const SHOW_CLOSED_SECONDS = 60;
/** What closed so much after now did so before the clock was set back. */
const AHEAD_SECONDS = 5;
/** More new rows at once than this share of the table are another view, not news. */
const MOST_NEWS = 0.5;

/**
 * @typedef {object} Entry One connection as the table holds it.
 * @property {import("../data/types.js").Row} row
 * @property {number} receivedRate of its last interval while open: what is closed keeps its place
 * @property {number} sentRate
 * @property {number} received in all, or since "since now"
 * @property {number} sent
 * @property {boolean} isRemainder
 * @property {boolean} isNew not shown yet since it came: to be lit once
 * @property {boolean} isLeaving it no longer belongs here, and only stays because the order is held
 * @property {number|string|null} key for sorting
 */

/**
 * @typedef {object} Shown
 * @property {Entry[]} entries in order
 * @property {number} matching open connections that the filter left
 * @property {number} all open connections without the filter
 * @property {number} closed ones that the filter left
 * @property {number} listening of the matching ones
 * @property {number} appended came at the end since the order is held
 * @property {{sent: number, received: number, sentRate: number, receivedRate: number, sentPayload: number,
 *   receivedPayload: number}} sums of what the filter left
 */

export class Listing {
  /** @type {Map<object, Entry>} */
  #known = new Map();
  /** @type {Entry[]} */
  #order = [];
  #isFirst = true;
  #appended = 0;

  /**
   * @param {Iterable<import("../data/types.js").Row>} rows
   * @param {{now: number, matches: (row: object) => boolean, sort: import("./order.js").Sort, closedSeconds: number,
   *   isFiltered: boolean, isHeld: boolean, sumsOf: (row: object) => {sent: number, received: number}}} view
   *   isHeld: keep the order that there is
   * @returns {Shown}
   */
  refresh(rows, view) {
    const shown = { matching: 0, all: 0, closed: 0, listening: 0, sums: noTraffic() };
    const fitting = this.#fitting(rows, view, shown);
    if (view.isHeld && this.#order.length > 0) this.#extend(fitting);
    else this.#arrange([...fitting], view);
    this.#isFirst = false;
    return { ...shown, entries: this.#order, appended: this.#appended };
  }

  /** Forget what is known, so that nothing of the next refresh counts as new. */
  restart() {
    this.#known.clear();
    this.#order = [];
    this.#isFirst = true;
    this.#appended = 0;
  }

  #fitting(rows, view, shown) {
    const [oldest, newest] = [view.now - view.closedSeconds, view.now + AHEAD_SECONDS];
    const before = this.#known;
    this.#known = new Map();
    const fitting = new Set();
    for (const row of rows) {
      const entry = this.#follow(row, before.get(row), view.sumsOf(row));
      if (row.end !== null && (row.end < oldest || row.end > newest)) continue;
      if (!entry.isRemainder && row.end === null) shown.all += 1;
      if (!view.matches(row)) continue;
      fitting.add(entry);
      count(shown, entry, view.isFiltered);
    }
    const news = [...fitting].filter((entry) => entry.isNew);
    if (this.#isFirst || news.length > fitting.size * MOST_NEWS) for (const entry of news) entry.isNew = false;
    return fitting;
  }

  #follow(row, known, { sent, received }) {
    const entry = known ?? newEntry(row);
    entry.received = received;
    entry.sent = sent;
    // The last bytes may come with the closing or before it: what moved last is what the row closed with.
    if (row.end === null || row.receivedRate + row.sentRate > 0) {
      entry.receivedRate = row.receivedRate;
      entry.sentRate = row.sentRate;
    }
    this.#known.set(row, entry);
    return entry;
  }

  #arrange(entries, { sort, now }) {
    for (const entry of entries) entry.isLeaving = false;
    this.#order = sortEntries(entries, sort, now);
    this.#appended = 0;
  }

  /** Keep every place: what no longer fits stays, dimmed; what is new comes at the end, where nothing moves for it. */
  #extend(fitting) {
    const kept = this.#order.filter((entry) => this.#known.has(entry.row));
    for (const entry of kept) {
      entry.isLeaving = !fitting.has(entry);
      fitting.delete(entry);
    }
    for (const entry of fitting) entry.isLeaving = false;
    const added = [...fitting];
    this.#appended += added.length;
    this.#order = [...kept, ...added];
  }
}

function newEntry(row) {
  return {
    row, receivedRate: 0, sentRate: 0, received: 0, sent: 0, key: null, isLeaving: false,
    isRemainder: row.remainder !== "", isNew: row.end === null,
  };
}

const noTraffic = () => ({
  sent: 0, received: 0, sentRate: 0, receivedRate: 0, sentPayload: 0, receivedPayload: 0,
});

/**
 * Ended connections are counted by the remainder row that stands for all of them, which is there unless one filters:
 * adding them to it would count them twice.
 */
function count(shown, { row, sent, received }, isFiltered) {
  if (row.end !== null) shown.closed += 1;
  else if (row.remainder === "") shown.matching += 1;
  if (row.end === null && row.state === "listen") shown.listening += 1;
  if (row.end !== null && !isFiltered) return;
  shown.sums.sent += sent;
  shown.sums.received += received;
  shown.sums.sentRate += row.sentRate;
  shown.sums.receivedRate += row.receivedRate;
  shown.sums.sentPayload += row.sentPayload ?? 0;
  shown.sums.receivedPayload += row.receivedPayload ?? 0;
}
