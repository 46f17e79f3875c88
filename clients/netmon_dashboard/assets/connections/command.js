/** @file The view as a command for a terminal. */

import { placedOrNone } from "../data/query_edit.js";
import { commandOf } from "../frame/cli.js";
import { DEFAULT_SORT, formatSort } from "../data/sorting.js";
import { parseSort } from "./order.js";

/** Columns of `netmon-cli connections`. */
const CLI_COLUMNS = new Set([
  "app", "pid", "proto", "local", "remote", "domain", "state", "age", "received_rate", "sent_rate", "received", "sent",
  "dir", "scope", "iface", "user", "unit", "container", "rtt", "retransmits", "exe", "owner",
]);

/**
 * The command that lists what the page shows.
 *
 * The command leaves listening sockets out unless its filter speaks of states, and then lists ended ones too, which the
 * page does not show unless asked.
 *
 * @param {{query: string, sort: import("./order.js").Sort, showClosed: boolean, hasListeners: boolean,
 *   columns: string[]|null, units: "si"|"bit"|"iec", socket: string}} view
 */
export function connectionsCommand({ query, sort, showClosed, hasListeners, columns, units, socket }) {
  const words = ["connections"];
  const filter = filterOf(query.trim(), showClosed, hasListeners);
  if (showClosed) words.push("--all");
  if (filter) words.push("-F", filter);
  words.push("--sort", sortWord(sort));
  const known = columns?.filter((column) => CLI_COLUMNS.has(column)) ?? [];
  if (known.length > 0) words.push("--columns", known.join(","));
  if (units !== "si") words.push("--units", units);
  return commandOf(words, socket);
}

function filterOf(query, showClosed, hasListeners) {
  if (showClosed || isAboutClosed(query) || (termsOfStates(query).length === 0 && !hasListeners)) return query;
  return `${query} !is:closed`.trim();
}

/** Whether a query asks for closed connections itself, or leaves them out itself. */
export function isAboutClosed(query) {
  return termsOfStates(query).some(({ values }) => values.some(({ pattern }) => pattern.toLowerCase() === "closed"));
}

function termsOfStates(query) {
  return placedOrNone(query).map(({ term }) => term).filter(({ field }) => field === "is" || field === "state");
}

/** The command knows no order by start: that is the age, the other way round. */
function sortWord({ key, descending }) {
  return key === "started" ? formatSort({ key: "age", descending: !descending }) : formatSort({ key, descending });
}

/** The same from the page's address. @param {URLSearchParams} params */
export function commandFromAddress(params, { hasListeners, units, socket }) {
  return connectionsCommand({
    query: params.get("q") ?? "",
    sort: parseSort(params.get("sort")) ?? DEFAULT_SORT,
    showClosed: params.get("closed") === "1",
    hasListeners,
    columns: params.get("cols")?.split(",") ?? null,
    units,
    socket,
  });
}
