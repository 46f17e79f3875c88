/** @file What the page says in words. Pure. */

import { counted } from "../data/texts.js";
import { termText } from "../data/query_edit.js";

/** @param {{isWaiting: boolean, isNothing: boolean, all: number, viewer: {sees?: string}|null}} state all: without the filter */
export function emptyWords({ isWaiting, isNothing, viewer, all }) {
  if (isWaiting) return { title: "Waiting for the first data …", why: "" };
  if (!isNothing) return { title: "Nothing matches this filter", why: `${counted(all, "application")} without it.` };
  const own = viewer?.sees === "own" ? " You see your own processes only." : "";
  return { title: "No applications yet", why: `One appears with its first socket or packet.${own}` };
}

/** What connections are filtered by: those of this application. */
export const appQuery = (/** @type {string} */ name) => termText("app", name);

/** The head of a list below an application. @param {{title: string, count: number, shown: number, of: number}} heading */
export function headingWords({ title, count, shown, of }) {
  const number = (value) => value.toLocaleString("en-US");
  if (count < of) return `${title} · ${number(count)} of ${number(of)} match${shown < count ? `, the busiest ${shown}` : ""}`;
  return shown < count ? `${title} · the busiest ${shown} of ${number(count)}` : `${title} · ${number(count)}`;
}
