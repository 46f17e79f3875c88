/** What the Overview says besides rates: what is new, who listens, what has no owner. Pure: node can test it. */

import { termText } from "../data/query_edit.js";

/** What belongs to the collector's own start is not new. */
const START_SECONDS = 10;
export const NEW_SECONDS = 600;

/**
 * Applications that were first seen within ten minutes, the newest first; those of the collector's own start are not
 * among them.
 *
 * @template {{first: number | null, name: string}} A
 * @param {Iterable<A>} apps
 * @param {number} now Unix seconds
 * @param {number | null} collectorStart Unix seconds
 * @returns {A[]}
 */
export function newcomers(apps, now, collectorStart) {
  const since = Math.max(now - NEW_SECONDS, collectorStart === null ? -Infinity : collectorStart + START_SECONDS);
  return [...apps]
    .filter((app) => app.first !== null && app.first > since)
    .sort((a, b) => (b.first ?? 0) - (a.first ?? 0) || a.name.localeCompare(b.name));
}

/**
 * When the collector began to look, on the clock of its data: a recording's data has the clock of the recording.
 *
 * @param {{packet_source: string, collector_start: number | null} | null} hello
 * @param {Iterable<{first: number | null}>} apps
 * @returns {number | null} Unix seconds
 */
export function beginOf(hello, apps) {
  if (hello?.packet_source !== "recording") return hello?.collector_start ?? null;
  const times = [...apps].flatMap((app) => (app.first === null ? [] : [app.first]));
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * What is said where nothing is new: the collector may not have looked for ten minutes yet.
 *
 * @param {number} now Unix seconds
 * @param {number | null} start when it began to look, Unix seconds
 * @param {(seconds: number) => string} formatAge
 */
export function nothingNew(now, start, formatAge) {
  const watched = start === null ? Infinity : now - start;
  return watched >= NEW_SECONDS
    ? "No new application in the last 10 minutes."
    : `No new application since the collector began to look, ${formatAge(watched)} ago.`;
}

/**
 * Sockets that listen on all interfaces: one entry for each application, protocol and port.
 *
 * @template {{app: {id: string} | null, name: string, protocol: string, port: number | null, user: string}} L
 * @param {readonly L[]} listeners
 * @returns {(L & {key: string})[]}
 */
export function openPorts(listeners) {
  const found = new Map();
  for (const one of listeners) {
    const key = [one.name, one.protocol, one.port, one.user].join("\n");
    if (!found.has(key)) found.set(key, { ...one, key });
  }
  return [...found.values()].sort(
    (a, b) => a.name.localeCompare(b.name) || a.protocol.localeCompare(b.protocol) || (a.port ?? 0) - (b.port ?? 0),
  );
}

/**
 * The query that shows such a socket among the connections. UDP has no state "listen": there its port has to do.
 *
 * @param {{name: string, protocol: string, port: number | null}} listener
 */
export function listenerQuery({ name, protocol, port }) {
  const terms = [termText("proto", protocol)];
  if (protocol !== "udp") terms.push(termText("is", "listen"));
  if (port !== null) terms.unshift(termText("lport", String(port)));
  if (name) terms.unshift(termText("app", name));
  return terms.join(" ");
}

/**
 * All that has no owner, as one row.
 *
 * @param {readonly {reason: string, sentRate: number, receivedRate: number, sent: number, received: number,
 *   count: number}[]} parts
 */
export function unattributedSum(parts) {
  const sum = { sentRate: 0, receivedRate: 0, sent: 0, received: 0, count: 0 };
  for (const part of parts) {
    sum.sentRate += part.sentRate;
    sum.receivedRate += part.receivedRate;
    sum.sent += part.sent;
    sum.received += part.received;
    sum.count += part.count;
  }
  return sum;
}

/** Packets that were lost in some samples. @param {readonly {dropped: number}[]} samples */
export function droppedIn(samples) {
  return samples.reduce((sum, sample) => sum + sample.dropped, 0);
}

/** Whether nothing moved in these samples. @param {readonly {sent: number, received: number}[]} samples */
function isSilent(samples) {
  return samples.every((sample) => sample.sent === 0 && sample.received === 0);
}

/**
 * The words over an empty plot, or "".
 *
 * @param {{hasData: boolean, isCounted?: boolean, samples: readonly {sent: number, received: number, loopback: number}[],
 *   totals: {sent: number, received: number}, windowName: string}} facts of the window that is shown
 */
export function emptyWords({ hasData, isCounted = true, samples, totals, windowName }) {
  if (!hasData) return "Loading the last 15 minutes…";
  if (!isCounted && isSilent(samples)) return "Packets are not captured: nobody counts bytes on the way.";
  if (!isSilent(samples)) return "";
  const isLocal = samples.some((sample) => sample.loopback > 0);
  if (isLocal) return `Nothing but loopback moved in the last ${windowName}.`;
  return totals.sent + totals.received === 0
    ? "Waiting for the first packets…"
    : `Quiet: nothing moved in the last ${windowName}.`;
}
