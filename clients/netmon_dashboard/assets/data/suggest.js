/** @file "Nothing matches": what was probably meant, from the values that there are. */

import { matcher } from "./match.js";
import { textsOf } from "./match_texts.js";
import { hasWildcard } from "./patterns.js";
import { quoted } from "./query.js";
import { placedOrNone, spliced } from "./query_edit.js";
import { nearest } from "./query_words.js";

// Distances to all of them take a few milliseconds; asked only where nothing matches.
const MOST_VALUES = 2000;

const VALUES = new Map([
  ["application", (row) => textsOf("application", row)],
  ["user", (row) => textsOf("user", row).slice(0, 1)], // nobody mistypes a uid by a letter
  ["unit", (row) => textsOf("unit", row)],
  ["interface", (row) => textsOf("interface", row)],
  ["domain", (row) => parents(row.domain)],
  ["text", (row) => [...textsOf("application", row), ...parents(row.domain)]],
]);

/**
 * The query that was probably meant by one that nothing matches: `app:firefx` gives `app:firefox`. "" where none of its
 * terms is to blame alone, or nothing is near.
 * @param {string} text of the query
 * @param {{rows: Map<number, import("./types.js").Row>, dataTime: number}} store
 */
export function suggest(text, store) {
  for (const placed of placedOrNone(text)) {
    const valuesOf = VALUES.get(placed.term.field);
    if (valuesOf === undefined || placed.term.negated || matchesAny(placed.term, store)) continue;
    const better = mendedTerm(text, placed, knownValues(valuesOf, store));
    if (better !== "") return better;
  }
  return "";
}

function matchesAny(term, store) {
  const fits = matcher({ terms: [term] }, store);
  for (const row of store.rows.values()) if (fits(row)) return true;
  return false;
}

function mendedTerm(text, { term, items }, known) {
  for (const item of items) {
    if (hasWildcard(item.text)) continue;
    const better = known.get(nearest(item.text, [...known.keys()]));
    if (better === undefined) continue;
    return spliced(text, item.start, item.end, quoted(better, term.field === "text"));
  }
  return "";
}

/** The values there are: lower case to what is shown. */
function knownValues(valuesOf, store) {
  const known = new Map();
  for (const row of store.rows.values()) {
    for (const value of valuesOf(row)) {
      if (value !== "" && !hasWildcard(value)) known.set(value.toLowerCase(), value);
    }
    if (known.size >= MOST_VALUES) break;
  }
  return known;
}

/** A domain and all above it but the last label. */
function parents(domain) {
  const labels = domain.split(".");
  return labels.slice(0, Math.max(1, labels.length - 1)).map((_, place) => labels.slice(place).join("."));
}
