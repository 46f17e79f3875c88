/**
 * @file The columns of a connection: what each is called, how wide it is, what it says. Pure; cells.js draws them.
 */

import * as texts from "../data/texts.js";

/**
 * @typedef {object} Column
 * @property {string} key short name of the filter language; also what is sorted by
 * @property {string} title heading
 * @property {string} label what the heading means, for readers and tooltips
 * @property {number} width least width in pixels
 * @property {number} grow share of the room that is left
 * @property {boolean} right numbers stand at the right
 * @property {boolean} extra shown on demand only
 * @property {number} rank where there is no room the highest goes first; 0 stays
 * @property {(row: import("../data/types.js").Row, look: import("../data/texts.js").Look) => string} text
 * @property {((row: object, look: object) => string)|null} tooltip
 */

/** @returns {Column} */
function column(key, title, label, width, look) {
  const { text = () => "", grow = 0, right = false, extra = false, rank = 0, tooltip = null } = look;
  return { key, title, label, width, grow, right, extra, rank, text, tooltip };
}

const number = { right: true };
const more = { extra: true };

/** All columns, in the order in which they stand. @type {readonly Column[]} */
export const COLUMNS = Object.freeze([
  column("app", "App", "Application", 132, { grow: 1.4, text: texts.appText }),
  column("pid", "PID", "Process id", 64, { ...number, rank: 5, text: (row) => String(row.proc?.pid ?? "") }),
  column("proto", "Protocol", "Protocol", 72, { rank: 7, text: texts.protocolText }),
  column("local", "Local", "This machine's end", 138, { grow: 1, rank: 9, text: texts.localText }),
  column("remote", "Remote", "The other end", 138, { grow: 1.1, text: texts.remoteText }),
  column("domain", "Domain", "Domain of the other end", 120, {
    grow: 1.2, rank: 3, text: texts.domainOrReason, tooltip: texts.domainTitle,
  }),
  column("state", "State", "State", 128, { rank: 1, text: (row, look) => texts.stateLook(row, look)?.name ?? "" }),
  column("age", "Age", "How long it is open", 72, { ...number, rank: 8, text: texts.ageText, tooltip: ageTitle }),
  // What these four say is the entry's, not the row's: cells.js writes it.
  column("received_rate", "↓", "Download rate", 88, { ...number }),
  column("sent_rate", "↑", "Upload rate", 88, { ...number, rank: 2 }),
  column("received", "Σ↓", "Received in all", 80, { ...number, rank: 4 }),
  column("sent", "Σ↑", "Sent in all", 80, { ...number, rank: 6 }),
  column("dir", "Direction", "Who opened it", 88, { ...more, text: (row) => row.direction }),
  column("scope", "Scope", "Where the other end is", 80, { ...more, text: (row) => row.scope }),
  column("user", "User", "User of the process", 90, { ...more, text: (row) => texts.plain(row.proc?.user ?? "") }),
  column("unit", "Unit", "systemd unit", 140, { ...more, grow: 0.6, text: (row) => texts.plain(row.unit) }),
  column("container", "Container", "Container", 120, { ...more, grow: 0.4, text: (row) => texts.plain(row.container) }),
  column("iface", "Interface", "Network interface", 84, { ...more, text: (row) => texts.plain(row.interface) }),
  column("rtt", "RTT", "Round trip time", 80, { ...more, ...number, text: texts.rttText }),
  column("retransmits", "Resent", "Packets sent again", 76, {
    ...more, ...number, text: (row) => String(row.retransmits ?? ""),
  }),
  column("started", "Started", "When it was opened", 150, {
    ...more, text: (row, look) => texts.timeText(row.start, look.now),
  }),
  column("exe", "Executable", "Path of the program", 180, {
    ...more, grow: 1, text: (row) => texts.plain(row.proc?.executable ?? ""),
  }),
  column("owner", "Owner found by", "How the owner was found", 160, { ...more, grow: 0.5, text: texts.ownerText }),
]);

const payload = (key, title, label, rank) => column(key, title, label, 96, { ...number, rank });

