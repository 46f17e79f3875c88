/** @file What the page says in words. Pure. */

import { counted, sizeText } from "../data/texts.js";
import { percent } from "../frame/status_view.js";

/** How much of what a browser moved has a name, and what hides the rest. @param {import("./browsers.js").BrowserFacts} facts */
export function shareWords({ share, reasons }, look) {
  if (share === null) return { line: "Nothing moved yet", rest: "" };
  const parts = reasons.map(({ reason, bytes }) => `${reasonWords(reason, look)} (${sizeText(bytes, look)})`);
  return {
    line: share >= 1 ? "All of its bytes have a name" : `${percent(share)} of its bytes have a name`,
    rest: parts.length > 0 ? `The rest: ${parts.join(", ")}` : "",
  };
}

function reasonWords(reason, look) {
  if (reason === null) return "connections that have ended";
  return look.words?.unnamed?.[reason] ?? reason.replaceAll("_", " ");
}

/** What stands above the table where no names are learnt; "" where they are. @param {{is_on: boolean, text: string}|null} names */
export function missingWords(names) {
  if (names === null || names.is_on) return "";
  return `Names are ${names.text}. Nothing of DNS, TLS or QUIC is read, so no domain is known; a collector that is started without --no-names learns them.`;
}

/** @param {{isWaiting: boolean, all: number, hasStrange: boolean}} state hasStrange: the filter asks for what a domain has not */
export function emptyWords({ isWaiting, all, hasStrange }) {
  if (isWaiting) return { title: "Waiting for the first data …", why: "" };
  if (all === 0) return { title: "No domains yet", why: "Names are learnt from DNS answers and from TLS and QUIC hellos as they pass by; nothing is looked up." };
  if (hasStrange) return { title: "Domains have no such field", why: "They are filtered by a name, app:, source:, rate:, sent:, received: and total:." };
  return { title: "Nothing matches this filter", why: `${counted(all, "domain")} without it.` };
}
