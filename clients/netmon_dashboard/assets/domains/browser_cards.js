/** @file A card a browser: what it talked to, and how much of its bytes has a name. */

import * as texts from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { tile, updateTile } from "../widgets/tile.js";
import { MOST_NAMES } from "./browsers.js";
import { shareWords } from "./words.js";

export class BrowserCards {
  constructor() {
    this.element = h("section", { class: "nm-browsers", "aria-label": "Browsers", hidden: true });
    /** @type {Map<string, ReturnType<typeof makeCard>>} by the application's id */
    this.cards = new Map();
  }

  /** @param {import("./browsers.js").BrowserFacts[]} browsers @param {object} look */
  show(browsers, look) {
    const ids = browsers.map(({ app }) => app.id);
    if (ids.join("\n") !== [...this.cards.keys()].join("\n")) {
      this.cards = new Map(ids.map((id) => [id, this.cards.get(id) ?? makeCard()]));
      this.element.replaceChildren(...[...this.cards.values()].map(({ node }) => node));
    }
    for (const facts of browsers) this.cards.get(facts.app.id).show(facts, look);
    this.element.hidden = browsers.length === 0;
  }
}

function makeCard() {
  const picture = tile(null);
  const name = h("bdi", { class: "nm-cut" });
  const total = h("span", { class: "nm-num nm-browser-total" });
  const line = h("span", { class: "nm-browser-share" });
  const fill = h("span", { class: "nm-browser-fill" });
  const bar = h("span", { class: "nm-browser-bar", "aria-hidden": "true" }, fill);
  const rest = h("p", { class: "nm-dim nm-browser-rest" });
  const lines = Array.from({ length: MOST_NAMES }, makeName);
  const more = h("span", { class: "nm-dim" });
  const list = h("ol", { class: "nm-browser-names" }, lines.map(({ node }) => node));
  const head = h("h2", { class: "nm-browser-head" }, picture, name, total);
  return {
    node: h("article", { class: "nm-card nm-browser" }, head, h("p", { class: "nm-browser-line" }, line, more), bar, rest, list),
    show(facts, look) {
      const words = shareWords(facts, look);
      updateTile(picture, facts.app);
      setText(name, texts.cut(texts.plain(facts.app.name)));
      setText(total, texts.sizeText(facts.total, look));
      setText(line, words.line);
      setText(more, facts.nameCount > 0 ? texts.counted(facts.nameCount, "domain") : "");
      setText(rest, words.rest);
      rest.hidden = words.rest === "";
      setAttr(rest, "title", words.rest || null);
      fill.style.width = `${100 * (facts.share ?? 0)}%`;
      list.hidden = facts.names.length === 0;
      lines.forEach((each, place) => each.show(facts.names[place], facts.names[0]?.bytes ?? 0, look));
    },
  };
}

function makeName() {
  const name = h("bdi", { class: "nm-cut" });
  const bytes = h("span", { class: "nm-num" });
  const bar = h("span", { class: "nm-browser-part", "aria-hidden": "true" });
  const node = h("li", { class: "nm-browser-name", hidden: true }, bar, name, bytes);
  return {
    node,
    show(entry, most, look) {
      node.hidden = entry === undefined;
      if (entry === undefined) return;
      const words = texts.cut(texts.nameText(entry.name, look));
      setText(name, words);
      setAttr(name, "title", words);
      setText(bytes, texts.sizeText(entry.bytes, look));
      bar.style.width = `${most > 0 ? (100 * entry.bytes) / most : 0}%`;
    },
  };
}
