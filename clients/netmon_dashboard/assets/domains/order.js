/**
 * @file What domains are sorted by, and how. The keys are those of `netmon-cli domains --sort`. What stands for many
 * domains comes after all others, always.
 */

import { inHeldOrder, sortReader, turned } from "../data/sorting.js";
import { sourceRank } from "./groups.js";

/** @typedef {import("../data/sorting.js").Sort} Sort */
/** @typedef {import("./groups.js").Group} Group */

/** @type {Record<string, (group: Group) => number|string>} */
const ORDERS = {
  domain: ({ name }) => name.toLowerCase(),
  source: ({ source }) => sourceRank(source),
  app: ({ shares }) => shares.map(({ name }) => name.toLowerCase()).join(", "),
  received_rate: ({ receivedRate }) => receivedRate,
  sent_rate: ({ sentRate }) => sentRate,
  rate: ({ sentRate, receivedRate }) => sentRate + receivedRate,
  received: ({ received }) => received,
  sent: ({ sent }) => sent,
  total: ({ sent, received }) => sent + received,
  connections: ({ connections }) => connections,
  names: ({ domains }) => domains.length,
  first: ({ first }) => first ?? 0,
  last: ({ last }) => last ?? 0,
};
/** Of these the first in the alphabet, or the surest, is wanted first; of all others the most. */
const LEAST_FIRST = new Set(["domain", "source", "app"]);

/** Read `-received_rate`; null for what is no order. */
export const parseSort = sortReader(ORDERS);

/** What a click on a heading leads to. @param {Sort} current @param {string} key */
export const nextSort = (current, key) => turned(current, { key, descending: !LEAST_FIRST.has(key) });

/** A new list; equal ones follow by rate, by total, by name. @param {Group[]} groups @param {Sort} sort */
export function sortGroups(groups, { key, descending }) {
  const order = ORDERS[key];
  const sign = descending ? -1 : 1;
  const keyed = groups.map((group) => ({ group, key: order(group) }));
  keyed.sort((one, other) => {
    if (one.group.isOthers !== other.group.isOthers) return one.group.isOthers ? 1 : -1;
    if (one.key !== other.key) return one.key < other.key ? -sign : sign;
    return byWeight(one.group, other.group);
  });
  return keyed.map(({ group }) => group);
}

function byWeight(one, other) {
  return (
    other.receivedRate + other.sentRate - (one.receivedRate + one.sentRate) ||
    other.received + other.sent - (one.received + one.sent) ||
    (one.name < other.name ? -1 : 1)
  );
}

/** The order of the groups on the page: it stands still while it is held. */
export class GroupOrder {
  /** @type {string[]} */
  #ids = [];
  /** How many came at the end since it is held. */
  appended = 0;

  /** @param {Group[]} groups @param {{sort: Sort, isHeld: boolean}} view @returns {Group[]} */
  arrange(groups, { sort, isHeld }) {
    const sorted = sortGroups(groups, sort);
    if (!isHeld) this.appended = 0;
    else this.appended += sorted.filter(({ id }) => !this.#ids.includes(id)).length;
    const arranged = isHeld ? inHeldOrder(sorted, this.#ids, ({ id }) => id) : sorted;
    this.#ids = arranged.map(({ id }) => id);
    return arranged;
  }
}
