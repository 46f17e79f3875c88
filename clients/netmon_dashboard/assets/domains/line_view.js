/** @file The cells of a line of the tree of domains. All names are set as text and isolated. */

import * as texts from "../data/texts.js";
import { formatAge } from "../data/units.js";
import { h, setText } from "../dom.js";
import { headingWords } from "../applications/words.js";
import { connectionsLink } from "../widgets/connections_link.js";
import { tile, updateTile } from "../widgets/tile.js";
import { countText, emptyCell, makeTreeLine, numberCell } from "../widgets/tree_line.js";
import { isSure } from "./groups.js";
import { laneOf, makeLane } from "./lane.js";
import { olderPaths, spansOf } from "./older_lane.js";

const WIDE_KINDS = new Set(["heading", "more"]);
const LANE_KINDS = new Set(["domain", "fullname"]);
const MOST_TILES = 3;
const NOBODY = "Nobody known";
const SOURCE_BRIEF = { sni: "TLS", quic: "QUIC", dns: "~ DNS", hosts_file: "~ hosts" };

/**
 * @param {string} kind @param {import("../applications/columns.js").Column[]} columns
 * @param {(query: string) => void} go to the connections
 */
export function makeLine(kind, columns, go) {
  return makeTreeLine(kind, columns, (column) => cellOf(column, kind, go), WIDE_KINDS.has(kind));
}

function cellOf({ key }, kind, go) {
  switch (key) {
    case "domain": return nameCell(kind, go);
    case "source": return LANE_KINDS.has(kind) ? sourceCell() : emptyCell();
    case "app": return kind === "domain" ? appsCell() : emptyCell();
    case "rate": return LANE_KINDS.has(kind) ? laneCell() : emptyCell();
    case "received_rate": return numberCell((line) => line.receivedRate ?? null, texts.rateText);
    case "sent_rate": return numberCell((line) => line.sentRate ?? null, texts.rateText);
    case "received": return numberCell((line) => line.received, texts.sizeText);
    case "sent": return numberCell((line) => line.sent, texts.sizeText);
    case "connections": return numberCell((line) => line.connections ?? null, countText);
    default: return timeCell(key);
  }
}

const MAKERS = { domain: domainCell, fullname: fullNameCell, app: appCell, nobody: namelessCell, reason: reasonCell, heading: headingCell, more: moreCell };

function nameCell(kind, go) {
  const cell = MAKERS[kind](go);
  return { node: h("span", { class: "nm-tree-name" }, cell.nodes), show: cell.show, title: cell.title };
}

const chevron = () => h("span", { class: "nm-tree-chevron", "aria-hidden": "true" }, "›");
const bdi = (kind) => h("bdi", { class: kind });

/** `~` and dim where no connection told the name itself, as everywhere. */
function labelOf({ name, source, isOthers }, look) {
  if (isOthers) return "(all other domains)";
  const words = texts.cut(texts.nameText(name, look));
  return isSure(source) ? words : `~${words}`;
}

function titleOf(line, look) {
  if (line.isOthers) return "The collector keeps the biggest domains apart; these are the others together";
  return `${texts.cut(texts.nameText(line.name, look))}\n${texts.capital(texts.sourceText(line.source, look))}`;
}

function domainCell() {
  const name = bdi("nm-cut nm-tree-title");
  const note = h("span", { class: "nm-dim nm-domain-note" });
  return {
    nodes: [chevron(), name, note],
    show(line, look) {
      setText(name, labelOf(line, look));
      name.classList.toggle("nm-dim", line.isOthers || !isSure(line.source));
      setText(note, line.domains.length > 1 ? `${line.domains.length.toLocaleString("en-US")} names` : "");
    },
    title: titleOf,
  };
}

function fullNameCell(go) {
  const link = connectionsLink("nm-cut", go);
  return {
    nodes: [h("bdi", { class: "nm-cut" }, link.node)],
    show: (line, look) => link.show(labelOf(line, look), look.hideNames ? "" : line.query, null),
    title: titleOf,
  };
}

