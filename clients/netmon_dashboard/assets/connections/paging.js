/** @file Pages of a long table. */

/** 0: all rows on one page. */
export const PAGE_SIZES = [25, 50, 100, 500, 0];

/** Read a page size of the address line; all rows for what is none. */
export function parseSize(text) {
  const size = Number(text);
  return PAGE_SIZES.includes(size) ? size : 0;
}

/**
 * The part of `count` rows that a page shows: first (included), last (left out), and the page that there is (from 1).
 * @param {{count: number, size: number, page: number}} wanted
 */
export function pageOf({ count, size, page }) {
  if (size === 0) return { first: 0, last: count, page: 1, pages: 1 };
  const pages = Math.max(1, Math.ceil(count / size));
  const there = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
  return { first: (there - 1) * size, last: Math.min(there * size, count), page: there, pages };
}
