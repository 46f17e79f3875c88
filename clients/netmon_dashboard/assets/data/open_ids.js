/** @file What is open in a tree, as the address has it. Pure. */

const MOST_IN_ADDRESS = 8;

/** Ids as the address holds them: a comma stands between two. @param {Iterable<string>} ids */
export function formatOpen(ids) {
  return [...ids].slice(0, MOST_IN_ADDRESS).map((id) => id.replace(/[%,]/g, encodeURIComponent)).join(",");
}

/** @param {string|null} text @returns {string[]} */
export function parseOpen(text) {
  if (!text) return [];
  return text.split(",").slice(0, MOST_IN_ADDRESS).map((part) => part.replace(/%25|%2C/gi, decodeURIComponent)).filter((id) => id !== "");
}
