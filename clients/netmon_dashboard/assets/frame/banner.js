/**
 * What is wrong, above the page: what happened, why, and the exact next command. Where there never was data it stands
 * in place of the page, so that nobody looks at empty cards.
 */

import { undismissed } from "../data/degraded.js";
import { clear, h, setText } from "../dom.js";
import { isOverdue, noticeOf, retrySeconds, wholeSeconds } from "./condition.js";
import { commandLine } from "./copy.js";

const SKELETON_MILLISECONDS = 1000;

export class Banner {
  /**
   * @param {{store: object, dismissed: Set<string>, onstart: () => void, onretry: () => void, ondismiss: () => void}} parts
   *   dismissed: codes of the limits that were dismissed in this tab
   */
  constructor({ store, dismissed, onstart, onretry, ondismiss }) {
    this.store = store;
    this.dismissed = dismissed;
    this.onstart = onstart;
    this.onretry = onretry;
    this.ondismiss = ondismiss;
    this.element = h("div", { class: "nm-banners" });
    this.notice = h("div", null);
    this.degraded = h("div", null);
    this.element.append(this.notice, this.degraded);
    this.shownNotice = "";
    this.shownDegraded = "";
    /** The lines of the limits that are shown. @type {ReturnType<typeof limitLine>[]} */
    this.limits = [];
    this.isWaitingOver = false;
    this.timer = setTimeout(() => this.#endWaiting(), SKELETON_MILLISECONDS);
    this.retry = null;
    this.title = null;
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** @returns {"page"|"dimmed"|"none"} how the page is to be shown */
  update() {
    const { store } = this;
    const notice = noticeOf(store);
    const hasData = store.dataTime > 0;
    this.#showNotice(notice, hasData);
    this.#showDegraded(store.connected && notice === null ? store.hello?.degraded ?? [] : []);
    if (!hasData) return "none";
    return notice === null ? "page" : "dimmed";
  }

  #endWaiting() {
    this.isWaitingOver = true;
    this.update();
  }

  #showNotice(notice, hasData) {
    // A page that is about to come is not worth a text: a second of skeleton first.
    const isEarly = !this.isWaitingOver && !hasData && (notice === null || notice.condition === "connecting");
    const isWhole = !hasData;
    // The title of "stale" counts seconds: it is changed in place, so that nothing loses the focus by it.
    const shown = isEarly ? "skeleton" : JSON.stringify([{ ...notice, title: "" }, isWhole, this.#mayStart()]);
    if (shown !== this.shownNotice) {
      this.shownNotice = shown;
      clear(this.notice);
      this.retry = this.title = null;
      if (isEarly) this.notice.append(skeleton());
      else if (notice !== null) this.notice.append(this.#box(notice, isWhole));
      else if (isWhole) this.notice.append(this.#box(WAITING, true));
    }
    if (this.title !== null && notice !== null) setText(this.title, notice.title);
    if (this.retry !== null) setText(this.retry, this.#retryText(notice?.condition));
  }

  #box(notice, isWhole) {
    const { condition, tone, title, text, command } = notice;
    this.retry = h("p", { class: "nm-notice-retry nm-num" });
    this.title = h("h2", { class: "nm-notice-title" }, title);
    const actions = this.#actions(condition);
    return h(
      "section",
      { class: isWhole ? "nm-notice nm-notice-whole" : `nm-notice nm-tone-${tone}`, "aria-label": "State" },
      this.title,
      text === "" ? null : h("p", null, text),
      command === "" ? null : commandLine(command),
      this.retry,
      actions.length === 0 ? null : h("div", { class: "nm-notice-actions" }, actions),
    );
  }

  #actions(condition) {
    if (condition === "stopped" && this.#mayStart()) {
      const look = "nm-button nm-button-primary";
      return [h("button", { type: "button", class: look, onclick: this.onstart }, "Start monitoring")];
    }
    if (condition === "gone") {
      return [h("button", { type: "button", class: "nm-button", onclick: this.onretry }, "Try now")];
    }
    return [];
  }

  #mayStart() {
    return this.store.hello?.viewer?.may_control === true;
  }

  #retryText(condition) {
    const seconds = retrySeconds(condition, this.store);
    if (seconds === null) return "";
    if (isOverdue(seconds)) return "It is tried again every second.";
    return seconds > 0 ? `Next try in ${wholeSeconds(Math.ceil(seconds))}.` : "Trying again…";
  }

  #showDegraded(limits) {
    const list = undismissed(limits, this.dismissed);
    const shown = list.map(({ code }) => code).join(" ");
    if (shown !== this.shownDegraded) {
      this.shownDegraded = shown;
      this.limits = list.map(limitLine);
      clear(this.degraded);
      if (list.length > 0) this.degraded.append(degradedBox(this.limits, () => this.#dismiss(list)));
    }
    // A text may count: it is changed in place, so that nothing loses the focus by it.
    list.forEach((limit, place) => this.limits[place].show(limit));
  }

  #dismiss(limits) {
    for (const { code } of limits) this.dismissed.add(code);
    this.ondismiss();
  }
}

const WAITING = {
  condition: "waiting",
  tone: "grey",
  title: "Waiting for the first figures",
  text: "The collector is connected; it tells what it counted once an interval.",
  command: "",
};

function degradedBox(lines, dismiss) {
  const close = h(
    "button",
    {
      type: "button",
      class: "nm-button nm-notice-close",
      "aria-label": "Dismiss the limits",
      title: "Dismiss",
      onclick: dismiss,
    },
    "✕",
  );
  return h(
    "section",
    { class: "nm-notice nm-notice-degraded nm-tone-yellow", "aria-label": "Limits" },
    close,
    h("h2", { class: "nm-notice-title" }, lines.length === 1 ? "Limited" : `${lines.length} things are limited`),
    h("ul", null, lines.map(({ node }) => node)),
  );
}

function limitLine() {
  const words = h("span", null);
  const advice = h("span", { class: "nm-remedy" });
  return {
    node: h("li", null, words, advice),
    show({ text, remedy }) {
      setText(words, text);
      setText(advice, remedy ? ` ${remedy}` : "");
    },
  };
}

function skeleton() {
  const bars = [1, 2, 3].map(() => h("div", { class: "nm-skeleton" }));
  return h("div", { class: "nm-skeletons", role: "img", "aria-label": "Loading" }, bars);
}