function appCell(go) {
  const picture = tile(null);
  const link = connectionsLink("nm-cut", go);
  return {
    nodes: [picture, h("bdi", { class: "nm-cut" }, link.node)],
    show(line, look) {
      updateTile(picture, line.app ?? (line.name === "" ? null : { name: line.name, icon: "" }));
      link.show(texts.cut(texts.plain(line.name)) || NOBODY, look.hideNames ? "" : line.query, null);
    },
  };
}

function namelessCell() {
  const note = h("span", { class: "nm-dim nm-domain-note nm-cut" }, "traffic whose other end has no known name");
  return { nodes: [chevron(), h("span", { class: "nm-cut nm-tree-title" }, "Without a name"), note], show() {} };
}

function reasonCell() {
  const words = h("span", { class: "nm-cut" });
  return {
    nodes: [words],
    show: ({ reason }, look) => setText(words, texts.capital(look.words?.unnamed?.[reason] ?? reason.replaceAll("_", " "))),
  };
}

function headingCell() {
  const words = h("span", { class: "nm-cut" });
  return { nodes: [words], show: (line) => setText(words, headingWords(line)) };
}

function moreCell(go) {
  const link = connectionsLink("nm-cut", go);
  return { nodes: [link.node], show: ({ query, words }, look) => link.show(words, look.hideNames ? "" : query, null) };
}

function sourceCell() {
  const words = h("span", { class: "nm-cut" });
  return {
    node: h("span", null, words),
    show({ source, isOthers }) {
      setText(words, isOthers ? "" : (SOURCE_BRIEF[source] ?? ""));
      words.classList.toggle("nm-dim", !isSure(source));
    },
    title: ({ source, isOthers }, look) => (isOthers ? "" : texts.capital(texts.sourceText(source, look))),
  };
}

/** The pictures of the busiest applications; readers are told their names. */
function appsCell() {
  const tiles = Array.from({ length: MOST_TILES }, () => tile(null));
  const more = h("span", { class: "nm-dim nm-num" });
  const unseen = h("span", { class: "nm-unseen" });
  return {
    node: h("span", { class: "nm-domain-apps" }, tiles, more, unseen),
    show({ shares }) {
      tiles.forEach((picture, place) => {
        const share = shares[place];
        picture.hidden = share === undefined;
        if (share) updateTile(picture, share.app ?? (share.name === "" ? null : { name: share.name, icon: "" }));
      });
      setText(more, shares.length > MOST_TILES ? `+${shares.length - MOST_TILES}` : "");
      setText(unseen, namesOf(shares));
    },
    title: ({ shares }) => texts.cut(namesOf(shares)),
  };
}

const namesOf = (shares) => shares.map(({ name }) => texts.plain(name) || NOBODY).join(", ");

function laneCell() {
  const lane = makeLane();
  const sums = ({ domains }, look) => laneOf(look.lanes, domains, look.dataTime);
  return {
    node: h("span", null, lane.node),
    show: (line, look) => lane.show(sums(line, look), olderPaths(look.past, line.key, line.domains)),
    title: (line, look) => laneWords(sums(line, look), look.past === null ? null : spansOf(look.past, line.domains), look),
  };
}

function laneWords(slices, spans, look) {
  const bytes = (list, key) => texts.sizeText(list.reduce((sum, each) => sum + each[key], 0), look);
  const live = `Within five minutes: ↓ ${bytes(slices, "received")}, ↑ ${bytes(slices, "sent")}`;
  if (spans === null) return live;
  const before = spans.length === 0 ? "nothing recorded" : `↓ ${bytes(spans, 3)}, ↑ ${bytes(spans, 2)}`;
  return `In the 24 hours before: ${before}\n${live}`;
}

function timeCell(key) {
  const node = h("span", { class: "nm-num" });
  return {
    node,
    show(line, look) {
      const time = line[key] ?? null;
      setText(node, time === null ? "" : formatAge(Math.max(0, look.now - time)));
    },
    title: (line, look) => texts.timeText(line[key] ?? 0, look.now),
  };
}
