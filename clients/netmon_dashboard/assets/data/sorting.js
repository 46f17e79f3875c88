/** @file What a table is sorted by, as the address and the command line have it: `-received_rate`. Pure. */

/** @typedef {{key: string, descending: boolean}} Sort */

/** @type {Sort} */
export const DEFAULT_SORT = Object.freeze({ key: "received_rate", descending: true });

/** Give what reads `-received_rate`; it gives null for what is none of `orders`. @param {Record<string, unknown>} orders by key */
export function sortReader(orders) {
  return (/** @type {string|null} */ words) => {
    if (!words) return null;
    const descending = words.startsWith("-");
    const key = words.slice(descending ? 1 : 0);
    return Object.hasOwn(orders, key) ? { key, descending } : null;
  };
}

export const formatSort = (/** @type {Sort} */ { key, descending }) => (descending ? "-" : "") + key;

export const sameSort = (/** @type {Sort} */ one, /** @type {Sort} */ other) => one.key === other.key && one.descending === other.descending;

/**
 * What a click on a heading leads to: its usual way, then the other way, then the default order.
 * @param {Sort} current @param {Sort} usual of the heading @returns {Sort}
 */
export function turned(current, usual) {
  if (current.key !== usual.key) return usual;
  if (sameSort(current, usual)) return { ...usual, descending: !usual.descending };
  return DEFAULT_SORT;
}

/**
 * Keep the places that there are; what is new comes at the end, where nothing moves for it.
 * @template T
 * @param {T[]} items in the order that they would have
 * @param {string[]} before keys in the order that is held
 * @param {(item: T) => string} keyOf
 */
export function inHeldOrder(items, before, keyOf) {
  const places = new Map(before.map((key, place) => [key, place]));
  const placeOf = (item) => places.get(keyOf(item)) ?? Infinity;
  const kept = items.filter((item) => placeOf(item) !== Infinity).sort((one, other) => placeOf(one) - placeOf(other));
  return [...kept, ...items.filter((item) => placeOf(item) === Infinity)];
}
