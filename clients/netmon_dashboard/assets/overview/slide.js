/**
 * Time that moves to the left: with each new sample the layer slides into its new place, by the compositor alone (no
 * script and no layout runs for a frame), and then rests. Moving all the time looks no better and was measured to take
 * 17 % of a core for ever where Chromium draws without a graphics card.
 */

const MILLISECONDS = 300;
/** Fewer pixels are not seen as motion, and more are a jump: then the layer steps. */
const LEAST_PIXELS = 1;
const MOST_PIXELS = 160;

export class Slide {
  /** @param {HTMLElement} layer @param {boolean} calm whether the viewer asked for less motion */
  constructor(layer, calm) {
    this.layer = layer;
    this.calm = calm;
    this.newest = 0;
    this.shift = 0;
    /** @type {Animation | null} */
    this.running = null;
  }

  /**
   * A new picture stands on the layer, its newest sample on the right edge.
   *
   * @param {number} newest Unix seconds
   * @param {number} pixelsPerSecond
   */
  follow(newest, pixelsPerSecond) {
    const shift = (newest - this.newest) * pixelsPerSecond;
    if (shift === 0) return; // drawn anew: the motion goes on
    this.newest = newest;
    this.stop();
    if (this.calm || document.hidden || shift < LEAST_PIXELS || shift > MOST_PIXELS) return;
    this.shift = shift;
    const frames = [{ transform: `translateX(${shift}px)` }, { transform: "none" }];
    this.running = this.layer.animate(frames, { duration: MILLISECONDS, easing: "ease-out" });
  }

  /** How far right of its final place the layer is now, pixels. */
  offset() {
    const progress = this.running?.effect?.getComputedTiming().progress;
    return typeof progress === "number" ? this.shift * (1 - progress) : 0;
  }

  stop() {
    this.running?.cancel();
    this.running = null;
  }
}
