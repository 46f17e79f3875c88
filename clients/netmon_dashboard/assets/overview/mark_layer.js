/** Events on the chart: a glyph above the plot and a thin line at its moment. Their words are in the tooltip. */

import { setAttr, svg } from "../dom.js";
import { xOf } from "./path.js";

/** How each kind of event looks; the words come with the event. */
const GLYPHS = {
  restart: "↻",
  cleared: "∅",
  stopped: "■",
  started: "▶",
  interface: "⇄",
  gap: "⋯",
  drops: "!",
};
const RADIUS = 8;

/** @typedef {{time: number, kind: string, text: string}} Mark */

export class MarkLayer {
  constructor() {
    this.element = svg("g", { class: "nm-ov-marks" });
    /** Glyphs by their event. @type {Map<string, SVGElement>} */
    this.drawn = new Map();
  }

  /**
   * @param {readonly Mark[]} marks
   * @param {import("./path.js").Projection} projection
   * @param {number} start of the window, Unix seconds
   * @param {number} bottom of the plot, pixels
   */
  draw(marks, projection, start, bottom) {
    const wanted = new Map();
    for (const mark of marks) if (mark.time >= start) wanted.set(`${mark.kind} ${mark.time}`, mark);
    for (const [key, node] of this.drawn) {
      if (wanted.has(key)) continue;
      node.remove();
      this.drawn.delete(key);
    }
    for (const [key, mark] of wanted) {
      const node = this.drawn.get(key) ?? this.#add(key, mark);
      setAttr(node, "transform", `translate(${xOf(mark.time, projection).toFixed(1)} 0)`);
      setAttr(node.firstElementChild, "y2", bottom);
    }
  }

  #add(/** @type {string} */ key, /** @type {Mark} */ mark) {
    const node = svg(
      "g",
      { class: `nm-ov-mark nm-ov-mark-${mark.kind in GLYPHS ? mark.kind : "other"}` },
      svg("line", { x1: 0, x2: 0, y1: RADIUS * 2 + 3 }),
      svg("circle", { cx: 0, cy: RADIUS + 2, r: RADIUS }),
      svg("text", { x: 0, y: RADIUS + 5.5, "text-anchor": "middle" }, GLYPHS[mark.kind] ?? "•"),
    );
    this.drawn.set(key, node);
    this.element.append(node);
    return node;
  }
}

