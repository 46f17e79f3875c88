/**
 * What the collector says of itself, in lines. It changes every 2 s while somebody reads it, or selects a command to
 * copy: so each line is made anew only where its own content has changed.
 */

import { formatAge, formatBytes, formatCount } from "../data/units.js";
import { h, setText } from "../dom.js";
import { AccountView } from "./account_view.js";

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
    this.owners = aSection("Attributed", "nm-reasons");
    this.share = h("p", { class: "nm-account-share" });
    this.owners.list.before(this.share);
    this.account = new AccountView();
    const sections = [this.owners, this.account, this.interfaces, this.limits, this.checks];
    this.element = h("div", { class: "nm-panel-facts" }, this.notes, this.facts, sections.map(({ element }) => element));
  }

  /**
   * @param {{status: object|null, limits: object[], notes: string[], version: string, units: "si"|"bit"|"iec",
   *   share: number|null, unattributed: import("../data/types.js").Unattributed[], words: object}} known
   */
  show({ status, limits, notes, version, units, share, unattributed, words }) {
    const sizes = units === "iec" ? "iec" : "si";
    showLines(this.notes, notes, (text) => h("p", { class: "nm-panel-state" }, text));
    showLines(this.facts, status === null ? [] : factsOf(status, version), factLine);
    this.#showOwners(share, unattributed, (part) => reasonLine(part, words, sizes));
    this.account.show(status?.account ?? null, sizes);
    this.#fill(this.interfaces, status?.interfaces ?? [], interfaceLine);
    this.#fill(this.limits, limits, ({ text, remedy }) => checkLine("warning", text, remedy));
    this.#fill(this.checks, status?.checks ?? [], ({ name, verdict, fact, fix }) =>
      checkLine(verdict, `${name}: ${fact}`, fix),
    );
  }

  #showOwners(share, unattributed, make) {
    this.owners.element.hidden = share === null;
    if (share === null) return;
    const but = unattributed.length > 0 ? ". The rest:" : ".";
    setText(this.share, `${percent(share)} of the captured bytes have an owner${but}`);
    showLines(this.owners.list, byBytes(unattributed), make);
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

/** Per cent that never round up to all: 99.96 % is not 100 %. */
export function percent(share) {
  return share >= 1 ? "100 %" : `${Math.min(share * 100, 99.9).toFixed(1)} %`;
}

const byBytes = (parts) =>
  [...parts].sort((one, other) => other.sent + other.received - (one.sent + one.received)).map(shownOf);

/** What is shown of a part: its rates are not, and change with each tick. */
const shownOf = ({ reason, sent, received, count }) => ({ reason, bytes: sent + received, count });

function reasonLine({ reason, bytes, count }, words, units) {
  const why = words?.reasons?.[reason] ?? (reason.replaceAll("_", " ") || "not known why");
  const rows = count === 0 ? "" : `${formatCount(count)} connection${count === 1 ? "" : "s"}`; // 0: all have ended
  return h(
    "li",
    null,
    h("span", null, why.slice(0, 1).toUpperCase() + why.slice(1)),
    h("span", { class: "nm-num" }, formatBytes(bytes, units)),
    h("span", { class: "nm-num nm-dim" }, rows),
  );
}

function factLine([name, value]) {
  return h("div", null, h("dt", null, name), h("dd", { class: "nm-num" }, value));
}

function interfaceLine({ name, state, reason = "", addresses }) {
  const more = h("span", { class: "nm-dim nm-num" }, ` ${(addresses ?? []).join(", ")}`);
  const words = state.replaceAll("_", " ");
  const said = reason.startsWith(words) ? reason : [words, reason].filter(Boolean).join(": ");
  return h("li", null, h("strong", null, name), ` ${said}`, more);
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
