/** @file Domains as a list of lines from top to bottom: groups, what is open below them, what has no name. Pure. */

import { termText } from "../data/query_edit.js";

export const UNNAMED_ID = "unnamed";
const MOST_NAMES = 20;
const MOST_APPS = 10;
const NOTHING = Object.freeze({ sent: 0, received: 0, sentRate: 0, receivedRate: 0 });

/** @typedef {import("./groups.js").Group} Group */
/** @typedef {import("../widgets/tree_table.js").Line} Line */

/**
 * @param {Group[]} groups in their order
 * @param {{open: Set<string>, unnamed: import("../data/types.js").Unattributed[], sums: Function, sumsOfPart: Function}} view
 *   unnamed: what has no name, empty where that is not to be listed
 * @returns {Line[]}
 */
export function linesOf(groups, { open, unnamed, sums, sumsOfPart }) {
  const lines = [];
  for (const group of groups) {
    const isOpen = open.has(group.id);
    const line = { ...group, key: `d ${group.id}`, kind: "domain", level: 1, parent: "", isOpen, isOver: group.connections === 0, query: queryOf(group.name) };
    lines.push(line);
    if (isOpen) lines.push(...below(line, sums));
  }
  return [...lines, ...nameless(unnamed, open.has(UNNAMED_ID), sumsOfPart)];
}

/** The name, and all below it. */
const queryOf = (/** @type {string} */ name) => (name === "" ? "" : termText("domain", name));
const queryOfNameAlone = (/** @type {string} */ name) =>
  name === "" ? "" : `${termText("domain", name)} ${termText("domain", `*.${name}`, true)}`;

function below(group, sums) {
  const parent = group.key;
  const base = { level: 2, parent, isOpen: null };
  const names = group.domains.filter(({ name }) => name !== group.name || group.domains.length > 1);
  const nameLines = names.map((domain) => ({
    ...domain, ...sums(domain), ...base, key: `${parent} name ${domain.n}`, kind: "fullname", domains: [domain], shares: null, query: queryOfNameAlone(domain.name),
  }));
  const appLines = group.shares.map((share) => ({
    ...base, ...share, sentRate: null, receivedRate: null, key: `${parent} app ${share.id}`, kind: "app", query: [share.name && termText("app", share.name), group.query].filter(Boolean).join(" "),
  }));
  const more = { ...NOTHING, ...base, key: `${parent} more`, kind: "more", words: "Show their connections →", query: group.query };
  return [
    ...section(parent, "Names", nameLines, MOST_NAMES),
    ...section(parent, "Applications", appLines, MOST_APPS),
    ...(group.isOthers || group.connections === 0 ? [] : [more]),
  ];
}

function section(parent, title, lines, most) {
  if (lines.length === 0) return [];
  const sorted = lines.sort((one, other) => other.sent + other.received - (one.sent + one.received) || (one.key < other.key ? -1 : 1));
  const shown = sorted.slice(0, most);
  const heading = { ...NOTHING, key: `${parent} ${title}`, kind: "heading", level: 2, parent, isOpen: null, title, count: lines.length, shown: shown.length, of: lines.length };
  return [heading, ...shown];
}

function nameless(unnamed, isOpen, sumsOfPart) {
  const reasons = unnamed
    .map((part) => ({ ...part, ...sumsOfPart(part), key: `u ${part.reason}`, kind: "reason", level: 2, parent: "u", isOpen: null, connections: part.count }))
    .filter(({ sent, received, connections }) => sent + received + connections > 0)
    .sort((one, other) => other.sent + other.received - (one.sent + one.received) || (one.reason < other.reason ? -1 : 1));
  if (reasons.length === 0) return [];
  const line = { ...NOTHING, connections: 0, key: "u", id: UNNAMED_ID, kind: "nobody", level: 1, parent: "", isOpen };
  for (const reason of reasons) {
    for (const name of ["sent", "received", "sentRate", "receivedRate", "connections"]) line[name] += reason[name];
  }
  return isOpen ? [line, ...reasons] : [line];
}
