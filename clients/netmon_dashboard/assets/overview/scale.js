/**
 * The axis of rates: round steps in the unit that the viewer chose, download above zero and upload below it on one
 * scale. Pure, so that node can test it.
 */

/** Most lines between the top and the bottom of the chart. */
const MOST_STEPS = 6;
/** Below this (bytes a second) the axis does not zoom in: a quiet network should look quiet. */
const SMALLEST_STEP = { si: 1000, bit: 1000, iec: 1024 };
/** How long a peak holds the axis after it left the window, and how fast it lets go then (seconds). */
const HOLD_SECONDS = 4;
const RELEASE_SECONDS = 6;

/**
 * @typedef {"si" | "bit" | "iec"} Units
 * @typedef {{step: number, above: number, below: number}} Axis bytes a second; above and below are how many steps
 */

/**
 * The smallest round step that is at least this rate: 1, 2 or 5 and zeros in bytes or bits; a power of two of
 * bytes with "iec", since 1,000 KiB is no round number of MiB.
 *
 * @param {number} rate bytes a second
 * @param {Units} units
 * @returns {number} bytes a second
 */
export function niceStep(rate, units) {
  const least = Math.max(rate, SMALLEST_STEP[units]);
  if (units === "iec") return 2 ** Math.ceil(Math.log2(least) - 1e-9);
  const scaled = units === "bit" ? least * 8 : least;
  const power = 10 ** Math.floor(Math.log10(scaled) + 1e-9);
  const factor = [1, 2, 5, 10].find((one) => one * power >= scaled * (1 - 1e-9)) ?? 10;
  return (factor * power) / (units === "bit" ? 8 : 1);
}

/**
 * The axis that just holds these rates: at least two steps above and one below.
 *
 * @param {number} received bytes a second
 * @param {number} sent bytes a second
 * @param {Units} units
 * @returns {Axis}
 */
export function fitAxis(received, sent, units) {
  let step = niceStep((received + sent) / MOST_STEPS, units);
  for (;;) {
    const above = Math.max(2, Math.ceil(received / step - 1e-9));
    const below = Math.max(1, Math.ceil(sent / step - 1e-9));
    if (above + below <= MOST_STEPS) return { step, above, below };
    step = niceStep(step * 1.01, units);
  }
}

/** A peak that rises at once, holds, and then falls slowly to what there is. */
export class HeldPeak {
  /** @param {number} holdSeconds @param {number} releaseSeconds in which it falls by 63 % of the way */
  constructor(holdSeconds = HOLD_SECONDS, releaseSeconds = RELEASE_SECONDS) {
    this.holdSeconds = holdSeconds;
    this.releaseSeconds = releaseSeconds;
    this.value = 0;
    this.heldUntil = -Infinity;
    this.lastTime = -Infinity;
  }

  /**
   * @param {number} value what there is
   * @param {number} now seconds
   * @returns {number} the peak to draw for
   */
  follow(value, now) {
    const passed = Math.max(0, now - this.lastTime);
    if (now < this.lastTime) this.heldUntil = Math.min(this.heldUntil, now + this.holdSeconds); // the clock was set back
    this.lastTime = now;
    if (value >= this.value) {
      this.value = value;
      this.heldUntil = now + this.holdSeconds;
    } else if (now > this.heldUntil) {
      const rest = (this.value - value) * Math.exp(-Math.min(passed, now - this.heldUntil) / this.releaseSeconds);
      this.value = rest < value * 0.01 ? value : value + rest;
    }
    return this.value;
  }

  /** Take this value as it is, as after another window was chosen. */
  reset(/** @type {number} */ value, /** @type {number} */ now) {
    this.value = value;
    this.heldUntil = now + this.holdSeconds;
    this.lastTime = now;
  }
}

/** The axis over time: it grows in the same tick and shrinks step by step. */
export class LiveAxis {
  constructor() {
    this.received = new HeldPeak();
    this.sent = new HeldPeak();
  }

  /**
   * @param {{received: number, sent: number}} peaks of the window, bytes a second
   * @param {Units} units
   * @param {number} now seconds
   * @returns {Axis}
   */
  follow(peaks, units, now) {
    return fitAxis(this.received.follow(peaks.received, now), this.sent.follow(peaks.sent, now), units);
  }

  /** @param {{received: number, sent: number}} peaks @param {number} now */
  reset(peaks, now) {
    this.received.reset(peaks.received, now);
    this.sent.reset(peaks.sent, now);
  }
}

/**
 * The lines of an axis, from the top down.
 *
 * @param {Axis} axis
 * @returns {{value: number}[]} bytes a second; uploads are negative
 */
export function axisLines(axis) {
  const lines = [];
  for (let index = axis.above; index >= -axis.below; index -= 1) lines.push({ value: index * axis.step });
  return lines;
}

/** A rate as an axis writes it: without the zeros that say nothing (20.0 MB/s becomes 20 MB/s). */
export function axisLabel(/** @type {string} */ rateText) {
  return rateText.replace(/(\d)\.(\d*?)0+(?= )/, (_, whole, rest) => (rest ? `${whole}.${rest}` : whole));
}
