/** @file What every page shows of the machine, out of a full or of ticks that are shown together. */

/**
 * Set the store's summary. Sums are those of the last message, rates the mean of the span of all.
 * @param {import("./store.js").Store} store
 * @param {object[]} messages a full, or ticks that follow each other
 */
export function summarise(store, messages) {
  const last = messages[messages.length - 1];
  store.sequence = last.sequence;
  store.dataTime = last.time;
  store.interval = last.interval;
  store.headline = meanRates(messages, "headline");
  store.loopback = meanRates(messages, "loopback");
  store.totals = { sent: last.totals[0], received: last.totals[1] };
  store.active = last.active;
  store.listening = last.listening;
  store.share = last.share;
  store.dropped = messages.reduce((sum, { dropped }) => sum + dropped, 0);
  store.unattributed = partsOf(messages.map(({ unattributed, interval }) => ({ parts: unattributed, interval })), store.unattributed);
  for (const { listeners } of messages) {
    if (listeners !== undefined) store.listeners = listeners.map((values) => listenerOf(values, store.apps));
  }
}

/** Rows over the limit, as a sum; null where there are none. */
export function omittedOf(values) {
  if (values === undefined || values === null || values[0] === 0) return null;
  return { count: values[0], sent: values[1], received: values[2] };
}

/** A rate; nothing moves in no time (the first snapshot has no interval). */
export function perSecond(bytes, seconds) {
  return seconds > 0 ? bytes / seconds : 0;
}

function listenerOf([n, name, protocol, port, user], apps) {
  return { app: n === null ? null : (apps.get(n) ?? null), name, protocol, port, user };
}

function meanRates(messages, name) {
  let sent = 0;
  let received = 0;
  let span = 0;
  for (const message of messages) {
    sent += message[name][0];
    received += message[name][1];
    span += message.interval;
  }
  return { sentRate: perSecond(sent, span), receivedRate: perSecond(received, span) };
}

/**
 * Sums by reason. Absent means unchanged, which for sums that grow means that nothing moved.
 * @param {{parts?: Array[], interval: number}[]} messages @param {import("./types.js").Unattributed[]} before
 * @returns {import("./types.js").Unattributed[]}
 */
export function partsOf(messages, before) {
  let rows = before.map(({ reason, sent, received, count }) => [reason, 0, 0, sent, received, count]);
  const moved = new Map();
  let span = 0;
  for (const { parts, interval } of messages) {
    span += interval;
    if (parts === undefined) continue;
    rows = parts;
    for (const [reason, sent, received] of parts) {
      const bytes = moved.get(reason) ?? [0, 0];
      moved.set(reason, [bytes[0] + sent, bytes[1] + received]);
    }
  }
  return rows.map(([reason, , , sent, received, count]) => {
    const [movedSent, movedReceived] = moved.get(reason) ?? [0, 0];
    const rates = { sentRate: perSecond(movedSent, span), receivedRate: perSecond(movedReceived, span) };
    return { reason, ...rates, sent, received, count };
  });
}
