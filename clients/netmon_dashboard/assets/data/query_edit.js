/**
 * @file Changing a query as text, as chips and "filter by…" do: what the user wrote stays as it was written.
 *
 * A text that cannot be read yet (half typed) holds no terms; adding to it appends.
 */

import { formatTerm, parseQuery, placedTerms, quoted, QueryError } from "./query.js";

/**
 * The text of a term: `app:"Web Content"`. For bare text the field is "".
 * @param {string} name the short name of the field
 * @param {string} value
 */
export function termText(name, value, isNegated = false) {
  return `${isNegated ? "!" : ""}${name === "" ? "" : `${name}:`}${quoted(value, name === "")}`;
}

/** Does the text hold the term, with the same sign? */
export function hasTerm(text, term) {
  return sameTerms(text, term).length > 0;
}

/** The text with the term; where it stands with the other sign, the sign is changed. */
export function addTerm(text, term) {
  if (hasTerm(text, term)) return text;
  const [opposite] = sameTerms(text, negated(term));
  if (opposite !== undefined) return spliced(text, opposite.start, opposite.end, term);
  return text.trimEnd() === "" ? term : `${text.trimEnd()} ${term}`;
}

/** The text without the term, wherever it stands with the same sign. */
export function removeTerm(text, term) {
  return sameTerms(text, term).reduceRight((rest, { start, end }) => withoutSpan(rest, start, end), text);
}

/** Does a term of the field, not negated, have the value among its own? */
export function hasValue(text, name, value) {
  return placesOfValue(text, name, value).length > 0;
}

/** The text with the value as one more choice of the field: `proto:tcp` becomes `proto:tcp,udp`. */
export function addValue(text, name, value) {
  if (hasValue(text, name, value)) return text;
  const { field } = parseQuery(termText(name, value)).terms[0];
  const placed = placedOrNone(text).find(({ term }) => term.field === field && !term.negated);
  if (placed === undefined) return addTerm(text, termText(name, value));
  return spliced(text, placed.end, placed.end, `,${quoted(value)}`);
}

/** The text without the value as a choice of the field. */
export function removeValue(text, name, value) {
  return placesOfValue(text, name, value).reduceRight((rest, { placed, place }) => {
    const { items } = placed;
    if (items.length === 1) return withoutSpan(rest, placed.start, placed.end);
    if (place === 0) return spliced(rest, items[0].start, items[1].start, "");
    return spliced(rest, items[place - 1].end, items[place].end, "");
  }, text);
}

/** The text with the hint of its error in the place of the fault; the text itself where there is no hint. */
export function mended(text, error) {
  if (!(error instanceof QueryError) || error.hint === "") return text;
  return spliced(text, error.column - 1, error.column - 1 + error.length, error.hint);
}

/** The text with something else from one character to another (not UTF-16 units). */
export function spliced(text, start, end, replacement) {
  const letters = Array.from(text);
  letters.splice(start, end - start, replacement);
  return letters.join("");
}

/** @returns {import("./query.js").PlacedTerm[]} none where the text cannot be read */
export function placedOrNone(text) {
  try {
    return placedTerms(text);
  } catch (error) {
    if (error instanceof QueryError) return [];
    throw error;
  }
}

function sameTerms(text, term) {
  const wanted = signature(parseQuery(term).terms[0]);
  return placedOrNone(text).filter((placed) => signature(placed.term) === wanted);
}

/** Case does not count in what a term lets pass. */
function signature(term) {
  return formatTerm(term).toLowerCase();
}

function negated(term) {
  const [only] = parseQuery(term).terms;
  return formatTerm({ ...only, negated: !only.negated });
}

function placesOfValue(text, name, value) {
  const [{ field, values }] = parseQuery(termText(name, value)).terms;
  const wanted = JSON.stringify(values[0]).toLowerCase();
  return placedOrNone(text).flatMap((placed) => {
    if (placed.term.field !== field || placed.term.negated) return [];
    const place = placed.term.values.findIndex((each) => JSON.stringify(each).toLowerCase() === wanted);
    return place < 0 ? [] : [{ placed, place }];
  });
}

/** Take a term out with the space that parted it from its neighbour. */
function withoutSpan(text, start, end) {
  const letters = Array.from(text);
  const before = letters.slice(0, start).join("");
  const after = letters.slice(end).join("").trimStart();
  return after === "" ? before.trimEnd() : before + after;
}
