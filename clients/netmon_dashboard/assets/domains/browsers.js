/** @file What the browsers talked to, and how much of it has a name. Pure: the figures of the cards. */

import { groupsOf } from "./groups.js";

export const MOST_NAMES = 4;
const MOST_REASONS = 3;

/**
 * @typedef {object} BrowserFacts
 * @property {import("../data/types.js").App} app
 * @property {number} total bytes since the sums began, both ways
 * @property {number} named those of them that have a domain
 * @property {number|null} share null as long as nothing moved
 * @property {{name: string, bytes: number}[]} names the biggest, folded; none that moved nothing
 * @property {number} nameCount
 * @property {{reason: string|null, bytes: number}[]} reasons why the rest has none; null: connections that have ended.
 *   Empty with "since now": nobody knows how much of it each reason moved since
 */

/**
 * @param {{apps: Map<number, import("../data/types.js").App>, domains: import("../data/domains.js").Domains}} store
 * @param {import("../frame/since.js").SinceNow|null} since
 * @returns {BrowserFacts[]} the busiest first
 */
export function browserFacts({ apps, domains }, since = null) {
  const browsers = [...apps.values()].filter(({ isBrowser }) => isBrowser);
  const facts = browsers.map((app) => factsOf(app, domains, since));
  return facts.sort((one, other) => other.total - one.total || (one.app.name < other.app.name ? -1 : 1));
}

function factsOf(app, domains, since) {
  const own = [];
  for (const domain of domains.all.values()) {
    const part = domain.apps.find((each) => each.app === app);
    if (part === undefined) continue;
    const { sent, received } = since?.domainPart(domain, part) ?? part;
    if (sent + received > 0) own.push({ ...domain, apps: [part], sent, received });
  }
  const named = own.reduce((sum, { sent, received }) => sum + sent + received, 0);
  const moved = since?.app(app) ?? app;
  const total = moved.sent + moved.received;
  const groups = groupsOf(own.filter(({ isOthers }) => !isOthers), (domain) => domain);
  const names = groups.map(({ name, sent, received }) => ({ name, bytes: sent + received })).sort((one, other) => other.bytes - one.bytes || (one.name < other.name ? -1 : 1));
  const rest = Math.max(0, total - named);
  return {
    app, total, named, share: total > 0 ? Math.min(1, named / total) : null,
    names: names.slice(0, MOST_NAMES), nameCount: names.length,
    reasons: since?.isOn ? [] : reasonsOf(domains.browsers.get(app.n) ?? [], rest),
  };
}

/** What open connections say; the rest went over connections that have ended. */
function reasonsOf(told, rest) {
  const reasons = told.map(([reason, bytes]) => ({ reason, bytes }));
  const over = rest - reasons.reduce((sum, { bytes }) => sum + bytes, 0);
  if (over > 0) reasons.push({ reason: null, bytes: over });
  return reasons.sort((one, other) => other.bytes - one.bytes).slice(0, MOST_REASONS);
}
