/** The head of each page: its title, the speed now, the state, and what this view is set to. */

import { isWithoutPackets } from "../data/degraded.js";
import { formatRate } from "../data/units.js";
import { REFRESH_SECONDS } from "../data/settings.js";
import { h, setAttr, setText, svg } from "../dom.js";
import { Chip, clockTime } from "./chip.js";

const UNITS = ["si", "bit", "iec"];
const UNIT_NAMES = { si: "kB/s", bit: "kbit/s", iec: "KiB/s" };
const UNIT_WORDS = { si: "bytes, base 10", bit: "bits", iec: "bytes, base 2" };

export class Header {
  /**
   * @param {{title: string, store: object, since: object,
   *   on: {chip: () => void, copy: () => void, help: () => void, since: () => void}}} parts
   */
  constructor({ title, store, since, on }) {
    this.store = store;
    this.since = since;
    this.chip = new Chip({ store, onclick: on.chip });
    this.down = h("span", { class: "nm-now-figure nm-num" }, "–");
    this.up = h("span", { class: "nm-now-figure nm-num" }, "–");
    this.now = this.#now();
    this.refresh = this.#refreshSelect();
    this.pauseGlyph = h("span", { class: "nm-glyph", "aria-hidden": "true" });
    this.pauseText = h("span", { class: "nm-wide" });
    this.pause = h(
      "button",
      { type: "button", class: "nm-button nm-pause", onclick: () => this.togglePause() },
      this.pauseGlyph,
      this.pauseText,
    );
    this.namesGlyph = h("span", { class: "nm-glyph", "aria-hidden": "true" });
    this.names = h(
      "button",
      { type: "button", class: "nm-button nm-names", onclick: () => this.toggleNames() },
      this.namesGlyph,
      h("span", { class: "nm-wide" }, "Names"),
    );
    this.units = h("button", { type: "button", class: "nm-button nm-num", onclick: () => this.nextUnits() });
    this.sinceButton = h("button", { type: "button", class: "nm-button nm-since", hidden: true, onclick: on.since });
    this.demo = h(
      "p",
      { class: "nm-demo", hidden: true },
      h("strong", null, "DEMO"),
      " a recording of another machine; nothing of this happens here now",
    );
    this.element = h(
      "header",
      { class: "nm-header" },
      this.demo,
      h(
        "div",
        { class: "nm-header-row" },
        h("h1", { class: "nm-title" }, title),
        this.now,
        this.chip.element,
        this.#controls(on),
      ),
    );
    this.update();
  }

  /** Pauses or resumes this view; the collector and other tabs go on. */
  togglePause() {
    this.store.setView({ paused: !this.store.view.paused });
  }

  /** Hides the names of other machines in this tab, or shows them again. @returns {boolean} whether they are hidden */
  toggleNames() {
    const hideNames = !this.store.view.hideNames;
    this.store.setView({ hideNames });
    return hideNames;
  }

  nextUnits() {
    const units = UNITS[(UNITS.indexOf(this.store.view.units) + 1) % UNITS.length];
    this.store.setView({ units });
    return UNIT_WORDS[units];
  }

  /** @returns {boolean} whether the state is another than before */
  update() {
    const { store } = this;
    const { units, paused, refreshSeconds, hideNames } = store.view;
    const hasData = store.dataTime > 0 && !isWithoutPackets(store.hello);
    setText(this.down, hasData ? formatRate(store.headline.receivedRate, units) : "–");
    setText(this.up, hasData ? formatRate(store.headline.sentRate, units) : "–");
    setText(this.pauseGlyph, paused ? "▶" : "‖");
    setText(this.pauseText, paused ? "Resume" : "Pause");
    setAttr(this.pause, "aria-label", paused ? "Resume this view" : "Pause this view");
    setAttr(this.pause, "title", `${paused ? "Resume" : "Pause"} this view only; nothing else stops (Space)`);
    setText(this.namesGlyph, hideNames ? "◌" : "◉");
    setAttr(this.names, "aria-pressed", String(hideNames));
    setAttr(this.names, "aria-label", "Hide names");
    setAttr(this.names, "title", `${hideNames ? "Domains are hidden in this tab; show them" : "Hide domains in this tab"} (h)`);
    setText(this.units, UNIT_NAMES[units]);
    setAttr(this.units, "aria-label", `Units: ${UNIT_NAMES[units]}, ${UNIT_WORDS[units]}`);
    setAttr(this.units, "title", `${UNIT_WORDS[units]}; press for the next (u)`);
    this.#updateSince();
    this.#updateRefresh(refreshSeconds);
    this.demo.hidden = store.hello?.packet_source !== "recording";
    return this.chip.update();
  }

  #now() {
    return h(
      "p",
      { class: "nm-now", title: "IP bytes of this machine now, loopback left out" },
      h("span", { class: "nm-now-down" }, h("span", { "aria-hidden": "true" }, "↓"), unseen("Download "), this.down),
      h("span", { class: "nm-now-up" }, h("span", { "aria-hidden": "true" }, "↑"), unseen("Upload "), this.up),
    );
  }

  #controls(on) {
    return h(
      "div",
      { class: "nm-controls", role: "group", "aria-label": "This view" },
      this.sinceButton,
      this.refresh,
      this.pause,
      this.units,
      this.names,
      h(
        "button",
        {
          type: "button",
          class: "nm-button",
          "aria-label": "Copy as CLI",
          title: "Copy the command that shows this in a terminal",
          onclick: on.copy,
        },
        h("span", { class: "nm-glyph", "aria-hidden": "true" }, twoSheets()),
        h("span", { class: "nm-wide" }, "Copy as CLI"),
      ),
      h(
        "button",
        { type: "button", class: "nm-button", "aria-label": "Help", title: "Keys and words (?)", onclick: on.help },
        "?",
      ),
    );
  }

  #refreshSelect() {
    const options = REFRESH_SECONDS.map((seconds) => h("option", { value: String(seconds) }, `${seconds} s`));
    const title = "Refresh every";
    const select = h("select", { class: "nm-select nm-num", "aria-label": title, title }, options);
    select.addEventListener("change", () => this.store.setView({ refreshSeconds: Number(select.value) }));
    return select;
  }

  #updateSince() {
    const { since } = this;
    this.sinceButton.hidden = !since.isOn;
    if (!since.isOn) return;
    const time = clockTime(since.time, true);
    setText(this.sinceButton, `Since ${time} ✕`);
    setAttr(this.sinceButton, "aria-label", `Sums since ${time}; show all again`);
    setAttr(this.sinceButton, "title", "Sums of this tab count from here; press to show all again (n)");
  }

  /** 0.5 s is offered only where the collector ticks that fast. */
  #updateRefresh(refreshSeconds) {
    const fastest = this.store.hello?.interval ?? 1;
    for (const option of this.refresh.options) option.hidden = option.disabled = Number(option.value) < fastest;
    const wanted = String(Math.max(refreshSeconds, fastest));
    const shown = [...this.refresh.options].some((option) => option.value === wanted) ? wanted : this.refresh.value;
    if (this.refresh.value !== shown) this.refresh.value = shown;
  }
}

/** Drawn, as many a machine has no font with the sign for it. */
function twoSheets() {
  const sheet = (corner) => svg("rect", { x: corner, y: corner, width: 9, height: 9, rx: 1.5 });
  return svg("svg", { class: "nm-icon", viewBox: "0 0 16 16" }, sheet(1.5), sheet(5.5));
}

function unseen(text) {
  return h("span", { class: "nm-unseen" }, text);
}
