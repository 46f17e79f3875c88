/** @file Which domains a filter lets pass: those that a connection of one of their applications would show. Pure. */

import { newRow } from "../data/entries.js";
import { matcher } from "../data/match.js";

/** The fields that a domain has; it has no ports, addresses or states. */
export const DOMAIN_FIELDS = new Set([
  "domain", "application", "text", "domain_source", "sent_bytes", "received_bytes", "total", "sent_rate", "received_rate", "rate",
]);

/** @typedef {import("../data/types.js").Domain} Domain */

/**
 * @param {import("../data/query.js").Filter} filter @param {Iterable<Domain>} domains @param {number} dataTime
 * @returns {Domain[]}
 */
export function passing(filter, domains, dataTime) {
  if (filter.terms.length === 0) return [...domains];
  if (filter.terms.some(({ field }) => !DOMAIN_FIELDS.has(field))) return [];
  const matches = matcher(filter, { dataTime });
  return [...domains].filter((domain) => !domain.isOthers && standIns(domain).some(matches));
}

/** The domain as connections would show it, one for each of its applications. @param {Domain} domain */
export function standIns(domain) {
  const { name, source, sent, received, sentRate, receivedRate } = domain;
  const row = { ...newRow(), domain: name, domainSource: source, sent, received, sentRate, receivedRate };
  const parts = domain.apps.length > 0 ? domain.apps : [{ app: null, name: "" }];
  return parts.map((part) => ({ ...row, app: part.name === "" && part.app === null ? null : (part.app ?? { name: part.name }) }));
}
