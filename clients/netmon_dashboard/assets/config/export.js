/** @file The link of an export, and how far it is: the server streams the file, and is asked meanwhile. */

import { formatCount } from "../data/units.js";
import { h, setText } from "../dom.js";
import { adopt } from "../frame/styles.js";

const ASK_MILLISECONDS = 500;
/** @type {WeakMap<ShadowRoot, ExportLink>} */
const links = new WeakMap();

/** @param {{parentElement: ShadowRoot, data: {path: string, query: string, job: string, label: string}}} component */
export function mount(component) {
  let link = links.get(component.parentElement);
  if (link === undefined || link.isDestroyed) {
    link = new ExportLink(component.parentElement);
    links.set(component.parentElement, link);
  }
  link.show(component.data);
  return () => link.destroy();
}

class ExportLink {
  constructor(shadow) {
    this.isDestroyed = false;
    this.timer = 0;
    this.number = 0;
    this.link = h("a", { class: "nm-button nm-button-primary nm-config-link", download: "", role: "button" });
    this.link.addEventListener("click", () => this.#follow());
    this.note = h("span", { class: "nm-dim nm-num", role: "status" });
    this.bar = h("progress", { max: 1, hidden: true, "aria-label": "Export" });
    this.root = h("div", { class: "nm-root nm-config-export", hidden: true }, this.link, this.bar, this.note);
    shadow.append(this.root);
    adopt(shadow, ["frame.css", "config.css"]).then(() => (this.root.hidden = this.isDestroyed));
  }

  show(data) {
    this.data = data;
    setText(this.link, data.label);
    setText(this.note, data.estimate);
    this.#name();
  }

  destroy() {
    this.isDestroyed = true;
    clearInterval(this.timer);
    this.root.remove();
  }

  /** Each download has a name of its own, by which it is asked for. */
  #name() {
    this.job = `${this.data.job}-${(this.number += 1)}`;
    this.link.setAttribute("href", `${this.data.path}?${this.data.query}&job=${this.job}`);
  }

  #follow() {
    const { job } = this;
    clearInterval(this.timer);
    this.bar.hidden = false;
    this.bar.value = 0;
    setText(this.note, "begins…");
    this.timer = setInterval(() => this.#ask(job), ASK_MILLISECONDS);
    setTimeout(() => this.#name(), 0); // after the browser took the address
  }

  async #ask(job) {
    try {
      const answer = await fetch(`${this.data.path}/progress?job=${job}`);
      this.#told(await answer.json());
    } catch {
      this.#told({ state: "failed", rows: 0 });
    }
  }

  #told({ state, rows = 0, share = 0 }) {
    if (state === "unknown") return; // it has not begun
    this.bar.value = share;
    if (state === "running") {
      setText(this.note, `${formatCount(rows)} rows`);
      return;
    }
    clearInterval(this.timer);
    this.bar.hidden = true;
    setText(this.note, state === "done" ? `${formatCount(rows)} rows exported` : "It broke off: the recorder was lost, or the download was stopped");
  }
}
