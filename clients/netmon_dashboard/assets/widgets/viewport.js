/** @file Which rows of a long table are on screen. Pure: pixels and counts in, indices out. */

const OVERSCAN = 2;

/**
 * The rows to have in the document: first (included) and last (left out).
 * @param {{scrollTop: number, height: number, rowHeight: number, count: number}} view
 */
export function visibleRange({ scrollTop, height, rowHeight, count }) {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - OVERSCAN;
  const last = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + OVERSCAN;
  return { first: Math.min(Math.max(0, first), count), last: Math.min(Math.max(0, last), count) };
}

/** Where to scroll so that a row is seen as a whole; the present place if it is. */
export function scrollTo(index, { scrollTop, height, rowHeight }) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}

/**
 * The row that a key leads to from `index`; null for other keys.
 * @param {string} key of a KeyboardEvent @param {{height: number, rowHeight: number, count: number}} view
 */
export function rowAfterKey(key, index, { height, rowHeight, count }) {
  const page = Math.max(1, Math.floor(height / rowHeight) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
  if (count === 0 || !Object.hasOwn(steps, key)) return null;
  return Math.min(count - 1, Math.max(0, index + steps[key]));
}
