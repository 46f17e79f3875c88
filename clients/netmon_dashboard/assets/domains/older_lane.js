/**
 * @file What moved with a domain in the day before the live lane begins, as the recorder has it: spans at the live
 * lane's own scale, hatched where nothing was recorded. Pure.
 */

import { SLICE_SECONDS } from "../data/domains.js";
import { HALF, heightOf, OLDER_WIDTH } from "./lane.js";

const LEAST_WIDTH = 0.8; // a minute that was active is seen
const HATCH = 4;

/**
 * @typedef {object} Past As the server gives it; times are Unix seconds.
 * @property {number} since @property {number} until
 * @property {Record<string, number[][]>} lanes by name in full: spans of start, end, sent, received
 * @property {[number, number, string][]} gaps start, end, why
 */

/** What was drawn of an answer. @type {WeakMap<Past, Map<string, import("./lane.js").Paths>>} */
const drawn = new WeakMap();

/**
 * The lane of these domains together; made once for each answer. Null without a recorder.
 * @param {Past|null} past @param {string} key of what it is the lane of @param {{name: string}[]} domains
 */
export function olderPaths(past, key, domains) {
  if (past === null) return null;
  if (!drawn.has(past)) drawn.set(past, new Map());
  const known = drawn.get(past);
  const name = `${key} ${domains.length}`;
  if (!known.has(name)) known.set(name, { ...spanPaths(past, spansOf(past, domains)), gaps: gapPath(past) });
  return known.get(name);
}

/** The spans of these, oldest first. @param {Past} past @param {{name: string}[]} domains @returns {number[][]} */
export function spansOf(past, domains) {
  const spans = domains.flatMap(({ name }) => (Object.hasOwn(past.lanes, name) ? past.lanes[name] : []));
  return spans.sort(([one], [other]) => one - other);
}

/** Both sides. A span is as high as its mean of five seconds. */
function spanPaths(past, spans) {
  const side = (place, sign) =>
    spans.map((span) => {
      const height = heightOf((span[place] * SLICE_SECONDS) / Math.max(SLICE_SECONDS, span[1] - span[0]));
      if (height === 0) return "";
      const [left, right] = placeOf(past, span);
      return `M${left} ${HALF + sign * 0.5}v${sign * height}h${rounded(right - left)}v${-sign * height}z`;
    }).join("");
  return { down: side(3, -1), up: side(2, 1) };
}

function placeOf({ since, until }, [start, end]) {
  const x = (time) => (OLDER_WIDTH * (Math.min(Math.max(time, since), until) - since)) / (until - since);
  const left = Math.min(x(start), OLDER_WIDTH - LEAST_WIDTH);
  return [rounded(left), rounded(Math.max(x(end), left + LEAST_WIDTH))];
}

/** Slanting lines over each gap, as high as the lane. @param {Past} past */
export function gapPath(past) {
  const height = 2 * HALF;
  return past.gaps.map((gap) => {
    const [left, right] = placeOf(past, gap);
    let path = "";
    for (let x = HATCH * Math.ceil((left - height / 2) / HATCH); x < right; x += HATCH) {
      // From the lane's foot up to its head, half as wide as high, cut off where the gap ends.
      const from = Math.max(0, (left - x) / (height / 2));
      const to = Math.min(1, (right - x) / (height / 2));
      if (from < to) path += `M${rounded(x + (from * height) / 2)} ${rounded(height * (1 - from))}L${rounded(x + (to * height) / 2)} ${rounded(height * (1 - to))}`;
    }
    return path;
  }).join("");
}

const rounded = (/** @type {number} */ value) => Math.round(10 * value) / 10;
