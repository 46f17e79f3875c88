/** @file All that is known of one connection, in groups, and its forms for the clipboard. Pure. */

import * as texts from "../data/texts.js";

/** @typedef {{label: string, value: string, long?: boolean}} Fact long: may need several lines */
/** @typedef {{title: string, facts: Fact[]}} Group */
/** @typedef {{sent: number|null, received: number|null}} Payload bytes; null where nobody counts */

/** @returns {Payload} what the row itself bears of it */
export const payloadOf = (row) => ({ sent: row.sentPayload, received: row.receivedPayload });

/** What an owner that is not certain was concluded from, by the way that it was found. */
const INFERRED = {
  exact: "others may hold the socket too",
  listener: "it listens on the port, and others may have accepted the connection",
  wildcard: "it holds the port, which others may share",
  creator: "it made the socket, and may have handed it on",
  user: "it used the socket, as others may have",
  sibling: "it alone opened the connections just before to the same remote end",
};

/**
 * Facts without a value are left out; a group without facts too.
 * @param {import("../data/types.js").Row} row @param {texts.Look} look
 * @param {boolean} isListed false: it is no longer told of, so nothing is known of now
 * @param {Payload} payload of the socket: rows of which packets are captured do not bear it
 * @returns {Group[]}
 */
export function factGroups(row, look, isListed = true, payload = payloadOf(row)) {
  const traffic = trafficGroup(row, look, isListed);
  const before = row.remainder ? [] : [connectionGroup(row, look)];
  const after = row.remainder
    ? []
    : [socketGroup(row, look, payload), ownerGroup(row, look), processGroup(row, look), timeGroup(row, look)];
  return [...before, traffic, ...after]
    .map(({ title, facts }) => ({ title, facts: facts.filter(({ value }) => value !== "") }))
    .filter(({ facts }) => facts.length > 0);
}

const fact = (label, value, long = false) => ({ label, value: texts.plain(value), long });

function connectionGroup(row, look) {
  const state = texts.stateLook(row, look);
  return {
    title: "Connection",
    facts: [
      fact("Protocol", texts.protocolText(row)),
      fact("Local", texts.localText(row)),
      fact("Remote", texts.remoteText(row) || "none: it listens or has no fixed peer"),
      fact("Domain", texts.domainText(row, look)),
      fact("Domain source", texts.domainSourceText(row, look)),
      fact("No domain", texts.unnamedText(row, look)),
      fact("State", state ? `${state.glyph} ${state.name}` : ""),
      fact("Direction", row.direction),
      fact("Scope", row.scope),
      fact("Interface", row.interface),
      fact("Unit", row.unit),
      fact("Container", row.container),
    ],
  };
}

function trafficGroup(row, look, isListed) {
  const title = "Traffic (captured IP bytes)";
  const now = isListed && row.end === null;
  // What nobody counts is not zero.
  if (look.isWithoutPackets && row.sent === 0 && row.received === 0) return { title, facts: [] };
  return {
    title,
    facts: [
      fact("↓ now", now ? texts.rateText(row.receivedRate, look) : ""),
      fact("↑ now", now ? texts.rateText(row.sentRate, look) : ""),
      fact("Received", exact(look.sumsOf(row).received, look)),
      fact("Sent", exact(look.sumsOf(row).sent, look)),
    ],
  };
}

function socketGroup(row, look, { sent, received }) {
  return {
    title: "Socket (the kernel's counts)",
    facts: [
      fact("Payload received", received === null ? "" : exact(received, look)),
      fact("Payload sent", sent === null ? "" : exact(sent, look)),
      fact("Round trip", texts.rttText(row)),
      fact("Packets sent again", row.retransmits === null ? "" : row.retransmits.toLocaleString("en-US")),
    ],
  };
}

function exact(bytes, look) {
  const short = texts.sizeText(bytes, look);
  return bytes < 1000 ? short : `${short} (${bytes.toLocaleString("en-US")} B)`;
}

function ownerGroup(row, look) {
  const name = texts.ownerName(row);
  return {
    title: "Owner",
    facts: [
      fact("Application", name || "nobody"),
      fact(name ? "Found by" : "Why", texts.ownerText(row, look).replace(/^~/, "")),
      fact("How sure", sureText(row)),
      fact("Also held by", row.holders.join(", ")),
      fact("Part of netmon", row.isNetmon ? "yes" : ""),
    ],
  };
}

function sureText({ proc, ownerMethod, ownerConfidence }) {
  if (!proc || ownerConfidence !== "inferred") return proc ? ownerConfidence : "";
  return INFERRED[ownerMethod] ? `inferred: ${INFERRED[ownerMethod]}` : "inferred";
}

