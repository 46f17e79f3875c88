/** @file What the address line says of the view, and what of the view is written there. The query is search.js's. */

import { formatChoice, parseChoice } from "./columns.js";
import { DEFAULT_SORT, formatSort, sameSort } from "../data/sorting.js";
import { parseSort } from "./order.js";
import { parseSize } from "./paging.js";

/**
 * @typedef {object} View
 * @property {import("./order.js").Sort} sort
 * @property {boolean} showsClosed
 * @property {number} size rows a page, 0 for all
 * @property {number} page from 1
 * @property {string[]|null} columns the choice, null for the usual ones
 */

/**
 * @param {URLSearchParams} params
 * @param {string|null} keptColumns the choice that the browser keeps, for an address that says none
 * @returns {View}
 */
export function readView(params, keptColumns) {
  return {
    sort: parseSort(params.get("sort")) ?? DEFAULT_SORT,
    showsClosed: params.get("closed") === "1",
    size: parseSize(params.get("size")),
    page: Math.max(1, Math.trunc(Number(params.get("page"))) || 1),
    columns: parseChoice(params.get("cols")) ?? parseChoice(keptColumns),
  };
}

/** What stands in the address, null for what is as usual. @param {View} view */
export function writtenView({ sort, showsClosed, size, page, columns }) {
  return {
    sort: sameSort(sort, DEFAULT_SORT) ? null : formatSort(sort),
    closed: showsClosed ? "1" : null,
    size: size === 0 ? null : String(size),
    page: page === 1 ? null : String(page),
    cols: formatChoice(columns),
  };
}
