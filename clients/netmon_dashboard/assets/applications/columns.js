/** @file The columns of the tree of applications, and which of them there is room for. Pure. */

/**
 * @typedef {object} Column
 * @property {string} key what its heading sorts by
 * @property {string} title heading
 * @property {string} label what the heading means, for readers and tooltips
 * @property {number} width least width in pixels
 * @property {boolean} right
 * @property {number} rank where there is no room the highest goes first; 0 stays
 */

const column = (key, title, label, width, rank, right = true) => ({ key, title, label, width, rank, right });

/** @type {readonly Column[]} */
export const COLUMNS = Object.freeze([
  column("app", "Application", "Application", 220, 0, false),
  column("received_rate", "↓", "Download rate", 96, 0),
  column("sent_rate", "↑", "Upload rate", 96, 0),
  column("rate", "60 s", "Last 60 s, download above and upload below; sorts by both rates together", 128, 2, false),
  column("today", "Today", "Moved since midnight, both ways together, as the recorder has it", 88, 3),
  column("received", "Σ↓", "Received in all", 92, 4),
  column("sent", "Σ↑", "Sent in all", 92, 5),
  column("connections", "Conns", "Open connections, without listening sockets", 72, 1),
  column("remotes", "Remotes", "Different remote addresses", 84, 6),
]);

export const NARROW_PIXELS = 560;
const NARROW_WIDTHS = new Map([["app", 150], ["received_rate", 84], ["sent_rate", 84]]);
const NARROW_WITHOUT_PACKETS = new Map([["app", 150], ["connections", 72], ["remotes", 84]]);
/** What packets tell. Where none are captured, zeros would say that nothing moves. */
const OF_PACKETS = new Set(["received_rate", "sent_rate", "rate", "received", "sent"]);

/**
 * The columns for a table of this width, so that nothing needs to be moved sideways.
 * @param {number} width pixels; 0 while it is not known
 * @param {{hasToday?: boolean, isCounted?: boolean}} known whether there is a recorder, and whether packets are captured
 * @returns {{columns: Column[], isNarrow: boolean}}
 */
export function columnsFor(width, { hasToday = false, isCounted = true } = {}) {
  if (width > 0 && width < NARROW_PIXELS) {
    const widths = isCounted ? NARROW_WIDTHS : NARROW_WITHOUT_PACKETS;
    const narrow = COLUMNS.filter(({ key }) => widths.has(key));
    return { columns: narrow.map((each) => ({ ...each, width: widths.get(each.key) })), isNarrow: true };
  }
  let columns = COLUMNS.filter(({ key }) => (hasToday || key !== "today") && (isCounted || !OF_PACKETS.has(key)));
  while (width > 0 && columns.reduce((sum, each) => sum + each.width, 0) > width) {
    const last = columns.reduce((one, other) => (other.rank > one.rank ? other : one));
    if (last.rank === 0) break;
    columns = columns.filter((each) => each !== last);
  }
  return { columns, isNarrow: false };
}

/** The tracks of a row, for `grid-template-columns`: the name and the pictures take what is left. @param {Column[]} columns */
export function tracks(columns) {
  const share = { app: "minmax(0, 1fr)", rate: "minmax(128px, 0.3fr)" };
  return columns.map(({ key, width }) => share[key] ?? `${width}px`).join(" ");
}
