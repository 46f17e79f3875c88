/**
 * @file Domains as the page lists them: folded by their registrable domain, as `netmon-cli domains` folds them. Pure.
 */

/** @typedef {import("../data/types.js").Domain} Domain */
/** @typedef {import("../data/types.js").App} App */
/** @typedef {import("../data/types.js").DomainPart} DomainPart */
/** @typedef {(domain: Domain) => {sent: number, received: number}} Sums what a domain moved since the sums began */
/** @typedef {(domain: Domain, part: DomainPart) => {sent: number, received: number}} PartSums of an application */

/**
 * @typedef {object} Share What one application moved with a group.
 * @property {string} id
 * @property {App|null} app
 * @property {string} name "" where nobody is known
 * @property {number} sent @property {number} received
 */

/**
 * @typedef {object} Group One domain, or all below one registrable domain.
 * @property {string} id
 * @property {string} name
 * @property {boolean} isOthers
 * @property {Domain[]} domains
 * @property {string} source the surest of theirs
 * @property {number} sent @property {number} received
 * @property {number} sentRate @property {number} receivedRate
 * @property {number} connections
 * @property {number|null} first @property {number|null} last
 * @property {Share[]} shares busiest first
 */

/** Surest first, as the collector numbers them. */
const SOURCES = ["sni", "quic", "dns", "hosts_file"];
const SURE = new Set(["sni", "quic"]);

export const sourceRank = (/** @type {string} */ source) => (SOURCES.includes(source) ? SOURCES.indexOf(source) : SOURCES.length);
/** Did connections tell the name themselves? */
export const isSure = (/** @type {string} */ source) => SURE.has(source);

const asCounted = (_, part) => part;

/** @param {Iterable<Domain>} domains @param {Sums} sums @param {PartSums} partSums @returns {Group[]} */
export function groupsOf(domains, sums, partSums = asCounted) {
  const parts = new Map();
  for (const domain of domains) {
    const name = domain.registrable || domain.name;
    const id = `${domain.isOthers ? "others" : "is"} ${name}`;
    if (parts.has(id)) parts.get(id).domains.push(domain);
    else parts.set(id, { id, name, isOthers: domain.isOthers, domains: [domain] });
  }
  return [...parts.values()].map((group) => summed(group, sums, partSums));
}

function summed({ id, name, isOthers, domains }, sums, partSums) {
  const group = { id, name, isOthers, domains, source: "", sent: 0, received: 0, sentRate: 0, receivedRate: 0, connections: 0, first: null, last: null, shares: sharesOf(domains, partSums) };
  for (const domain of domains) {
    const { sent, received } = sums(domain);
    group.sent += sent;
    group.received += received;
    group.sentRate += domain.sentRate;
    group.receivedRate += domain.receivedRate;
    group.connections += domain.connections;
    if (domain.source !== "" && (group.source === "" || sourceRank(domain.source) < sourceRank(group.source))) group.source = domain.source;
    if (domain.first !== null) group.first = Math.min(group.first ?? domain.first, domain.first);
    if (domain.last !== null) group.last = Math.max(group.last ?? domain.last, domain.last);
  }
  return group;
}

/**
 * The applications of domains together, busiest first.
 * @param {Domain[]} domains @param {PartSums} partSums @returns {Share[]}
 */
export function sharesOf(domains, partSums = asCounted) {
  const shares = new Map();
  for (const domain of domains) {
    for (const part of domain.apps) {
      const { app, name } = part;
      const { sent, received } = partSums(domain, part);
      const id = app?.id ?? `gone ${name}`;
      const share = shares.get(id) ?? { id, app, name: app?.name ?? name, sent: 0, received: 0 };
      share.sent += sent;
      share.received += received;
      shares.set(id, share);
    }
  }
  return [...shares.values()].sort((one, other) => other.sent + other.received - (one.sent + one.received) || (one.name < other.name ? -1 : 1));
}
