/**
 * @file What connections are sorted by, and how. The keys are the short names of the filter language, as for
 * `netmon-cli connections --sort`.
 *
 * An order gives a number or a text, or null for "has none": those come last, whichever way one sorts. Rows that stand
 * for many (remainders) come after all others, always.
 */

import { sortReader, turned } from "../data/sorting.js";
import { ageOf, ownerName } from "../data/texts.js";

/** @typedef {import("../data/sorting.js").Sort} Sort */
/** @typedef {import("./listing.js").Entry} Entry */

const text = (value) => (value ? value.toLowerCase() : null);
const positive = (value) => (value === null || value === undefined ? null : value);

/** @type {Record<string, (entry: Entry, now: number) => number|string|null>} now in Unix seconds */
const ORDERS = {
  app: ({ row }) => text(ownerName(row)),
  pid: ({ row }) => positive(row.proc?.pid),
  proto: ({ row }) => text(row.protocol),
  local: ({ row }) => addressOrder(row.localAddress, row.localPort),
  remote: ({ row }) => addressOrder(row.remoteAddress, row.remotePort),
  domain: ({ row }) => text(row.domain),
  state: ({ row }) => text(row.end === null ? row.state : "closed"),
  age: ({ row }, now) => ageOf(row, now),
  received_rate: (entry) => entry.receivedRate,
  sent_rate: (entry) => entry.sentRate,
  rate: (entry) => entry.receivedRate + entry.sentRate,
  received: (entry) => entry.received,
  sent: (entry) => entry.sent,
  total: (entry) => entry.received + entry.sent,
  dir: ({ row }) => text(row.direction),
  scope: ({ row }) => text(row.scope),
  iface: ({ row }) => text(row.interface),
  user: ({ row }) => text(row.proc?.user),
  unit: ({ row }) => text(row.unit),
  container: ({ row }) => text(row.container),
  rtt: ({ row }) => row.rttMilliseconds,
  retransmits: ({ row }) => row.retransmits,
  received_payload: ({ row }) => row.receivedPayload,
  sent_payload: ({ row }) => row.sentPayload,
  started: ({ row }) => row.start || null,
  exe: ({ row }) => text(row.proc?.executable),
  owner: ({ row }) => text(row.proc ? row.ownerMethod : row.reason),
  ip: ({ row }) => addressOrder(row.remoteAddress || row.localAddress, row.remotePort),
  port: ({ row }) => positive(row.remotePort ?? row.localPort),
  lport: ({ row }) => positive(row.localPort),
  rport: ({ row }) => positive(row.remotePort),
};
ORDERS.lip = ORDERS.local;
ORDERS.rip = ORDERS.remote;

/** What one wants to see first: the most of these. Of all others the first in the alphabet, or the lowest. */
const MOST_FIRST = new Set([
  "received_rate", "sent_rate", "rate", "received", "sent", "total", "rtt", "retransmits", "started",
  "received_payload", "sent_payload",
]);

/** Read `-received_rate`; null for what is no order. */
export const parseSort = sortReader(ORDERS);

/** What a click on a heading leads to. @param {Sort} current @param {string} key */
export const nextSort = (current, key) => turned(current, { key, descending: MOST_FIRST.has(key) });

/**
 * Sort entries in place. Each entry's key is made once; equal ones follow by rate, by total, by payload, and the older one first,
 * so that rows at rest do not change places.
 * @param {Entry[]} entries @param {Sort} sort @param {number} now Unix seconds
 */
export function sortEntries(entries, { key, descending }, now) {
  const order = ORDERS[key];
  for (const entry of entries) entry.key = order(entry, now);
  const sign = descending ? -1 : 1;
  return entries.sort((one, other) => {
    if (one.isRemainder !== other.isRemainder) return one.isRemainder ? 1 : -1;
    if (one.key !== other.key) {
      if (one.key === null) return 1;
      if (other.key === null) return -1;
      return one.key < other.key ? -sign : sign;
    }
    return byWeight(one, other);
  });
}

function byWeight(one, other) {
  return (
    other.receivedRate + other.sentRate - (one.receivedRate + one.sentRate) ||
    other.received + other.sent - (one.received + one.sent) ||
    payloadOf(other.row) - payloadOf(one.row) ||
    one.row.n - other.row.n
  );
}

const payloadOf = ({ receivedPayload, sentPayload }) => (receivedPayload ?? 0) + (sentPayload ?? 0);

const MOST_REMEMBERED = 20_000;
/** @type {Map<string, string>} */
const addressKeys = new Map();

/** Addresses as numbers, version 4 first, then by port; what is no address comes after. null: no end. */
function addressOrder(address, port) {
  if (!address) return null;
  let key = addressKeys.get(address);
  if (key === undefined) {
    if (addressKeys.size >= MOST_REMEMBERED) addressKeys.clear();
    key = addressKey(address);
    addressKeys.set(address, key);
  }
  return `${key} ${String(port ?? 0).padStart(5, "0")}`;
}

/** A text that sorts as the address does; exported for its test. */
export function addressKey(address) {
  const bare = address.split("%", 1)[0];
  const four = fourBytes(bare);
  if (four) return `4${four}`;
  const groups = sixGroups(bare);
  return groups ? `6${groups}` : `~${address}`;
}

function fourBytes(words) {
  const parts = words.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return "";
  return parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("");
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2) as 32 hexadecimal digits; "" for what is none. */
function sixGroups(words) {
  const halves = words.split("::");
  if (halves.length > 2) return "";
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = tail === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array(missing).fill("0"), ...(tail ?? [])];
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return "";
  return groups.map((group) => group.toLowerCase().padStart(4, "0")).join("");
}
