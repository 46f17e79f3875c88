/**
 * @file What applications are sorted by, and how. The keys are those of `netmon-cli apps --sort`.
 *
 * What has no owner is no application: it stands below all others, always.
 */

import { todaySum } from "./today.js";

/** @typedef {{key: string, descending: boolean}} Sort */
/** @typedef {import("../data/types.js").App} App */
/** @typedef {(app: App) => {sent: number, received: number}} Sums what an application moved since the sums began */

/** @type {Sort} */
export const DEFAULT_SORT = Object.freeze({ key: "received_rate", descending: true });

/** @typedef {(app: App) => readonly number[]|null} Today sent and received since midnight; null where that is not known */

/** @type {Record<string, (app: App, sums: Sums, today: Today) => number|string>} */
const ORDERS = {
  app: (app) => app.name.toLowerCase(),
  received_rate: (app) => app.receivedRate,
  sent_rate: (app) => app.sentRate,
  rate: (app) => app.receivedRate + app.sentRate,
  received: (app, sums) => sums(app).received,
  sent: (app, sums) => sums(app).sent,
  total: (app, sums) => sums(app).received + sums(app).sent,
  today: (app, sums, today) => todaySum(today(app)) ?? 0,
  connections: (app) => app.connections,
  remotes: (app) => app.remotes,
  processes: (app) => app.processes,
  listening: (app) => app.listening,
};

/** Read `-received_rate`; null for what is no order. @param {string|null} words @returns {Sort|null} */
export function parseSort(words) {
  if (!words) return null;
  const descending = words.startsWith("-");
  const key = words.slice(descending ? 1 : 0);
  return Object.hasOwn(ORDERS, key) ? { key, descending } : null;
}

export const formatSort = (/** @type {Sort} */ { key, descending }) => (descending ? "-" : "") + key;

export const sameSort = (/** @type {Sort} */ one, /** @type {Sort} */ other) => one.key === other.key && one.descending === other.descending;

/** What a click on a heading leads to: its usual way, the other way, the default. @param {Sort} current @param {string} key */
export function nextSort(current, key) {
  const usual = { key, descending: key !== "app" };
  if (current.key !== key) return usual;
  if (sameSort(current, usual)) return { key, descending: !usual.descending };
  return DEFAULT_SORT;
}

/**
 * Applications in their order: a new list. Equal ones follow by rate, by sum and by name, so that those at rest do not
 * change places.
 * @param {Iterable<App>} apps @param {Sort} sort @param {Sums} sums @param {Today} today
 */
export function sortApps(apps, { key, descending }, sums, today = () => null) {
  const order = ORDERS[key];
  const sign = descending ? -1 : 1;
  const keyed = [...apps].map((app) => {
    const { sent, received } = sums(app);
    return { app, key: order(app, sums, today), rate: app.receivedRate + app.sentRate, total: sent + received };
  });
  keyed.sort((one, other) => {
    if (one.key !== other.key) return one.key < other.key ? -sign : sign;
    return other.rate - one.rate || other.total - one.total || compareNames(one.app, other.app);
  });
  return keyed.map(({ app }) => app);
}

function compareNames(one, other) {
  const [left, right] = [one.name.toLowerCase(), other.name.toLowerCase()];
  if (left !== right) return left < right ? -1 : 1;
  return one.n - other.n;
}

/**
 * Keep the places that there are; what is new comes at the end, where nothing moves for it.
 * @template T
 * @param {T[]} items in the order that they would have
 * @param {string[]} before keys in the order that is held
 * @param {(item: T) => string} keyOf
 */
export function inHeldOrder(items, before, keyOf) {
  const places = new Map(before.map((key, place) => [key, place]));
  const placeOf = (item) => places.get(keyOf(item)) ?? Infinity;
  const kept = items.filter((item) => placeOf(item) !== Infinity).sort((one, other) => placeOf(one) - placeOf(other));
  return [...kept, ...items.filter((item) => placeOf(item) === Infinity)];
}
