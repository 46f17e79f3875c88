/**
 * Numbers that glide to their next value over 300 ms. One frame callback serves all of them; each writes text only
 * where the formatted figure changes, and reads no layout. Off where the reader wants reduced motion, and for steps
 * that change nothing to be seen.
 */

import { setText } from "../dom.js";

const MILLISECONDS = 300;
/** Between two steps: digits that change more often cannot be read, and each step costs the page 1.5 ms of a core. */
const STEP_MILLISECONDS = 45;
const quiet = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)") ?? { matches: true };
/** @type {Set<Glide>} */
const moving = new Set();
let frame = 0;

/** Where a glide stands after a part of its time, 0 to 1: quick at first, slow at the end. */
export function eased(part) {
  return 1 - (1 - Math.min(1, Math.max(0, part))) ** 3;
}

export class Glide {
  /** @param {Node} node @param {(value: number) => string} format */
  constructor(node, format) {
    this.node = node;
    this.format = format;
    this.value = null;
    this.from = 0;
    this.goal = 0;
    this.began = 0;
  }

  /** Shows a value: at once the first time, then by gliding. */
  to(value) {
    const isFirst = this.value === null;
    this.goal = value;
    if (isFirst || quiet.matches || document.hidden || this.format(value) === this.format(this.value)) {
      this.#arrive();
      return;
    }
    this.from = this.value;
    this.began = performance.now();
    moving.add(this);
    if (frame === 0) frame = requestAnimationFrame(step);
  }

  /** Shows the value of now anew: the units have changed. */
  refresh(format = this.format) {
    this.format = format;
    if (this.value !== null) setText(this.node, this.format(this.value));
  }

  /** Ends at the goal. To be called when the node goes away. */
  stop() {
    moving.delete(this);
  }

  /** @param {number} now of performance.now() @returns {boolean} whether it has arrived */
  advance(now) {
    const part = (now - this.began) / MILLISECONDS;
    if (part >= 1) {
      this.#arrive();
      return true;
    }
    this.value = this.from + (this.goal - this.from) * eased(part);
    setText(this.node, this.format(this.value));
    return false;
  }

  #arrive() {
    moving.delete(this);
    this.value = this.goal;
    setText(this.node, this.format(this.value));
  }
}

function step(now) {
  frame = 0;
  for (const one of [...moving]) one.advance(now);
  if (moving.size > 0) frame = setTimeout(() => (frame = requestAnimationFrame(step)), STEP_MILLISECONDS);
}