function processGroup(row, look) {
  const process = row.proc;
  if (!process) return { title: "Process", facts: [] };
  return {
    title: "Process",
    facts: [
      fact("Name", process.name),
      fact("PID", String(process.pid)),
      fact("User", process.user),
      fact("Parent", parentText(process)),
      fact("Started", texts.timeText(process.start, look.now)),
      fact("Executable", process.executable, true),
      fact("Command line", process.commandLine, true),
    ],
  };
}

function parentText({ parentName, parentPid }) {
  if (!parentPid) return parentName;
  return parentName ? `${parentName} (${parentPid})` : String(parentPid);
}

function timeGroup(row, look) {
  const started = texts.timeText(row.start, look.now);
  return {
    title: "Time",
    facts: [
      fact("Opened", started && row.startedBefore ? `before ${started}` : started),
      fact("Age", texts.ageText(row, look)),
      fact("Last packet", texts.timeText(row.last, look.now)),
      fact("Closed", row.end === null ? "" : texts.timeText(row.end, look.now)),
    ],
  };
}

/** The connection as lines of text. */
export function rowAsText(row, look, payload = payloadOf(row)) {
  const lines = factGroups(row, look, true, payload).flatMap(({ facts }) => facts.map(({ label, value }) => `${label}: ${value}`));
  return [...(row.remainder ? [texts.appText(row, look)] : []), ...lines].join("\n");
}

/** The connection as JSON, with the names of `netmon-cli stream connections --per-row`. */
export function rowAsJson(row, payload = payloadOf(row)) {
  const process = row.proc;
  const fields = {
    id: row.id, pid: process?.pid ?? null, process: process?.name ?? null, app: row.app?.name || null,
    user: process?.user || null, protocol: row.protocol || null,
    local: texts.localText(row) || null, remote: texts.remoteText(row) || null, interface: row.interface || null,
    state: row.state || null, direction: row.direction || null, scope: row.scope || null,
    // The collector's monotone counters do not reach the page: these count from the last "clear" on.
    sent_bytes_since_clear: row.sent, received_bytes_since_clear: row.received,
    sent_bytes_per_second: row.sentRate, received_bytes_per_second: row.receivedRate,
    owner_method: row.ownerMethod || null, owner_confidence: row.ownerConfidence || null,
    unattributed_reason: row.reason || null, remainder: row.remainder || null,
    domain: row.domain || null, domain_source: row.domainSource || null,
    executable: process?.executable || null, command_line: process?.commandLine || null,
    parent_pid: process?.parentPid || null, parent: process?.parentName || null,
    unit: row.unit || null, container: row.container || null, holders: row.holders,
    start_time: timestamp(row.start), started_before: row.startedBefore, last_time: timestamp(row.last),
    end_time: timestamp(row.end), round_trip_seconds: row.rttMilliseconds === null ? null : row.rttMilliseconds / 1000,
    retransmitted_packets: row.retransmits, sent_payload_bytes: payload.sent, received_payload_bytes: payload.received,
    is_netmon: row.isNetmon,
  };
  return JSON.stringify(fields, null, 2);
}

const timestamp = (/** @type {number|null} */ seconds) => (seconds ? new Date(seconds * 1000).toISOString() : null);

/**
 * What else is of the same process, application or remote end: how many, and the term that leaves them.
 * @param {object} row @param {Iterable<object>} rows
 * @returns {{label: string, count: number, field: string, value: string}[]}
 */
export function siblings(row, rows) {
  const counts = { process: 0, application: 0, remote: 0 };
  for (const other of rows) {
    if (other === row || other.end !== null || other.remainder) continue;
    if (row.proc && other.proc === row.proc) counts.process += 1;
    if (row.app && other.app === row.app) counts.application += 1;
    if (row.remoteAddress && other.remoteAddress === row.remoteAddress) counts.remote += 1;
  }
  return [
    { label: "of this process", count: counts.process, field: "pid", value: String(row.proc?.pid ?? "") },
    { label: "of this application", count: counts.application, field: "app", value: texts.ownerName(row) },
    { label: "to this address", count: counts.remote, field: "rip", value: row.remoteAddress },
  ].filter(({ count }) => count > 0);
}

/** The terms that a connection offers to filter by. @returns {{label: string, field: string, value: string}[]} */
export function filterOffers(row) {
  return [
    { label: "App", field: "app", value: texts.ownerName(row) },
    { label: "Remote", field: "rip", value: row.remoteAddress },
    { label: "Port", field: "port", value: row.remotePort ?? row.localPort },
    { label: "PID", field: "pid", value: row.proc?.pid },
  ]
    .filter(({ value }) => value !== "" && value !== null && value !== undefined)
    .map(({ label, field, value }) => ({ label, field, value: String(value) }));
}
