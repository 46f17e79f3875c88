/**
 * @file What applications are sorted by, and how. The keys are those of `netmon-cli apps --sort`.
 *
 * What has no owner is no application: it stands below all others, always.
 */

import { sortReader, turned } from "../data/sorting.js";
import { todaySum } from "./today.js";

/** @typedef {import("../data/sorting.js").Sort} Sort */
/** @typedef {import("../data/types.js").App} App */
/** @typedef {(app: App) => {sent: number, received: number}} Sums what an application moved since the sums began */

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

/** Read `-received_rate`; null for what is no order. */
export const parseSort = sortReader(ORDERS);

/** What a click on a heading leads to. @param {Sort} current @param {string} key */
export const nextSort = (current, key) => turned(current, { key, descending: key !== "app" });

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
