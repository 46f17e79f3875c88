/** The windows of the chart, the labels below it, and clock times. Pure, so that node can test it. */

/** @typedef {{key: string, seconds: number, name: string, labels: readonly number[]}} TimeWindow */

/** @type {readonly TimeWindow[]} */
export const WINDOWS = [
  { key: "60s", seconds: 60, name: "60 s", labels: [60, 45, 30, 15, 0] },
  { key: "5m", seconds: 300, name: "5 m", labels: [300, 240, 180, 120, 60, 0] },
  { key: "15m", seconds: 900, name: "15 m", labels: [900, 720, 540, 360, 180, 0] },
];

/** The window of the address's parameter; the first for anything else. */
export function windowNamed(/** @type {string | null | undefined} */ key) {
  return WINDOWS.find((one) => one.key === key) ?? WINDOWS[0];
}

/** How a label says a time before now: "−45 s", in longer windows "−4 m", at the end "now". */
export function agoLabel(/** @type {number} */ seconds, /** @type {number} */ windowSeconds) {
  if (seconds === 0) return "now";
  return windowSeconds > 60 ? `−${seconds / 60} m` : `−${seconds} s`;
}

// As every other time on the pages: 24 hours.
const form = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const clock = new Intl.DateTimeFormat(undefined, /** @type {Intl.DateTimeFormatOptions} */ (form));

/** A moment (Unix seconds) as the viewer's clock shows it. */
export function clockTime(/** @type {number} */ time) {
  return clock.format(new Date(time * 1000));
}

/**
 * A span over which someone dragged, made of whole samples: those that it touches.
 *
 * @param {readonly {time: number, interval: number}[]} series oldest first
 * @param {number} one Unix seconds
 * @param {number} other Unix seconds
 * @returns {{from: number, to: number} | null} null where no sample is in it
 */
export function wholeSamples(series, one, other) {
  const [low, high] = one <= other ? [one, other] : [other, one];
  const touched = series.filter((sample) => sample.time > low && sample.time - sample.interval < high);
  if (touched.length === 0) return null;
  const first = touched[0];
  return { from: first.time - first.interval, to: touched[touched.length - 1].time };
}
