/**
 * @file Which rows a filter lets pass: the page's evaluator. What each field means is said in netmon.matching; the same
 * vectors hold for both.
 */

import { END_FIELDS, endTest } from "./match_ends.js";
import { bareTextTest, domainTest, TEXT_FIELDS, textsTest } from "./match_texts.js";
import { anyPatternTest } from "./patterns.js";
import { WORDS } from "./query_words.js";

/**
 * `is:active`: the last packet is at most as old, in seconds, nor as far ahead: then the clock was set back. `is:new`:
 * the connection is younger.
 */
const RECENT_SECONDS = 10;

const AMOUNTS = new Map([
  ["sent_bytes", (row) => row.sent],
  ["received_bytes", (row) => row.received],
  ["total", (row) => row.sent + row.received],
  ["sent_rate", (row) => row.sentRate],
  ["received_rate", (row) => row.receivedRate],
  ["rate", (row) => row.sentRate + row.receivedRate],
]);

const PROTOCOLS = new Set(WORDS.get("protocol"));

const CODES = new Map([
  ["protocol", (row) => (PROTOCOLS.has(row.protocol) ? row.protocol : "other")], // "ip 47" is shown for the rest
  ["state", (row) => row.state],
  ["direction", (row) => row.direction],
  ["scope", (row) => row.scope],
  ["domain_source", (row) => row.domainSource],
]);

const IS_TESTS = new Map([
  ["local", (row) => row.scope === "loopback" || row.scope === "lan"],
  ["remote", (row) => row.scope === "internet"],
  ["listen", (row) => row.state === "listen" && !isClosed(row)],
  ["active", (row, now) => isOpenPair(row) && isRecent(row, now)],
  ["idle", (row, now) => isOpenPair(row) && !isRecent(row, now)],
  ["new", (row, now) => !row.startedBefore && now - row.start < RECENT_SECONDS],
  ["closed", (row) => isClosed(row)],
  ["unknown", (row) => row.proc === null],
  ["own", (row) => row.isNetmon],
]);

/**
 * Compile a filter. The test may be kept: it takes ages at the time of the store's data.
 *
 * Rows that stand for many (`remainder`) have none of what a filter looks at: they pass the empty filter alone.
 * @param {import("./query.js").Filter} filter
 * @param {{dataTime: number}} store
 * @returns {(row: import("./types.js").Row) => boolean}
 */
export function matcher(filter, store) {
  if (filter.terms.length === 0) return () => true;
  const tests = filter.terms.map((term) => termTest(term, store));
  if (tests.length === 1) {
    const [only] = tests;
    return (row) => row.remainder === "" && only(row);
  }
  return (row) => {
    if (row.remainder !== "") return false;
    for (const test of tests) if (!test(row)) return false;
    return true;
  };
}

function termTest({ field, values, negated }, store) {
  const test = fieldTest(field, values, store);
  return negated ? (row) => !test(row) : test;
}

function fieldTest(field, values, store) {
  const code = CODES.get(field);
  if (code !== undefined) return codeTest(code, field, values);
  if (TEXT_FIELDS.has(field)) return textsTest(field, values);
  if (END_FIELDS.has(field)) return endTest(field, values, numberTest);
  const amount = AMOUNTS.get(field);
  if (amount !== undefined) return amountTest(amount, values);
  if (field === "text") return bareTextTest(values);
  if (field === "domain") return domainTest(values);
  if (field === "pid") return pidTest(values);
  if (field === "age") return ageTest(values, store);
  if (field === "is") return isTest(values, store);
  throw new RangeError(`${field} is no field of a connection`);
}

function codeTest(code, field, values) {
  const fits = anyPatternTest(values.map(({ pattern }) => pattern));
  const codes = new Set(WORDS.get(field).filter(fits)); // what is not known has no name, and fits none
  return (row) => codes.has(code(row));
}

function amountTest(amount, values) {
  const fits = numberTest(values);
  return (row) => fits(amount(row));
}

/** A row without an owner fits nothing. */
function pidTest(values) {
  const fits = numberTest(values);
  return (row) => row.proc !== null && fits(row.proc.pid);
}

/** Seconds from the start to now, or to the end of what has ended: a lower bound for what was there before. */
function ageTest(values, store) {
  const fits = numberTest(values);
  return (row) => fits(Math.max(0, (row.end ?? store.dataTime) - row.start));
}

function isTest(values, store) {
  const tests = values.map(({ pattern }) => IS_TESTS.get(pattern));
  return (row) => tests.some((test) => test(row, store.dataTime));
}

/**
 * The test whether a number fits one of the ranges, or a pattern by its decimal digits.
 * @param {import("./query_values.js").Value[]} values
 * @returns {(number: number) => boolean}
 */
export function numberTest(values) {
  const tests = values.filter(({ range }) => range !== undefined).map(({ range }) => rangeTest(range));
  const patterns = values.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  if (patterns.length > 0) {
    const fits = anyPatternTest(patterns);
    tests.push((number) => fits(String(number)));
  }
  if (tests.length === 1) return tests[0];
  return (number) => tests.some((test) => test(number));
}

function rangeTest({ minimum = -Infinity, maximum = Infinity, minimum_excluded: isAbove, maximum_excluded: isBelow }) {
  return (number) =>
    (isAbove ? number > minimum : number >= minimum) && (isBelow ? number < maximum : number <= maximum);
}

function isClosed(row) {
  return row.end !== null || row.state === "closed";
}

function isOpenPair(row) {
  return !isClosed(row) && row.state !== "listen";
}

function isRecent(row, now) {
  return row.last !== null && Math.abs(now - row.last) <= RECENT_SECONDS;
}
