/**
 * @file Which applications a filter lets pass: those of which a connection passes, and those that fit by what they are.
 * An application whose connections have all ended has nothing but its name, users and path left. Pure.
 */

import { matcher } from "../data/match.js";
import { newProcess, newRow } from "../data/entries.js";

/** The fields that an application has without its connections. */
const OWN_FIELDS = new Set(["application", "user", "executable", "text"]);
/** Nobody is known: found by this word too. */
export const NOBODY = "Unattributed";

/** @typedef {import("../data/types.js").App} App */
/** @typedef {import("../data/types.js").Row} Row */

/**
 * What of the store a filter leaves.
 *
 * @typedef {object} Passing
 * @property {Set<App>} apps
 * @property {boolean} nobody whether what has no owner passes
 * @property {(row: Row) => boolean} matches
 * @property {boolean} isFiltered
 */

/**
 * @param {import("../data/query.js").Filter} filter
 * @param {{dataTime: number, apps: Map<number, App>, rows: Map<number, Row>}} store
 * @returns {Passing}
 */
export function passing(filter, store) {
  const matches = matcher(filter, store);
  if (filter.terms.length === 0) return { apps: new Set(store.apps.values()), nobody: true, matches, isFiltered: false };
  const found = new Set();
  const withRows = new Set();
  for (const row of store.rows.values()) {
    if (row.remainder !== "") continue;
    withRows.add(row.app);
    if (!found.has(row.app) && matches(row)) found.add(row.app);
  }
  const apps = new Set();
  const isAboutApps = filter.terms.every(({ field }) => OWN_FIELDS.has(field));
  const isPositive = filter.terms.every(({ negated }) => !negated);
  for (const app of store.apps.values()) {
    // "not port 443" says nothing of an application that has connections: they say it themselves.
    const mayFitItself = isAboutApps && (isPositive || !withRows.has(app));
    if (found.has(app) || (mayFitItself && standIns(app).some(matches))) apps.add(app);
  }
  const nobody = found.has(null) || (isAboutApps && isPositive && matches({ ...newRow(), app: { name: NOBODY } }));
  return { apps, nobody, matches, isFiltered: true };
}

/** The application as a connection would show it, one for each of its users. @param {App} app @returns {Row[]} */
function standIns(app) {
  const users = app.users.length > 0 ? app.users : [""];
  return users.map((user) => ({ ...newRow(), app, proc: { ...newProcess(), user, executable: app.path, app } }));
}
