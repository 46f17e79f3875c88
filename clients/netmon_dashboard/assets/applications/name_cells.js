/**
 * @file The first cell of a line: what it is about. Made once for each kind of line, used again for others of the kind.
 * All names are set as text and isolated.
 */

import * as texts from "../data/texts.js";
import { addTerm, termText } from "../data/query_edit.js";
import { h, setText } from "../dom.js";
import { NOBODY } from "./app_match.js";
import { connectionsLink } from "../widgets/connections_link.js";
import { tile, updateTile } from "../widgets/tile.js";
import { appQuery, headingWords } from "./words.js";

/** @typedef {import("./branches.js").Line} Line */
/** @typedef {import("../data/texts.js").Look} Look */
/** @typedef {{nodes: Node[], show: (line: Line, look: Look) => void, title?: (line: Line, look: Look) => string}} NameCell */

/** @type {Record<Line["kind"], (go: (query: string) => void) => NameCell>} */
export const NAME_CELLS = { app: appCell, nobody: nobodyCell, heading: headingCell, process: processCell, domain: domainCell,
  connection: connectionCell, more: moreCell, ended: endedCell, reason: reasonCell };

const shown = (/** @type {string} */ text) => texts.cut(texts.plain(text));
const bdi = (kind) => h("bdi", { class: kind });
const chevron = () => h("span", { class: "nm-tree-chevron", "aria-hidden": "true" }, "›");

function appCell() {
  const picture = tile(null);
  const name = bdi("nm-cut nm-tree-title");
  const note = h("span", { class: "nm-tree-note nm-dim nm-cut" });
  return {
    nodes: [chevron(), picture, name, note],
    show({ app }) {
      updateTile(picture, app);
      setText(name, shown(app.name));
      const isOver = app.connections === 0 && app.listening === 0;
      setText(note, isOver ? "no open connections" : app.connections === 0 ? "listening" : "");
    },
    title: ({ app }) => [shown(app.path || app.name), app.users.length > 0 ? `user ${shown(app.users.join(", "))}` : ""].filter(Boolean).join("\n"),
  };
}

function nobodyCell() {
  const note = h("span", { class: "nm-tree-note nm-dim nm-cut" }, "traffic whose process is not known");
  return { nodes: [chevron(), tile(null), h("span", { class: "nm-cut nm-tree-title" }, NOBODY), note], show() {} };
}

function headingCell() {
  const words = h("span", { class: "nm-cut" });
  return { nodes: [words], show: (line) => setText(words, headingWords(line)) };
}

function processCell(go) {
  const name = bdi("nm-cut nm-tree-who");
  const pid = connectionsLink("nm-num", go);
  const user = bdi("nm-dim nm-tree-user");
  const command = bdi("nm-dim nm-cut nm-tree-command");
  return {
    nodes: [name, pid.node, user, command],
    show({ proc }) {
      setText(name, shown(proc.name));
      pid.show(String(proc.pid), `pid:${proc.pid}`, `Connections of process ${proc.pid}`);
      setText(user, shown(proc.user));
      setText(command, shown(proc.commandLine || proc.executable));
    },
    title: ({ proc }) => [shown(proc.executable), shown(proc.commandLine)].filter(Boolean).join("\n"),
  };
}

function domainCell(go) {
  const link = connectionsLink("nm-cut", go);
  return {
    nodes: [h("bdi", { class: "nm-cut" }, link.node)],
    show({ row, domain }, look) {
      const query = look.hideNames ? "" : addTerm(appQuery(texts.ownerName(row)), termText("domain", domain));
      link.show(texts.domainText(row, look), query, null);
    },
    title: ({ row }, look) => texts.domainTitle(row, look),
  };
}

function connectionCell() {
  const protocol = h("span", { class: "nm-dim nm-tree-protocol" });
  const end = bdi("nm-cut nm-num");
  const domain = bdi("nm-cut nm-dim");
  return {
    nodes: [protocol, end, domain],
    show({ row }, look) {
      setText(protocol, texts.protocolText(row));
      setText(end, texts.remoteText(row) || `${texts.localText(row)} (local end)`);
      setText(domain, texts.domainText(row, look));
    },
    title: ({ row }, look) => {
      const age = texts.ageText(row, look);
      const state = texts.stateLook(row, look)?.name ?? "";
      return `${texts.localText(row)} → ${texts.remoteText(row) || "any"}\n${[state, age && `open for ${age}`].filter(Boolean).join(", ")}`;
    },
  };
}

function moreCell(go) {
  const link = connectionsLink("nm-cut", go);
  return {
    nodes: [link.node],
    show: ({ query, words }) => link.show(words, query, null),
  };
}

function endedCell() {
  return {
    nodes: [h("span", { class: "nm-dim nm-cut" }, "Ended connections")],
    show() {},
    title: () => "What the application's sum holds beside its open connections",
  };
}

function reasonCell() {
  const words = h("span", { class: "nm-cut" });
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  return {
    nodes: [words],
    show: ({ reason }, look) => setText(words, capital(look.words?.reasons?.[reason] ?? reason.replaceAll("_", " "))),
  };
}
