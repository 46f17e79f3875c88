/**
 * @file The filter language that people type: text to filter and back, as netmon_client.query.
 *
 *     query := term { " " term }                 and
 *     term  := ["!" | "-"] ( field ":" value | text )
 *     value := item { "," item }                 or;  "quoted"  glob*
 *
 * Within quotes `\"` and `\\` stand for a quote and a backslash; quotes do not switch globs off. Bare text may be
 * several items too. A term is a field's if it begins with letters and a colon, unless the whole is an IPv6 address.
 */

import { parseIpv6 } from "./addresses.js";
import { readValue, ValueProblem, valueText } from "./query_values.js";
import { FIELD_SYNONYMS, FIELDS, nearest, SHORT_NAMES } from "./query_words.js";
import { isSpace } from "./units.js";

const MOST_TERMS = 32; // these and the next are the collector's, which takes no more
const MOST_VALUES = 64;
const MOST_VALUES_IN_ALL = 128;
const LONGEST_PATTERN = 256;
const NEEDS_QUOTES = /[",\\]/;
const FIELD_NAME = /^[A-Za-z_]+(?=:)/;

/**
 * @typedef {object} Term
 * @property {string} field the contract's name, such as "application"; "text" for bare text
 * @property {import("./query_values.js").Value[]} values any of them
 * @property {boolean} negated
 */

/** @typedef {{terms: Term[]}} Filter all of them */

/**
 * A term where it stands. Places count characters (not UTF-16 units) from 0.
 * @typedef {object} PlacedTerm
 * @property {Term} term
 * @property {number} start
 * @property {number} end
 * @property {{text: string, start: number, end: number}[]} items
 */

/** A text that is no query. */
export class QueryError extends Error {
  /**
   * @param {string} message what is wrong
   * @param {number} column in characters from 1
   * @param {string} hint what stands in place of the faulty part in what was probably meant, or ""
   * @param {number} length of the faulty part, in characters
   */
  constructor(message, column, hint = "", length = 0) {
    super(message);
    this.name = "QueryError";
    this.column = column;
    this.hint = hint;
    this.length = length;
  }

  /** The whole sentence: `unknown field "aap" at 1: did you mean app?` */
  get sentence() {
    return `${this.message} at ${this.column}${this.hint ? `: did you mean ${this.hint}?` : ""}`;
  }
}

/**
 * Read a query; an empty one lets everything pass. Throws QueryError.
 * @returns {Filter}
 */
export function parseQuery(text) {
  return { terms: placedTerms(text).map(({ term }) => term) };
}

/**
 * Read a query into terms that know their places. Throws QueryError.
 * @returns {PlacedTerm[]}
 */
export function placedTerms(text) {
  const letters = Array.from(text);
  const terms = [];
  let valueCount = 0;
  let position = skipSpace(letters, 0);
  while (position < letters.length) {
    if (terms.length === MOST_TERMS) throw new QueryError(`more than ${MOST_TERMS} terms`, position + 1);
    const placed = readTerm(letters, position);
    terms.push(placed);
    valueCount += placed.term.values.length;
    if (valueCount > MOST_VALUES_IN_ALL) {
      throw new QueryError(`more than ${MOST_VALUES_IN_ALL} values in all`, position + 1);
    }
    position = skipSpace(letters, placed.end);
  }
  return terms;
}

/**
 * The text of a filter, which parseQuery reads back to an equal one. Throws RangeError for what it cannot say.
 * @param {Filter} filter
 */
export function formatFilter(filter) {
  return filter.terms.map(formatTerm).join(" ");
}

/** @param {Term} term */
export function formatTerm(term) {
  if (term.values.length === 0) throw new RangeError("a term without values has no text form");
  const name = term.field === "text" ? "" : SHORT_NAMES.get(term.field);
  if (name === undefined) throw new RangeError(`${term.field} has no text form`);
  const items = term.values.map((value) => quoted(valueText(term.field, value), name === ""));
  return `${term.negated ? "!" : ""}${name === "" ? "" : `${name}:`}${items.join(",")}`;
}

/** One item as it must be typed. `isBare`: it stands at the beginning of a term, without a field. */
export function quoted(text, isBare = false) {
  const letters = Array.from(text);
  let mustQuote = text === "" || NEEDS_QUOTES.test(text) || letters.some(isSpace);
  if (isBare && !mustQuote) mustQuote = "!-".includes(letters[0]) || (FIELD_NAME.test(text) && !isIpv6(letters, 0));
  return mustQuote ? `"${text.replace(/[\\"]/g, "\\$&")}"` : text;
}

function skipSpace(letters, position) {
  while (position < letters.length && isSpace(letters[position])) position += 1;
  return position;
}

function readTerm(letters, start) {
  const negated = letters[start] === "!" || letters[start] === "-";
  let position = start + (negated ? 1 : 0);
  const { field, name, length } = readField(letters, position);
  position += length;
  const values = [];
  const items = [];
  for (;;) {
    const item = readItem(letters, position);
    if (values.length === MOST_VALUES) throw new QueryError(`more than ${MOST_VALUES} values`, item.start + 1);
    values.push(typed(field, name, item));
    items.push({ text: item.text, start: item.start, end: item.end });
    position = item.end;
    if (letters[position] !== ",") return { term: { field, values, negated }, start, end: position, items };
    position += 1;
  }
}

function readField(letters, start) {
  let end = start;
  while (end < letters.length && /^[A-Za-z_]$/.test(letters[end])) end += 1;
  if (end === start || letters[end] !== ":" || isIpv6(letters, start)) return { field: "text", name: "", length: 0 };
  const written = letters.slice(start, end).join("");
  const name = written.toLowerCase();
  const field = FIELDS.get(name);
  if (field === undefined) {
    const hint = nearest(name, [...FIELDS.keys()], FIELD_SYNONYMS);
    throw new QueryError(`unknown field "${written}"`, start + 1, hint, end - start);
  }
  return { field, name, length: end - start + 1 };
}

function readItem(letters, start) {
  if (letters[start] === '"') return readQuoted(letters, start);
  let end = start;
  while (end < letters.length && letters[end] !== "," && !isSpace(letters[end])) {
    if (letters[end] === '"') throw new QueryError("a quote within a word", end + 1);
    end += 1;
  }
  return { text: letters.slice(start, end).join(""), start, end, isQuoted: false, length: end - start };
}

function readQuoted(letters, start) {
  const content = [];
  let position = start + 1;
  while (position < letters.length && letters[position] !== '"') {
    const isEscape = letters[position] === "\\" && ['"', "\\"].includes(letters[position + 1]);
    if (isEscape) position += 1;
    content.push(letters[position]);
    position += 1;
  }
  if (position >= letters.length) throw new QueryError("a quote that does not end", start + 1);
  position += 1;
  if (position < letters.length && letters[position] !== "," && !isSpace(letters[position])) {
    throw new QueryError("something right after a quote", position + 1);
  }
  return { text: content.join(""), start, end: position, isQuoted: true, length: content.length };
}

function typed(field, name, item) {
  const column = item.start + 1;
  if (item.text === "" && (field === "text" || !item.isQuoted)) {
    throw new QueryError(name === "" ? "nothing to look for" : `nothing after ${name}:`, column);
  }
  if (item.length > LONGEST_PATTERN) throw new QueryError(`more than ${LONGEST_PATTERN} characters`, column);
  try {
    return readValue(field, item.text);
  } catch (problem) {
    if (!(problem instanceof ValueProblem)) throw problem;
    throw new QueryError(`${name}: ${problem.message}`, column, problem.hint, item.end - item.start);
  }
}

function isIpv6(letters, start) {
  let end = start;
  while (end < letters.length && letters[end] !== "," && !isSpace(letters[end])) end += 1;
  return parseIpv6(letters.slice(start, end).join("")) !== null;
}
