/** Beside the live list: what is new, and what listens to everybody. */

import { tile, updateTile } from "../widgets/tile.js";
import { cut, plain } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { follow } from "./cards.js";

/** So many lines stand there at once; the rest is counted. */
const MOST_LINES = 8;

/**
 * @typedef {object} Line
 * @property {string} key
 * @property {{name: string, icon?: string} | null} app
 * @property {string} name
 * @property {string} middle
 * @property {string} end
 * @property {string} address where a click leads
 * @property {string} query the same, as a query of the connections page
 * @property {string} title
 */

export class SideList {
  /** @param {string} title @param {(line: Line) => void} onopen */
  constructor(title, onopen) {
    this.onopen = onopen;
    this.count = h("span", { class: "nm-ov-count" });
    this.none = h("p", { class: "nm-ov-none" });
    this.list = h("ul", { class: "nm-ov-lines" });
    this.more = h("button", { class: "nm-ov-more", type: "button", hidden: true, onclick: () => this.#unfold() });
    this.isWhole = false;
    /** @type {Map<string, any>} */
    this.drawn = new Map();
    /** @type {readonly Line[]} */
    this.lines = [];
    this.element = h(
      "details",
      { class: "nm-ov-panel nm-ov-side", open: true },
      h("summary", { class: "nm-ov-summary" }, h("h2", { class: "nm-ov-title" }, title), this.count),
      this.none,
      this.list,
      this.more,
    );
  }

  /** @param {readonly Line[]} lines @param {string} none what is said where there is none */
  show(lines, none) {
    this.lines = lines;
    setText(this.count, lines.length === 0 ? "none" : String(lines.length));
    setText(this.none, none);
    setAttr(this.none, "hidden", lines.length > 0);
    const shown = this.isWhole ? lines : lines.slice(0, MOST_LINES);
    const wanted = new Set(shown.map((line) => line.key));
    for (const [key, { element }] of this.drawn) {
      if (wanted.has(key)) continue;
      element.remove();
      this.drawn.delete(key);
    }
    shown.forEach((line, index) => {
      const drawn = this.drawn.get(line.key) ?? this.#add(line.key);
      drawn.parts.line = line;
      updateTile(drawn.tile, line.app);
      setText(drawn.name, cut(plain(line.name)));
      setAttr(drawn.name, "href", line.address);
      setAttr(drawn.element, "title", line.title || null);
      setText(drawn.middle, line.middle);
      setText(drawn.end, line.end);
      const place = this.list.children[index] ?? null;
      if (place !== drawn.element) this.list.insertBefore(drawn.element, place);
    });
    setAttr(this.more, "hidden", lines.length <= MOST_LINES);
    setText(this.more, this.isWhole ? "Show fewer" : `Show ${lines.length - MOST_LINES} more`);
    this.noneText = none;
  }

  #unfold() {
    this.isWhole = !this.isWhole;
    this.show(this.lines, this.noneText ?? "");
  }

  #add(/** @type {string} */ key) {
    const parts = { /** @type {Line | null} */ line: null };
    const drawn = {
      parts,
      tile: tile(null),
      name: h("a", {
        class: "nm-ov-name",
        onclick: (/** @type {MouseEvent} */ event) => follow(event, () => parts.line && this.onopen(parts.line)),
      }),
      middle: h("span", { class: "nm-ov-middle" }),
      end: h("span", { class: "nm-ov-end" }),
    };
    const element = h(
      "li",
      { class: "nm-ov-entry" },
      h("span", { class: "nm-ov-who" }, drawn.tile, drawn.name),
      drawn.middle,
      drawn.end,
    );
    const made = { ...drawn, element };
    this.drawn.set(key, made);
    return made;
  }
}
