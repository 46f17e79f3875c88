/**
 * @file What the parts of a connection are called to people. Pure: a row and a look in, text out.
 *
 * A look is what all rows are shown by: `now` in Unix seconds of the collector's clock, the units, the words of the
 * server's "hello" (`states`, `reasons`, `methods`, `remainders`, `sources`, `unnamed`), whether domains are to be kept
 * off the screen, whether no packets are captured, and what has been counted of a row (in all, or since "since now").
 */

import { hiddenName } from "./hidden_names.js";
import { SCRIPT_ARROW } from "./match_texts.js";
import { formatAge, formatBytes, formatRate } from "./units.js";

/** @typedef {import("./types.js").Row} Row */
/**
 * @typedef {{now: number, units: "si"|"bit"|"iec", words: object, hideNames: boolean,
 *   isWithoutPackets?: boolean, sumsOf: (row: Row) => {sent: number, received: number}}} Look
 */

const LONGEST_TITLE = 256;
const SURE_SOURCES = new Set(["sni", "quic"]);

/** `address:port`, `[v6]:port`, or the bare address; "" where there is no end. */
export function endpointText(address, port) {
  if (!address) return "";
  if (port === null || port === undefined) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The two parts of an endpoint: what may be shortened, and the port, which may not. */
export function endpointParts(address, port) {
  const text = endpointText(address, port);
  const tail = address && port !== null && port !== undefined ? `:${port}` : "";
  return [text.slice(0, text.length - tail.length), tail];
}

export const localText = (/** @type {Row} */ row) => endpointText(row.localAddress, row.localPort);
export const remoteText = (/** @type {Row} */ row) => endpointText(row.remoteAddress, row.remotePort);
export const protocolText = (/** @type {Row} */ row) => row.protocol.toUpperCase();

/** The name that the row's owner goes by; "" where nobody is known. */
export function ownerName(row) {
  return row.app?.name || row.proc?.name || "";
}

/** The owner's name, else in brackets why there is none, or what the row stands for. */
export function appText(row, look) {
  return plain(ownerName(row)) || `(${standsFor(row, look) || "not known why"})`;
}

/** The same in two parts: what may be shortened first, an interpreter with its arrow, and the script that it runs. */
export function appParts(row, look) {
  const text = appText(row, look);
  const place = ownerName(row) ? text.indexOf(SCRIPT_ARROW) : -1;
  const end = place < 0 ? 0 : place + SCRIPT_ARROW.length;
  return [text.slice(0, end), text.slice(end)];
}

function standsFor(row, look) {
  if (row.remainder) return look.words?.remainders?.[row.remainder] ?? spaced(row.remainder);
  return row.reason ? (look.words?.reasons?.[row.reason] ?? spaced(row.reason)) : "";
}

/** How the owner was found, with "~" where that is not certain; else why there is none. */
export function ownerText(row, look) {
  if (!row.proc) return standsFor(row, look);
  const words = look.words?.methods?.[row.ownerMethod] ?? spaced(row.ownerMethod);
  return words && row.ownerConfidence === "inferred" ? `~${words}` : words;
}

/** The state's code; "closed" as soon as the row has ended, "" for what is no single connection. */
export function stateOf(row) {
  if (row.remainder) return "";
  return row.end === null ? row.state : "closed";
}

/** @returns {{glyph: string, colour: string, name: string, brief: string}|null} */
export function stateLook(row, look) {
  const code = stateOf(row);
  if (!code) return null;
  return look.words?.states?.[code] ?? { glyph: "?", colour: "grey", name: code, brief: code };
}

export const isInferred = (/** @type {Row} */ row) => row.domain !== "" && !SURE_SOURCES.has(row.domainSource);

/** A name, or what stands for it where names are hidden. */
export function nameText(name, look) {
  return look.hideNames ? hiddenName(name) : plain(name);
}

/** The domain, with "~" where it was inferred from a lookup; "" where none is known. */
export function domainText(row, look) {
  if (!row.domain) return "";
  const name = nameText(row.domain, look);
  return isInferred(row) ? `~${name}` : name;
}

/** The domain, or in brackets why there is none. */
export function domainOrReason(row, look) {
  const why = unnamedText(row, look);
  return domainText(row, look) || (why && `(${why})`);
}

/** The domain in full and where it was learnt; else why there is none. */
export function domainTitle(row, look) {
  if (!row.domain) return capital(unnamedText(row, look));
  return `${cut(nameText(row.domain, look))}\n${capital(domainSourceText(row, look))}`;
}

/** Where the domain was learnt; "" where there is none. */
export function domainSourceText(row, look) {
  return row.domain ? sourceText(row.domainSource, look) : "";
}

export const sourceText = (/** @type {string} */ code, /** @type {Look} */ look) =>
  look.words?.sources?.[code] ?? (spaced(code) || "unknown");

/** Why a connection has no domain; "" where it has one, and where none is to be expected. */
export function unnamedText(row, look) {
  if (row.domain || !row.unnamedReason) return "";
  return look.words?.unnamed?.[row.unnamedReason] ?? spaced(row.unnamedReason);
}

export const capital = (/** @type {string} */ text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Seconds that it has been open, or was; null for what is no single connection. */
export function ageOf(row, now) {
  if (row.remainder || !row.start) return null;
  return Math.max(0, (row.end ?? now) - row.start);
}

/** The age; "≥" where it was there before the collector was. */
export function ageText(row, look) {
  const age = ageOf(row, look.now);
  return age === null ? "" : (row.startedBefore ? "≥" : "") + formatAge(age);
}

export const rateText = (/** @type {number} */ rate, /** @type {Look} */ look) => formatRate(rate, look.units);

/** Bytes; where rates are in bits, sizes stay in bytes. */
export const sizeText = (bytes, look) => formatBytes(bytes, look.units === "iec" ? "iec" : "si");

/** A round trip with two digits after the point, one from 10 ms on, none from 100 ms on; "" where none is known. */
export function rttText({ rttMilliseconds: rtt }) {
  if (rtt === null) return "";
  return `${rtt.toFixed(rtt >= 100 ? 0 : rtt >= 10 ? 1 : 2)} ms`;
}

/** Local date and time; the date is left out on the day of `now`, unless asked for. */
export function timeText(unixSeconds, now, withDate = false) {
  if (!unixSeconds) return "";
  const time = new Date(unixSeconds * 1000);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(":");
  const isToday = new Date(now * 1000).toDateString() === time.toDateString();
  if (isToday && !withDate) return clock;
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())} ${clock}`;
}

// Control characters, and marks that are not seen but turn what stands beside them round: "evil<RLO>gnp.exe" would read
// as a picture (Unicode Technical Report 36, section 2.5).
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text of the machine as it is shown: the collector cleans names already, and this holds where it did not. */
export function plain(text) {
  return text.replace(UNSEEN, "\ufffd");
}

/** A text short enough for a tooltip. */
export function cut(text) {
  const letters = [...text.slice(0, LONGEST_TITLE * 2 + 2)];
  return letters.length > LONGEST_TITLE ? `${letters.slice(0, LONGEST_TITLE - 1).join("")}…` : letters.join("");
}

/** `1 row`, `1,234 rows`. */
export function counted(count, noun) {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

const spaced = (/** @type {string} */ code) => code.replaceAll("_", " ");
const twoDigits = (/** @type {number} */ number) => String(number).padStart(2, "0");
