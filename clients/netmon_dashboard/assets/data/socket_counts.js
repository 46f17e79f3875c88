/**
 * @file What the kernel tells of sockets within a tick: flat lists of n and new values, for the rows where they changed.
 *
 * "i": n, round trip in milliseconds or null; "x": n, packets sent again or null; "p": n, payload sent, payload received,
 * null each where packets of the row were captured or nobody counts.
 */

/** @param {Map<number, import("./types.js").Row>} rows @param {{i?: any[], x?: any[], p?: any[]}} changes */
export function applyCounts(rows, { i = [], x = [], p = [] }) {
  for (let at = 0; at < i.length; at += 2) {
    const row = rows.get(i[at]);
    if (row !== undefined) row.rttMilliseconds = i[at + 1];
  }
  for (let at = 0; at < x.length; at += 2) {
    const row = rows.get(x[at]);
    if (row !== undefined) row.retransmits = x[at + 1];
  }
  for (let at = 0; at < p.length; at += 3) {
    const row = rows.get(p[at]);
    if (row === undefined) continue;
    row.sentPayload = p[at + 1];
    row.receivedPayload = p[at + 2];
  }
}
