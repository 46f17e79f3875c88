/**
 * @file The fields of a filter that look at texts. Text that a row does not have is empty: `*` fits it, and so does the
 * pattern of no characters, which thereby says "has none".
 */

import { anyPatternTest, globTest, hasWildcard, longestPiece, remembering } from "./patterns.js";

/** Between an interpreter and the script that it runs. */
export const SCRIPT_ARROW = " → ";

const TEXTS = new Map([
  // Of "python3 → backup.py" people see, and type, the script alone.
  ["application", (row) => [appName(row), scriptOf(appName(row)), row.proc?.name ?? ""]],
  ["user", (row) => [row.proc?.user ?? "", numberText(row.proc?.uid)]],
  ["unit", (row) => [row.unit, row.container]],
  ["executable", (row) => [row.proc?.executable ?? ""]],
  ["interface", (row) => [row.interface]],
]);

export const TEXT_FIELDS = new Set(TEXTS.keys());

/** The texts of a row that a field looks at, "" among them. */
export function textsOf(field, row) {
  return TEXTS.get(field)(row);
}

/** The test whether one of the texts fits that the row has; of an empty text where it has none. */
export function textsTest(field, values) {
  const texts = TEXTS.get(field);
  const fits = anyPatternTest(values.map(({ pattern }) => pattern));
  const fitsNothing = fits("");
  return (row) => {
    let isEmpty = true;
    for (const text of texts(row)) {
      if (text === "") continue;
      if (fits(text)) return true;
      isEmpty = false;
    }
    return isEmpty && fitsNothing;
  };
}

/** The test of a domain and all above it: `example.com` lets `www.example.com` pass. */
export function domainTest(values) {
  const patterns = values.map(({ pattern }) => pattern.toLowerCase().replace(/\.$/, ""));
  const literals = new Set(patterns.filter((pattern) => !hasWildcard(pattern)));
  const globs = patterns.filter(hasWildcard).map((pattern) => globTest(`*.${pattern}`));
  const fits = remembering((domain) => {
    const name = domain.toLowerCase();
    if (name === "" && literals.has("")) return true;
    for (let parent = name; parent !== ""; parent = afterFirstDot(parent)) if (literals.has(parent)) return true;
    return globs.some((glob) => glob(`.${name}`));
  });
  return (row) => fits(row.domain);
}

/** The test of what a row shows: a pattern need fit only a part of one of its texts. */
export function bareTextTest(values) {
  const patterns = values.map(({ pattern }) => pattern.toLowerCase());
  // Texts are of one line: joined by line ends they are searched at once, and no part reaches over two of them.
  const parts = patterns.filter((pattern) => !hasWildcard(pattern) && !pattern.includes("\n"));
  const globs = patterns.filter(hasWildcard).map((pattern) => [longestPiece(pattern), globTest(`*${pattern}*`)]);
  return (row) => {
    const texts = shownTexts(row);
    if (parts.some((part) => texts.includes(part))) return true;
    return globs.some(([piece, fits]) => texts.includes(piece) && texts.split("\n").some(fits));
  };
}

// A row's texts seldom change: putting them together takes longer than searching them.
const kept = new WeakMap();

function shownTexts(row) {
  const name = appName(row);
  const before = kept.get(row);
  if (
    before !== undefined &&
    before.name === name &&
    before.proc === row.proc &&
    before.domain === row.domain &&
    before.state === row.state
  ) {
    return before.texts;
  }
  const { proc, domain, state } = row;
  const owner = proc === null ? "" : `${proc.name}\n${proc.pid}`;
  const local = endText(row.localAddress, row.localPort);
  const remote = endText(row.remoteAddress, row.remotePort);
  const texts = [name, owner, local, remote, domain, state === "unspecified" ? "" : state].join("\n").toLowerCase();
  kept.set(row, { name, proc, domain, state, texts });
  return texts;
}

/** An end as it is shown and typed: "10.0.0.1:443", "[2001:db8::1]:443", without a port the address alone. */
export function endText(address, port) {
  if (port === null || address === "") return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function appName(row) {
  return row.app?.name ?? "";
}

function scriptOf(name) {
  const place = name.indexOf(SCRIPT_ARROW);
  return place < 0 ? "" : name.slice(place + SCRIPT_ARROW.length);
}

function numberText(number) {
  return number === null || number === undefined ? "" : String(number);
}

function afterFirstDot(domain) {
  const dot = domain.indexOf(".");
  return dot < 0 ? "" : domain.slice(dot + 1);
}
