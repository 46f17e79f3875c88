/** @file What the recorder says of itself, as the collector's facts are shown: each value wraps beside its name. */

import { h } from "../dom.js";
import { adopt } from "../frame/styles.js";

/** @type {WeakMap<ShadowRoot, RecorderFacts>} */
const shownIn = new WeakMap();

/** @param {{parentElement: ShadowRoot, data: {figures: string}}} component its figures: `{facts, limits}` as JSON */
export function mount(component) {
  let facts = shownIn.get(component.parentElement);
  if (facts === undefined || facts.isDestroyed) {
    facts = new RecorderFacts(component.parentElement);
    shownIn.set(component.parentElement, facts);
  }
  facts.show(JSON.parse(component.data.figures));
  return () => facts.destroy();
}

class RecorderFacts {
  constructor(shadow) {
    this.isDestroyed = false;
    this.facts = h("dl", { class: "nm-facts" });
    this.limits = h("ul", { class: "nm-checks" });
    this.root = h("section", { class: "nm-root nm-card nm-config-card nm-panel-facts", "aria-label": "Recorder", hidden: true }, this.facts, this.limits);
    shadow.append(this.root);
    adopt(shadow, ["frame.css", "dialogs.css", "config.css"]).then(() => (this.root.hidden = this.isDestroyed));
  }

  /** @param {{facts: [string, string][], limits: [string, string][]}} figures names with values; texts with remedies */
  show({ facts, limits }) {
    this.facts.replaceChildren(...facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", { class: "nm-num" }, value))));
    this.limits.hidden = limits.length === 0;
    this.limits.replaceChildren(...limits.map(([text, remedy]) => limitLine(text, remedy)));
  }

  destroy() {
    this.isDestroyed = true;
    this.root.remove();
  }
}

function limitLine(text, remedy) {
  const mark = h("span", { class: "nm-check-mark nm-tone-yellow", "aria-hidden": "true" }, "!");
  return h("li", { class: "nm-check" }, mark, h("span", null, text, remedy ? h("span", { class: "nm-fix" }, remedy) : null));
}
