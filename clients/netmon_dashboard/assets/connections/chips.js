/** @file Chips, "filter by" and "hide" as changes of the query's text: all of them are seen, and can be undone. */

import { addTerm, addValue, hasTerm, hasValue, removeTerm, removeValue, termText } from "../data/query_edit.js";

const LONGEST_VALUE = 250; // the language allows 256 characters

/**
 * What a chip writes: `term`, or one more choice of `name` (proto:tcp,udp).
 * @typedef {{label: string, title: string, term?: string, name?: string, value?: string}} Chip
 */

/** @type {readonly Chip[]} */
export const CHIPS = Object.freeze([
  { label: "TCP", title: "Only TCP (proto:tcp)", name: "proto", value: "tcp" },
  { label: "UDP", title: "Only UDP (proto:udp)", name: "proto", value: "udp" },
  { label: "Remote only", title: "Only ends on the internet (is:remote)", term: "is:remote" },
  { label: "Active now", title: "A packet within the last 10 s (is:active)", term: "is:active" },
  { label: "Hide LISTEN", title: "Without listening sockets (!is:listen)", term: "!is:listen" },
]);

/** Whether the text says what the chip says. @param {string} text @param {Chip} chip */
export function hasChip(text, { term, name, value }) {
  return term === undefined ? hasValue(text, name, value) : hasTerm(text, term);
}

/** The text with the chip's words taken out if it has them, else put in. @param {string} text @param {Chip} chip */
export function toggleChip(text, chip) {
  const { term, name, value } = chip;
  if (term !== undefined) return hasChip(text, chip) ? removeTerm(text, term) : addTerm(text, term);
  return hasChip(text, chip) ? removeValue(text, name, value) : addValue(text, name, value);
}

/** The text narrowed to a value of a row, or with `isHidden` to all others. A value too long to be typed is cut. */
export function narrowed(text, field, value, isHidden = false) {
  const letters = Array.from(value);
  const typed = letters.length > LONGEST_VALUE ? `${letters.slice(0, LONGEST_VALUE).join("")}*` : value;
  return addTerm(text, termText(field, typed, isHidden));
}
