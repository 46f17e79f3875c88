/** @file What follows from what the collector says it cannot do. */

/** Are no packets captured, so that payload of TCP sockets is all that is counted? @param {object|null} hello */
export function isWithoutPackets(hello) {
  return hello?.degraded?.some(({ code }) => code === "capture.off") ?? false;
}

/**
 * The limits to be shown: none where each was dismissed before. What comes anew shows the others with it.
 * @template {{code: string}} L
 * @param {L[]} limits @param {Set<string>} dismissed codes
 * @returns {L[]}
 */
export function undismissed(limits, dismissed) {
  return limits.every(({ code }) => dismissed.has(code)) ? [] : limits;
}
