/** @file The view as a command for a terminal. Pure. */

import { commandOf } from "../frame/cli.js";
import { DEFAULT_SORT, formatSort, parseSort } from "./order.js";
import { parseOpen } from "./tree.js";

/**
 * The command that lists what the page shows: `--tree` where something is open.
 *
 * @param {URLSearchParams} params q, sort and open of the page's address
 * @param {{units: "si"|"bit"|"iec", socket: string}} view
 */
export function applicationsCommand(params, { units, socket }) {
  const words = ["apps"];
  const query = params.get("q")?.trim() ?? "";
  if (parseOpen(params.get("open")).length > 0) words.push("--tree");
  if (query) words.push("-F", query);
  words.push("--sort", formatSort(parseSort(params.get("sort")) ?? DEFAULT_SORT));
  if (units !== "si") words.push("--units", units);
  return commandOf(words, socket);
}
