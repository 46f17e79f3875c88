/**
 * @file The values of the filter language: what an item means for its field, and how it is written. As
 * netmon_client.query_values.
 */

import { addressText, networkText, parseAddress, parseNetwork, unmapped } from "./addresses.js";
import { globTest, hasWildcard } from "./patterns.js";
import { ADDRESSES, nearest, NUMBERS, RATES, SIZES, WHOLE_NUMBERS, WORD_SYNONYMS, WORDS } from "./query_words.js";
import { parseDuration, parseSize } from "./units.js";

/**
 * @typedef {object} Bounds inclusive unless said otherwise; one that is absent is open
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {true} [minimum_excluded]
 * @property {true} [maximum_excluded]
 */

/** @typedef {{pattern: string}|{range: Bounds}|{network: string}} Value named as in the contract's JSON */

const COMPARED = /^(>=|<=|>|<)([^]*)$/;
const WHOLE = /^[0-9]{1,15}$/;
const DIGITS_GLOB = /^(?=.*[*?])[0-9*?]{1,16}$/;
const BITS = /^([^\n]*?)b[iİı]t(?:\/[sſ])?$/i; // what Python calls the same letters without regard to case
const ADDRESS_GLOB = /^[0-9a-f.:*?]+(?:%[^\n]+)?$/i;
const ADDRESS_BEGINNING = /^(?:(?:[0-9]{1,3}\.){1,3}|(?:[0-9]{1,3}\.){0,2}[0-9]{1,3})$/;
const LAST_PORT = 65535;
const SIZE_STEPS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const AGE_STEPS = [[86400, "d"], [3600, "h"], [60, "m"]];

/** An item that its field cannot have; `hint` is "" where there is none. */
export class ValueProblem extends Error {
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

/**
 * Read one item, without its quotes, as a value of the field. Throws ValueProblem.
 * @returns {Value}
 */
export function readValue(field, text) {
  if (NUMBERS.has(field)) return readRange(field, text);
  if (ADDRESSES.has(field)) return readAddress(text);
  if (WORDS.has(field)) return { pattern: readWord(field, text) };
  return { pattern: text };
}

/**
 * Write one value, without quotes. Throws RangeError for a range that the language cannot say.
 * @param {Value} value
 */
export function valueText(field, value) {
  if (value.pattern !== undefined) return value.pattern;
  if (value.network !== undefined) return value.network;
  const { minimum, maximum, minimum_excluded: isAbove, maximum_excluded: isBelow } = value.range;
  if (minimum !== undefined && maximum !== undefined) {
    if (isAbove || isBelow) throw new RangeError("a range with two bounds includes both");
    const first = numberText(field, minimum);
    return minimum === maximum ? first : `${first}-${numberText(field, maximum)}`;
  }
  if (minimum !== undefined) return `>${isAbove ? "" : "="}${numberText(field, minimum)}`;
  if (maximum !== undefined) return `<${isBelow ? "" : "="}${numberText(field, maximum)}`;
  throw new RangeError("a range without bounds has no text form");
}

function readRange(field, text) {
  if (WHOLE_NUMBERS.has(field) && DIGITS_GLOB.test(text)) return { pattern: text };
  const compared = COMPARED.exec(text);
  if (compared !== null) return { range: readBound(field, compared[1], compared[2]) };
  const dash = text.indexOf("-");
  if (dash < 0) {
    const number = readNumber(field, text);
    return { range: { minimum: number, maximum: number } };
  }
  const [first, last] = [text.slice(0, dash), text.slice(dash + 1)];
  const minimum = readNumber(field, first);
  const maximum = readNumber(field, last);
  if (minimum > maximum) throw new ValueProblem(`"${text}" begins above its end`, `${last}-${first}`);
  return { range: { minimum, maximum } };
}

function readBound(field, operator, text) {
  const number = readNumber(field, text, operator);
  const isExcluded = !operator.includes("=");
  if (operator[0] === ">") return isExcluded ? { minimum: number, minimum_excluded: true } : { minimum: number };
  return isExcluded ? { maximum: number, maximum_excluded: true } : { maximum: number };
}

function readNumber(field, text, before = "") {
  if (text === "") throw new ValueProblem("a number is missing");
  if (WHOLE_NUMBERS.has(field)) return readWhole(field, text);
  if (SIZES.has(field)) return readSize(field, text);
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ValueProblem(error.message, WHOLE.test(text) ? `${before}${text}s` : "");
  }
}

function readWhole(field, text) {
  if (!WHOLE.test(text)) throw new ValueProblem(`"${text}" is no number`);
  const number = Number(text);
  if (field !== "pid" && number > LAST_PORT) {
    throw new ValueProblem(`"${text}" is above ${LAST_PORT}, the last port`);
  }
  return number;
}

function readSize(field, text) {
  const isRate = RATES.has(field);
  const bits = isRate ? BITS.exec(text) : null;
  try {
    if (bits !== null) return parseSize(bits[1]) / 8;
    return parseSize(isRate && text.endsWith("/s") ? text.slice(0, -2) : text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ValueProblem(error.message);
  }
}

function readAddress(text) {
  if (text.includes("/")) {
    const network = parseNetwork(text);
    if (network === null) throw new ValueProblem(`"${text}" is no network (such as 10.0.0.0/8)`);
    return { network: networkText(network) };
  }
  if (hasWildcard(text)) {
    if (!ADDRESS_GLOB.test(text)) throw new ValueProblem(`"${text}" fits no address`);
    return { pattern: text.toLowerCase() };
  }
  const address = parseAddress(text);
  if (address === null) {
    const hint = ADDRESS_BEGINNING.test(text) ? `${text.replace(/\.+$/, "")}.*` : "";
    throw new ValueProblem(`"${text}" is no address`, hint);
  }
  return { pattern: addressText(unmapped(address)) }; // rows show mapped addresses as IPv4
}

function readWord(field, text) {
  const words = WORDS.get(field);
  const word = text.toLowerCase();
  if (words.includes(word)) return word;
  if (field !== "is" && hasWildcard(word) && words.some(globTest(word))) return word;
  throw new ValueProblem(`unknown word "${text}"`, nearest(word, words, WORD_SYNONYMS));
}

function numberText(field, number) {
  if (!Number.isFinite(number) || number < 0) throw new RangeError(`${number} has no text form`);
  const steps = SIZES.has(field) ? SIZE_STEPS : field === "age" ? AGE_STEPS : [];
  for (const [step, unit] of steps) {
    if (number >= step && number % step === 0) return `${plainDigits(number / step)}${unit}`;
  }
  return field === "age" ? `${plainDigits(number)}s` : plainDigits(number);
}

/** The shortest digits that read back as the number, never with an exponent: the language has none. */
function plainDigits(number) {
  const [digits, exponent] = String(number).split("e");
  if (exponent === undefined) return digits;
  const [whole, fraction = ""] = digits.split(".");
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  if (point <= 0) return `0.${"0".repeat(-point)}${all}`;
  return all.padEnd(point, "0");
}
