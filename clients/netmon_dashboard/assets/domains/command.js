/** @file The view as a command for a terminal. Pure. */

import { parseQuery, QueryError } from "../data/query.js";
import { formatSort } from "../data/sorting.js";
import { commandOf } from "../frame/cli.js";
import { DEFAULT_SORT } from "../data/sorting.js";
import { parseSort } from "./order.js";

/**
 * The command that lists what the page shows: a pattern and a browser by their own words, more than those as a filter.
 * @param {URLSearchParams} params q, sort and open of the page's address
 * @param {{units: "si"|"bit"|"iec", socket: string, browsers: string[]}} view names of the browsers
 */
export function domainsCommand(params, { units, socket, browsers }) {
  const words = ["domains"];
  const query = params.get("q")?.trim() ?? "";
  const terms = termsOf(query);
  const named = terms.filter(isName);
  const ofBrowser = terms.filter((term) => isBrowser(term, browsers));
  const isBrief = named.length <= 1 && ofBrowser.length <= 1 && named.length + ofBrowser.length === terms.length;
  if (!isBrief) words.push("-F", query);
  else {
    words.push(...named.map(oneValue));
    if (ofBrowser.length > 0) words.push("--browser", oneValue(ofBrowser[0]));
  }
  if (params.get("open")) words.push("--full");
  words.push("--sort", formatSort(parseSort(params.get("sort")) ?? DEFAULT_SORT));
  if (units !== "si") words.push("--units", units);
  return commandOf(words, socket);
}

function termsOf(query) {
  try {
    return parseQuery(query).terms;
  } catch (error) {
    if (error instanceof QueryError) return [];
    throw error;
  }
}

const isName = (term) => !term.negated && (term.field === "domain" || term.field === "text") && oneValue(term) !== "";

function isBrowser(term, browsers) {
  if (term.negated || term.field !== "application") return false;
  const value = oneValue(term).toLowerCase();
  return browsers.some((name) => name.toLowerCase() === value);
}

const oneValue = (term) => (term?.values.length === 1 ? (term.values[0].pattern ?? "") : "");
