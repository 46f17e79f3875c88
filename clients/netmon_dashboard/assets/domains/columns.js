/** @file The columns of the domains, and which of them there is room for. Pure. */

const column = (key, title, label, width, rank, right = true) => ({ key, title, label, width, rank, right });

/** @type {readonly import("../applications/columns.js").Column[]} */
export const COLUMNS = Object.freeze([
  column("domain", "Domain", "Domain", 230, 0, false),
  column("source", "Source", "Where the name was learnt", 84, 7, false),
  column("app", "Apps", "Applications, busiest first", 96, 4, false),
  column("received_rate", "↓", "Download rate", 92, 0),
  column("sent_rate", "↑", "Upload rate", 92, 0),
  column("rate", "5 min", "The last five minutes, download above and upload below, a decade a step; sorts by both rates together", 180, 3, false),
  column("received", "Σ↓", "Received in all", 86, 2),
  column("sent", "Σ↑", "Sent in all", 86, 5),
  column("connections", "Conns", "Open connections", 68, 6),
  column("first", "First seen", "When its first connection began", 92, 9),
  column("last", "Last seen", "When it last moved something", 86, 8),
]);

export const NARROW_PIXELS = 560;
const NARROW_WIDTHS = new Map([["domain", 150], ["received_rate", 84], ["sent_rate", 84]]);

const WITH_PAST = {
  title: "24 h ┊ 5 min",
  label: "The day before, from the recorder and dimmer, hatched where nothing was recorded; then the last five minutes, live. Download above and upload below, a decade a step; sorts by both rates together",
  width: 250,
};

/**
 * The columns for a table of this width, so that nothing needs to be moved sideways.
 * @param {number} width pixels; 0 while it is not known
 * @param {boolean} hasPast whether the recorder tells what was before
 */
export function columnsFor(width, hasPast = false) {
  if (width > 0 && width < NARROW_PIXELS) {
    const narrow = COLUMNS.filter(({ key }) => NARROW_WIDTHS.has(key));
    return { columns: narrow.map((each) => ({ ...each, width: NARROW_WIDTHS.get(each.key) })), isNarrow: true };
  }
  let columns = COLUMNS.map((each) => (hasPast && each.key === "rate" ? { ...each, ...WITH_PAST } : each));
  while (width > 0 && columns.reduce((sum, each) => sum + each.width, 0) > width) {
    const last = columns.reduce((one, other) => (other.rank > one.rank ? other : one));
    if (last.rank === 0) break;
    columns = columns.filter((each) => each !== last);
  }
  return { columns, isNarrow: false };
}

/** The tracks of a row, for `grid-template-columns`: the name and the lanes take what is left. */
export function tracks(columns) {
  return columns
    .map(({ key, width }) => (key === "domain" ? "minmax(0, 1fr)" : key === "rate" ? `minmax(${width}px, 0.4fr)` : `${width}px`))
    .join(" ");
}
