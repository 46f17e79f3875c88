/** @file What an application moved since midnight, as the recorder has it. Pure. */

import { sizeText, timeText } from "../data/texts.js";
import { formatAge } from "../data/units.js";

/** @typedef {{since: number, apps: Record<string, number[]>, nobody: number[], missing: number, lower: boolean}} Today */

const NOTHING = Object.freeze([0, 0]);

/**
 * Sent and received since midnight; null where there is no recorder.
 * @param {Today|null} today @param {string} id of an application, "" for what has no owner @returns {readonly number[]|null}
 */
export function movedToday(today, id) {
  if (today === null) return null;
  if (id === "") return today.nobody;
  return Object.hasOwn(today.apps, id) ? today.apps[id] : NOTHING;
}

/** Both ways together; null where nothing is known. @param {readonly number[]|null|undefined} moved */
export const todaySum = (moved) => (moved ? moved[0] + moved[1] : null);

/** Both sums, since when, and what is missing. @param {readonly number[]} moved @param {Today} today */
export function todayTitle([sent, received], today, look) {
  const bound = today.lower ? "at least " : "";
  const lines = [`${bound}↓ ${sizeText(received, look)}, ↑ ${sizeText(sent, look)} since ${timeText(today.since, look.now)}, without loopback`];
  if (today.missing >= 60) lines.push(`Nothing was recorded for ${formatAge(today.missing)} of today`);
  return lines.join("\n");
}