/** Where no packets are captured: the kernel's payload stands where captured bytes stand else; rates have no place. */
const WITHOUT_PACKETS = new Map([
  ["received_rate", null],
  ["sent_rate", null],
  ["received", payload("received_payload", "Payload ↓", "Payload received, as the kernel counts it", 0)],
  ["sent", payload("sent_payload", "Payload ↑", "Payload sent, as the kernel counts it", 2)],
]);

const BY_KEY = new Map(COLUMNS.map((each) => [each.key, each]));
export const DEFAULT_KEYS = Object.freeze(COLUMNS.filter((each) => !each.extra).map((each) => each.key));

/** What a screen of a hand's width shows. */
const NARROW_WIDTHS = new Map([["app", 92], ["remote", 104], ["state", 28], ["received_rate", 76]]);
export const NARROW_PIXELS = 560;

function ageTitle(row, look) {
  if (!row.startedBefore || row.remainder) return "";
  return `It was open already when the collector first saw it, ${texts.timeText(row.start, look.now)}`;
}

/** Read a choice as the address line and the browser's storage hold it; null for none. */
export function parseChoice(text) {
  const keys = (text ?? "").split(",").filter((key) => BY_KEY.has(key));
  return keys.length > 0 ? inOrder(new Set(["app", ...keys])) : null;
}

/** The text of a choice; null for the usual one. @param {readonly string[]|null} keys */
export function formatChoice(keys) {
  return keys === null || keys.join() === DEFAULT_KEYS.join() ? null : keys.join(",");
}

/** The choice with a column taken out or put in; the application always stays. */
export function toggleKey(keys, key) {
  const chosen = new Set(keys ?? DEFAULT_KEYS);
  if (!chosen.delete(key)) chosen.add(key);
  chosen.add("app");
  return inOrder(chosen);
}

const inOrder = (keys) => COLUMNS.filter((each) => keys.has(each.key)).map((each) => each.key);

/**
 * The columns for a table of this width. Where there is no room, the least important usual ones go; what was asked for
 * stays, and the table can be moved sideways. Domain is left out while no row has one.
 *
 * @param {{keys: readonly string[]|null, width: number, hasDomains: boolean, isWithoutPackets?: boolean}} view
 *   keys: the choice, null for the usual
 * @returns {{columns: Column[], isNarrow: boolean}}
 */
export function columnsFor({ keys, width, hasDomains, isWithoutPackets = false }) {
  if (width > 0 && width < NARROW_PIXELS) {
    const narrow = [...NARROW_WIDTHS].map(([key, least]) => ({ ...narrowColumn(key, isWithoutPackets), width: least }));
    return { columns: narrow, isNarrow: true };
  }
  const wanted = (keys ?? DEFAULT_KEYS).filter((key) => key !== "domain" || hasDomains);
  let columns = wanted.map((key) => BY_KEY.get(key));
  if (isWithoutPackets) columns = columns.map(inPlaceOf).filter((each) => each !== null);
  while (keys === null && width > 0 && leastWidth(columns) > width) {
    const last = columns.reduce((one, other) => (other.rank > one.rank ? other : one));
    if (last.rank === 0) break;
    columns = columns.filter((each) => each !== last);
  }
  return { columns, isNarrow: false };
}

const inPlaceOf = (/** @type {Column} */ usual) =>
  WITHOUT_PACKETS.has(usual.key) ? WITHOUT_PACKETS.get(usual.key) : usual;

function narrowColumn(key, isWithoutPackets) {
  return isWithoutPackets && key === "received_rate" ? WITHOUT_PACKETS.get("received") : BY_KEY.get(key);
}

export const leastWidth = (/** @type {Column[]} */ columns) => columns.reduce((sum, { width }) => sum + width, 0);

/**
 * Where each column stands in a table of this width, in whole pixels: what is left over goes to those that may grow.
 * @param {Column[]} columns @param {number} width @returns {{left: number, width: number}[]}
 */
export function placesOf(columns, width) {
  const over = Math.max(0, width - leastWidth(columns));
  const shares = columns.reduce((sum, { grow }) => sum + grow, 0);
  let left = 0;
  return columns.map((column) => {
    const wide = column.width + (shares > 0 ? Math.floor((over * column.grow) / shares) : 0);
    left += wide;
    return { left: left - wide, width: wide };
  });
}
