/** @file The view as a command for a terminal. Pure. */

import { parseQuery, QueryError } from "../data/query.js";
import { formatSort } from "../applications/order.js";
import { commandOf } from "../frame/cli.js";
import { DEFAULT_SORT, parseSort } from "./order.js";

/**
 * The command that lists what the page shows. It takes one pattern and one browser; other terms have no word there.
 * @param {URLSearchParams} params q, sort and open of the page's address
 * @param {{units: "si"|"bit"|"iec", socket: string, browsers: string[]}} view names of the browsers
 */
export function domainsCommand(params, { units, socket, browsers }) {
  const words = ["domains"];
  const terms = termsOf(params.get("q") ?? "");
  const pattern = oneValue(terms.find(({ field }) => field === "domain" || field === "text"));
  const browser = oneValue(terms.find(({ field }) => field === "application"));
  if (pattern) words.push(pattern);
  if (browser && browsers.some((name) => name.toLowerCase() === browser.toLowerCase())) words.push("--browser", browser);
  if (params.get("open")) words.push("--full");
  words.push("--sort", formatSort(parseSort(params.get("sort")) ?? DEFAULT_SORT));
  if (units !== "si") words.push("--units", units);
  return commandOf(words, socket);
}

function termsOf(query) {
  try {
    return parseQuery(query).terms.filter(({ negated }) => !negated);
  } catch (error) {
    if (error instanceof QueryError) return [];
    throw error;
  }
}

const oneValue = (term) => (term?.values.length === 1 ? (term.values[0].pattern ?? "") : "");
