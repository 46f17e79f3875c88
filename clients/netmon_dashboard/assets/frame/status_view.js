/**
 * What the collector says of itself, in lines. It changes every 2 s while somebody reads it, or selects a command to
 * copy: so each line is made anew only where its own content has changed.
 */

import { formatAge, formatCount } from "../data/units.js";
import { h } from "../dom.js";

const MARKS = { ok: ["green", "✓"], warning: ["yellow", "!"], failed: ["red", "✗"] };
const VERDICTS = { ok: "good", warning: "warning", failed: "failed" };
/** What each line was made from. @type {WeakMap<Element, string>} */
const origins = new WeakMap();

export class StatusView {
  constructor() {
    this.notes = h("div", null);
    this.facts = h("dl", { class: "nm-facts" });
    this.interfaces = aSection("Interfaces", "nm-interfaces");
    this.limits = aSection("Limited", "nm-checks");
    this.checks = aSection("Doctor", "nm-checks");
    const sections = [this.interfaces, this.limits, this.checks].map((section) => section.element);
    this.element = h("div", { class: "nm-panel-facts" }, this.notes, this.facts, sections);
  }

  /** @param {{status: object|null, limits: object[], notes: string[], version: string}} known */
  show({ status, limits, notes, version }) {
    showLines(this.notes, notes, (text) => h("p", { class: "nm-panel-state" }, text));
    showLines(this.facts, status === null ? [] : factsOf(status, version), factLine);
    this.#fill(this.interfaces, status?.interfaces ?? [], interfaceLine);
    this.#fill(this.limits, limits, ({ text, remedy }) => checkLine("warning", text, remedy));
    this.#fill(this.checks, status?.checks ?? [], ({ name, verdict, fact, fix }) =>
      checkLine(verdict, `${name}: ${fact}`, fix),
    );
  }

  #fill({ element, list }, models, make) {
    element.hidden = models.length === 0;
    showLines(list, models, make);
  }
}

function aSection(title, name) {
  const list = h("ul", { class: name });
  return { list, element: h("section", { hidden: true }, h("h3", null, title), list) };
}

/** One child for each model, in their order; a child whose model is as before stays the same node. */
function showLines(parent, models, make) {
  models.forEach((model, index) => {
    const origin = JSON.stringify(model);
    const old = parent.children[index];
    if (old !== undefined && origins.get(old) === origin) return;
    const line = make(model);
    origins.set(line, origin);
    if (old === undefined) parent.append(line);
    else old.replaceWith(line);
  });
  while (parent.children.length > models.length) parent.lastElementChild.remove();
}

function factsOf(status, version) {
  const facts = (status.facts ?? []).map(({ name, value }) => [name, value]);
  if (facts.length === 0) facts.push(["Uptime", formatAge(status.uptime)], ["Clients", formatCount(status.clients)]);
  return version === "" ? facts : [...facts, ["Dashboard", version]];
}

function factLine([name, value]) {
  return h("div", null, h("dt", null, name), h("dd", { class: "nm-num" }, value));
}

function interfaceLine({ name, state, reason, addresses }) {
  const more = h("span", { class: "nm-dim nm-num" }, ` ${(addresses ?? []).join(", ")}`);
  return h("li", null, h("strong", null, name), ` ${state}${reason ? `: ${reason}` : ""}`, more);
}

function checkLine(verdict, text, fix) {
  const [tone, glyph] = MARKS[verdict] ?? MARKS.warning;
  return h(
    "li",
    { class: "nm-check" },
    h("span", { class: `nm-check-mark nm-tone-${tone}`, "aria-hidden": "true" }, glyph),
    h(
      "span",
      null,
      h("span", { class: "nm-unseen" }, `${VERDICTS[verdict] ?? "warning"}: `),
      text,
      fix ? h("span", { class: "nm-fix" }, fix) : null,
    ),
  );
}
