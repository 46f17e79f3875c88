/** @file What follows from what the collector says it cannot do. */

/** Are no packets captured, so that payload of TCP sockets is all that is counted? @param {object|null} hello */
export function isWithoutPackets(hello) {
  return hello?.degraded?.some(({ code }) => code === "capture.off") ?? false;
}
