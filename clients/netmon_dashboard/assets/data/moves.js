/** @file What ticks moved, added to the totals of objects, and turned into rates over their span. */

import { perSecond } from "./summary.js";

/** Nothing moved: sent, received. */
export const NONE = Object.freeze([0, 0]);

/** Add a tick's flat n, sent, received to the totals, and to what was moved before; give it by object. */
export function addMoved(map, flat, moved) {
  const bytes = new Map();
  for (let i = 0; i < flat.length; i += 3) {
    const one = map.get(flat[i]);
    if (one === undefined) continue;
    const sent = flat[i + 1];
    const received = flat[i + 2];
    one.sent += sent;
    one.received += received;
    bytes.set(one, [sent, received]);
    addTo(moved, one, sent, received);
  }
  return bytes;
}

/** What came whole (totals too) says itself how much moved in this tick. */
export function overrule(one, bytes, moved) {
  const [sent, received] = bytes.get(one) ?? NONE;
  addTo(moved, one, one.sentRate - sent, one.receivedRate - received);
  bytes.set(one, [one.sentRate, one.receivedRate]);
}

function addTo(moved, one, sent, received) {
  const before = moved.get(one);
  if (before === undefined) {
    moved.set(one, [sent, received]);
    return;
  }
  before[0] += sent;
  before[1] += received;
}

/** Turn what moved within the span into rates; what moved before and not now stands still. */
export function settle(moved, moving, span) {
  for (const one of moving) {
    if (moved.has(one)) continue;
    one.sentRate = 0;
    one.receivedRate = 0;
    moving.delete(one);
  }
  for (const [one, [sent, received]] of moved) setRates(one, sent, received, span, moving);
}

export function setRates(one, sent, received, span, moving) {
  one.sentRate = perSecond(sent, span);
  one.receivedRate = perSecond(received, span);
  if (sent !== 0 || received !== 0) moving.add(one);
  else moving.delete(one);
}
