/**
 * The ledger: for each interface what the system counts on it, and what that is made of. A reader may have opened one of
 * them, so each stays the same node while its figures change in place.
 */

import { plain } from "../data/texts.js";
import { formatBytes, formatCount } from "../data/units.js";
import { h, setText } from "../dom.js";

const EXPLAINED =
  "What the system counts on each interface since its capture began, and what that is made of. " +
  "The bytes of dropped packets are not known: they are part of the difference.";

export class AccountView {
  constructor() {
    this.share = h("p", { class: "nm-account-share" });
    this.list = h("div", null);
    const note = h("p", { class: "nm-dim nm-account-note" }, EXPLAINED);
    this.element = h("section", { hidden: true }, h("h3", null, "Ledger"), this.share, this.list, note);
    /** @type {Map<string, InterfaceAccount>} */
    this.accounts = new Map();
  }

  /**
   * @param {{coverage: string, interfaces: object[]}|null} account coverage in per cent, or "" @param {"si"|"iec"} units
   */
  show(account, units) {
    const interfaces = account?.interfaces ?? [];
    this.element.hidden = interfaces.length === 0;
    setText(this.share, account?.coverage ? `${account.coverage} of what could have an owner has one, what was lost counted in.` : "");
    this.share.hidden = !account?.coverage;
    const names = new Set(interfaces.map(({ name }) => name));
    for (const [name, { element }] of this.accounts) {
      if (names.has(name)) continue;
      element.remove();
      this.accounts.delete(name);
    }
    interfaces.forEach((one, index) => {
      const view = this.accounts.get(one.name) ?? this.#add(one.name);
      view.show(one, units);
      // Moving a node takes its focus away: only who is new, or has overtaken somebody, moves.
      if (this.list.children[index] !== view.element) this.list.insertBefore(view.element, this.list.children[index]);
    });
  }

  #add(name) {
    const view = new InterfaceAccount(name, this.accounts.size === 0);
    this.accounts.set(name, view);
    return view;
  }
}

class InterfaceAccount {
  constructor(name, isOpen) {
    this.covered = h("span", { class: "nm-dim nm-num" });
    this.rows = h("tbody", null);
    this.remark = h("p", { class: "nm-dim nm-account-note" });
    const head = h(
      "tr",
      null,
      h("th", { scope: "col" }, h("span", { class: "nm-unseen" }, "Part")),
      h("th", { scope: "col" }, "Bytes"),
      h("th", { scope: "col" }, "Packets"),
    );
    this.element = h(
      "details",
      { class: "nm-account", open: isOpen },
      h("summary", null, h("strong", null, h("bdi", null, plain(name))), this.covered),
      h("table", { "aria-label": `Ledger of ${plain(name)}` }, h("thead", null, head), this.rows),
      this.remark,
    );
    /** @type {{kind: string, label: HTMLElement, bytes: HTMLElement, packets: HTMLElement, row: HTMLElement}[]} */
    this.lines = [];
  }

  show({ coverage, lines, is_off: isOff, remark }, units) {
    setText(this.covered, coverage ? `${coverage} with an owner` : "nothing that could have an owner");
    setText(this.remark, capital(plain(remark)));
    this.remark.hidden = remark === "";
    const shape = lines.map(({ kind }) => kind).join();
    if (shape !== this.shape) {
      this.shape = shape;
      this.lines = lines.map(({ kind }) => newLine(kind));
      this.rows.replaceChildren(...this.lines.map(({ row }) => row));
    }
    lines.forEach(({ kind, label, bytes, packets }, index) => {
      const line = this.lines[index];
      setText(line.label, labelOf(kind, label));
      setText(line.bytes, bytesText(kind, bytes, units));
      setText(line.packets, packetsText(kind, packets));
      const isWrong = kind === "difference" ? isOff : kind === "dropped" && packets > 0;
      line.row.classList.toggle("nm-account-off", isWrong);
    });
  }
}

function newLine(kind) {
  const label = h("th", { scope: "row" });
  const bytes = h("td", { class: "nm-num" });
  const packets = h("td", { class: "nm-num" });
  return { label, bytes, packets, row: h("tr", { class: `nm-account-${kind}` }, label, bytes, packets) };
}

function labelOf(kind, label) {
  const words = kind === "unowned" ? `no owner: ${label}` : label;
  return capital(words);
}

const capital = (words) => words.slice(0, 1).toUpperCase() + words.slice(1);

function bytesText(kind, bytes, units) {
  if (bytes === null) return kind === "system" ? "unknown" : "";
  const size = formatBytes(Math.abs(bytes), units);
  return bytes < 0 ? `−${size}` : size;
}

function packetsText(kind, packets) {
  if (packets === null) return kind === "system" ? "unknown" : "";
  return packets < 0 ? `−${formatCount(-packets)}` : formatCount(packets);
}
