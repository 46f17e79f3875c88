/** @file The order of a page's table: held while somebody looks at a row, resumed by itself or when it is asked for. */

import { Hold } from "./hold.js";

const steadySeconds = () => performance.now() / 1000;

export class OrderKeeper {
  /**
   * @param {{onShow: (words: string, isHeld: boolean) => void, onResume: () => void}} told onShow: why it is held, or
   *   ""; onResume: sort now
   */
  constructor(told) {
    this.told = told;
    this.hold = new Hold();
    this.mustSort = true;
    this.timer = 0;
    /** What a table tells of. */
    this.listeners = {
      onFocus: (isFocused) => this.#change((now) => this.hold.focus(isFocused, now)),
      onPoint: (isPointed) => this.#change((now) => this.hold.point(isPointed, now)),
      onScroll: () => this.#change((now) => this.hold.scroll(now)),
    };
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** The next drawing sorts, whatever holds the order. */
  release() {
    this.mustSort = true;
  }

  sortNow() {
    this.release();
    this.told.onResume();
  }

  /** To be asked once a drawing. */
  isHeldNow() {
    const isHeld = !this.mustSort && this.hold.isHeld(steadySeconds());
    this.mustSort = false;
    return isHeld;
  }

  show() {
    const now = steadySeconds();
    this.told.onShow(this.hold.words(now), this.hold.isHeld(now));
    clearTimeout(this.timer);
    const wait = this.hold.resumesIn(now);
    if (wait !== null) this.timer = setTimeout(this.told.onResume, wait * 1000 + 1);
  }

  #change(take) {
    take(steadySeconds());
    this.show();
  }
}
