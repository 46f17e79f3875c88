/** @file The view as a command for a terminal. Pure. */

import { commandOf } from "../frame/cli.js";
import { parseOpen } from "../data/open_ids.js";
import { DEFAULT_SORT, formatSort } from "../data/sorting.js";
import { parseSort } from "./order.js";

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
  const sort = parseSort(params.get("sort"));
  // Today's sums are the recorder's: `netmon-cli apps` does not ask it.
  words.push("--sort", formatSort(sort === null || sort.key === "today" ? DEFAULT_SORT : sort));
  if (units !== "si") words.push("--units", units);
  return commandOf(words, socket);
}
