/** @file The line below the table: how many, how much, whether the order is held, and the pages. */

import { counted, rateText, sizeText } from "../data/texts.js";
import { h, setAttr, setText } from "../dom.js";
import { HeldNote } from "../widgets/held_note.js";
import { PAGE_SIZES } from "./paging.js";

const number = (/** @type {number} */ count) => count.toLocaleString("en-US");

const ABOUT_TRAFFIC = "Sums of what is listed, loopback included (captured IP bytes)";
const ABOUT_PAYLOAD = "Sums of what is listed, loopback included (payload of TCP, as the kernel counts it)";

export class Footer {
  /** @param {{onSize: (size: number) => void, onPage: (step: number) => void, onResume: () => void}} told */
  constructor(told) {
    this.count = h("span", { class: "nm-count nm-num" });
    this.sums = h("span", { class: "nm-sums nm-num" });
    this.held = new HeldNote(told.onResume);
    const sizes = PAGE_SIZES.map((size) => h("option", { value: String(size) }, size === 0 ? "All" : String(size)));
    this.size = h("select", { class: "nm-select nm-page-size", "aria-label": "Rows a page" }, sizes);
    this.size.addEventListener("change", () => told.onSize(Number(this.size.value)));
    this.back = pageButton("‹", "Previous page", () => told.onPage(-1));
    this.on = pageButton("›", "Next page", () => told.onPage(1));
    this.part = h("span", { class: "nm-num" });
    const pages = { class: "nm-pages", role: "group", "aria-label": "Pages" };
    this.pages = h("span", pages, this.back, this.part, this.on);
    this.element = h(
      "div",
      { class: "nm-table-foot" },
      h("div", { class: "nm-foot-facts" }, this.count, this.sums),
      this.held.element,
      h("div", { class: "nm-foot-pages" }, this.pages, h("span", { class: "nm-dim" }, "Rows"), this.size),
    );
  }

  /**
   * @param {import("./listing.js").Shown} shown @param {import("../data/texts.js").Look} look
   * @param {{isFiltered: boolean, closedSeconds: number, omittedCount: number}} view
   */
  showCounts(shown, look, { isFiltered, closedSeconds, omittedCount }) {
    const words = countWords(shown, isFiltered, omittedCount);
    const closed = shown.closed > 0 ? ` · ${number(shown.closed)} closed in the last ${closedSeconds} s` : "";
    setText(this.count, words + closed);
    setText(this.sums, look.isWithoutPackets ? payloadWords(shown.sums, look) : trafficWords(shown.sums, look));
    setAttr(this.sums, "title", look.isWithoutPackets ? ABOUT_PAYLOAD : ABOUT_TRAFFIC);
  }

  /**
   * @param {{first: number, last: number, page: number, pages: number}} part
   * @param {number} size @param {number} total
   */
  showPages({ first, last, page, pages }, size, total) {
    this.pages.hidden = size === 0;
    if (this.size.value !== String(size)) this.size.value = String(size);
    setText(this.part, total === 0 ? "0" : `${number(first + 1)}–${number(last)} of ${number(total)}`);
    this.back.disabled = page <= 1;
    this.on.disabled = page >= pages;
  }
}

function trafficWords({ receivedRate, sentRate, received, sent }, look) {
  const rates = `↓ ${rateText(receivedRate, look)}  ↑ ${rateText(sentRate, look)}`;
  return `${rates}  Σ↓ ${sizeText(received, look)}  Σ↑ ${sizeText(sent, look)}`;
}

function payloadWords({ receivedPayload, sentPayload }, look) {
  return `Payload ↓ ${sizeText(receivedPayload, look)}  ↑ ${sizeText(sentPayload, look)}`;
}

function countWords({ matching, all }, isFiltered, omittedCount) {
  const noun = omittedCount > 0 ? "listed connection" : "connection";
  if (isFiltered) return `${number(matching)} of ${counted(all, noun)}`;
  if (omittedCount > 0) return `${number(all)} of ${counted(all + omittedCount, "connection")}`;
  return counted(all, "connection");
}

function pageButton(sign, label, onclick) {
  const named = { type: "button", class: "nm-button nm-page-button", "aria-label": label, title: label, onclick };
  return h("button", named, sign);
}
