/**
 * Pointer, finger and keys over the chart: which moment is looked at, which span is chosen.
 *
 * A moment is a time, never a place: it stays what it is while the chart moves on.
 */

import { h, setAttr } from "../dom.js";

/** Shorter than this a drag is a click (pixels). */
const DRAG_PIXELS = 4;

/**
 * @typedef {object} MomentEvents
 * @property {(time: number | null) => void} onmoment the moment under the pointer; null when it left
 * @property {(one: number, other: number) => void} ondrag while a span is being chosen
 * @property {(one: number, other: number) => void} onspan a span was chosen
 * @property {() => void} onclick a click that was no drag
 * @property {() => void} oncancel a drag was broken off
 * @property {(steps: number | "first" | "last", widens: boolean) => void} onstep a key moves the crosshair
 * @property {() => void} onescape
 */

export class MomentPad {
  /**
   * @param {(x: number) => number} timeAt the moment at a horizontal place within the pad
   * @param {MomentEvents} events
   */
  constructor(timeAt, events) {
    this.timeAt = timeAt;
    this.events = events;
    /** @type {{x: number, time: number, id: number, moved: boolean} | null} */
    this.drag = null;
    this.element = h("div", {
      class: "nm-ov-pad",
      tabindex: 0,
      role: "slider",
      "aria-label": "Moment in the chart",
      "aria-valuemin": -60,
      "aria-valuemax": 0,
      "aria-valuenow": 0,
      "aria-valuetext": "no moment chosen",
      onpointerdown: (event) => this.#down(event),
      onpointermove: (event) => this.#move(event),
      onpointerup: (event) => this.#up(event),
      onpointercancel: () => this.#cancel(),
      onpointerleave: (event) => this.#leave(event),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.events.onmoment(null),
    });
  }

  /** Say to readers where the crosshair is. */
  describe(/** @type {number} */ windowSeconds, /** @type {number} */ secondsAgo, /** @type {string} */ text) {
    setAttr(this.element, "aria-valuemin", -windowSeconds);
    setAttr(this.element, "aria-valuenow", -Math.min(windowSeconds, Math.max(0, Math.round(secondsAgo))));
    setAttr(this.element, "aria-valuetext", text);
  }

  #timeOf(/** @type {PointerEvent} */ event) {
    return this.timeAt(event.clientX - this.element.getBoundingClientRect().left);
  }

  #down(/** @type {PointerEvent} */ event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.drag = { x: event.clientX, time: this.#timeOf(event), id: event.pointerId, moved: false };
    this.element.setPointerCapture(event.pointerId);
    if (event.pointerType !== "mouse") this.events.onmoment(this.drag.time);
  }

  #move(/** @type {PointerEvent} */ event) {
    const time = this.#timeOf(event);
    if (Number.isNaN(time)) return;
    const drag = this.drag;
    if (!drag) {
      this.events.onmoment(time);
      return;
    }
    drag.moved ||= Math.abs(event.clientX - drag.x) >= DRAG_PIXELS;
    if (drag.moved) this.events.ondrag(drag.time, time);
  }

  #up(/** @type {PointerEvent} */ event) {
    const drag = this.drag;
    if (!drag || drag.id !== event.pointerId) return;
    this.drag = null;
    if (drag.moved) this.events.onspan(drag.time, this.#timeOf(event));
    else this.events.onclick();
  }

  #cancel() {
    if (!this.drag) return;
    this.drag = null;
    this.events.oncancel();
  }

  /** A finger that was lifted leaves the crosshair where it was: it is read then, not while it is covered. */
  #leave(/** @type {PointerEvent} */ event) {
    if (!this.drag && event.pointerType === "mouse") this.events.onmoment(null);
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: "first", End: "last" }[event.key];
    if (step !== undefined) this.events.onstep(step, event.shiftKey);
    else if (event.key === "Escape") {
      this.#cancel();
      this.events.onescape();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
