/**
 * @file When the order of the rows holds still: while the pointer is on the table, while a row has the focus, and
 * shortly after each, so that nothing moves away under a click. Times are seconds of any steady clock, handed in.
 */

export const RESUME_SECONDS = 1;
/** A finger leaves the screen between touch and touch. */
export const SCROLL_SECONDS = 2;

export class Hold {
  #isPointed = false;
  #isFocused = false;
  #until = -Infinity;

  /** @param {boolean} isPointed @param {number} now */
  point(isPointed, now) {
    if (this.#isPointed && !isPointed) this.#extend(now + RESUME_SECONDS);
    this.#isPointed = isPointed;
  }

  /** @param {boolean} isFocused whether a row has the focus @param {number} now */
  focus(isFocused, now) {
    if (this.#isFocused && !isFocused) this.#extend(now + RESUME_SECONDS);
    this.#isFocused = isFocused;
  }

  /** @param {number} now */
  scroll(now) {
    this.#extend(now + SCROLL_SECONDS);
  }

  /** @param {number} now */
  isHeld(now) {
    return this.#isPointed || this.#isFocused || now < this.#until;
  }

  /** Seconds until the order resumes by itself; null while it is held by pointer or focus, or is not held. */
  resumesIn(now) {
    if (this.#isPointed || this.#isFocused || now >= this.#until) return null;
    return this.#until - now;
  }

  /** Why, in words; "" while nothing holds it. */
  words(now) {
    if (this.#isFocused && !this.#isPointed) return "Order held while a row has the focus";
    return this.isHeld(now) ? "Order held while the pointer is over the table" : "";
  }

  #extend(until) {
    this.#until = Math.max(this.#until, until);
  }
}
