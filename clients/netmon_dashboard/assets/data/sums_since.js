/** @file Since when sums count, in words. Pure. */

import { timeText } from "./texts.js";

/**
 * What the sums count from.
 * @param {{epoch: number|null, start: number|null, since: number|null, now: number}} times Unix seconds: of the statistics,
 *   of the collector, of "since now" (null: off)
 */
export function sumsSince({ epoch, start, since, now }) {
  if (since !== null) return `since ${timeText(since, now)} (since now)`;
  if (epoch === null) return "since the collector started";
  const time = timeText(epoch, now);
  // The first statistics begin with the collector, within the time that it needs to come up.
  const wasCleared = start !== null && epoch - start > 30;
  return wasCleared ? `since the statistics were cleared, ${time}` : `since the collector started, ${time}`;
}
