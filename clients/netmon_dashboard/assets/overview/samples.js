/**
 * From the series of the store to what a chart can draw: the window, gaps, and peaks kept where many samples fall on
 * one pixel. Pure, so that node can test it.
 *
 * @typedef {{time: number, interval: number, sent: number, received: number}} Sample bytes within the interval that
 *   ends at `time` (Unix seconds)
 * @typedef {{time: number, received: number, sent: number}} Point bytes a second
 * @typedef {{start: number, end: number, points: Point[]}} Segment an unbroken run of samples
 */

/** A sample that begins later than this many intervals after the one before breaks the area. */
const MOST_INTERVALS_APART = 1.5;

/**
 * The samples whose interval touches the window, oldest first, as the series is; the start is searched for by halves.
 *
 * @template {{time: number}} S
 * @param {readonly S[]} series
 * @param {number} start Unix seconds
 * @returns {S[]}
 */
export function samplesSince(series, start) {
  return series.slice(Math.max(0, firstAfter(series, start) - 1));
}

/**
 * The index of the first sample after this time; the length of the series where there is none.
 *
 * @param {readonly {time: number}[]} series
 * @param {number} time
 */
export function firstAfter(series, time) {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series[middle].time > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether nothing is known of the time between two samples that follow each other. */
export function isGap(/** @type {Sample} */ before, /** @type {Sample} */ after) {
  const interval = Math.max(after.interval, Number.EPSILON);
  return after.time - before.time > MOST_INTERVALS_APART * interval;
}

/**
 * Runs without gaps. A run begins where the interval of its first sample begins: the mean rate held since then.
 *
 * @param {readonly Sample[]} samples oldest first
 * @param {number} bucketSeconds samples of one bucket become one point that keeps both peaks; 0 keeps every sample
 * @returns {Segment[]}
 */
export function segments(samples, bucketSeconds) {
  /** @type {Segment[]} */
  const found = [];
  let from = 0;
  for (let index = 1; index <= samples.length; index += 1) {
    if (index < samples.length && !isGap(samples[index - 1], samples[index])) continue;
    found.push(segment(samples.slice(from, index), bucketSeconds));
    from = index;
  }
  return found;
}

/** @param {readonly Sample[]} run @param {number} bucketSeconds @returns {Segment} */
function segment(run, bucketSeconds) {
  const first = run[0];
  const start = first.time - first.interval;
  const points = downsample(run.map(rates), bucketSeconds);
  points.unshift({ ...rates(first), time: start });
  return { start, end: run[run.length - 1].time, points };
}

/** @param {Sample} sample @returns {Point} */
export function rates(sample) {
  const seconds = sample.interval > 0 ? sample.interval : 1;
  return { time: sample.time, received: sample.received / seconds, sent: sample.sent / seconds };
}

/**
 * One point a bucket, at the time of its last sample, with the highest rate of each direction. Buckets stand on
 * absolute times, so that a peak keeps its form while time goes on.
 *
 * @param {readonly Point[]} points oldest first
 * @param {number} bucketSeconds
 * @returns {Point[]}
 */
export function downsample(points, bucketSeconds) {
  if (!(bucketSeconds > 0)) return [...points];
  /** @type {Point[]} */
  const kept = [];
  let bucket = NaN;
  for (const point of points) {
    const own = Math.floor(point.time / bucketSeconds);
    const last = kept[kept.length - 1];
    if (own === bucket && last) {
      last.time = point.time;
      last.received = Math.max(last.received, point.received);
      last.sent = Math.max(last.sent, point.sent);
    } else {
      kept.push({ ...point });
      bucket = own;
    }
  }
  return kept;
}

/**
 * The bucket that leaves one point for each of so many places; 0 where the samples are already fewer.
 *
 * @param {number} windowSeconds
 * @param {number} places
 * @param {number} interval of the samples, seconds
 */
export function bucketFor(windowSeconds, places, interval) {
  const seconds = windowSeconds / Math.max(1, places);
  return seconds > interval ? seconds : 0;
}

/** The highest rates of some samples, bytes a second. @param {readonly Sample[]} samples */
export function peaks(samples) {
  let received = 0;
  let sent = 0;
  for (const sample of samples) {
    const seconds = sample.interval > 0 ? sample.interval : 1;
    received = Math.max(received, sample.received / seconds);
    sent = Math.max(sent, sample.sent / seconds);
  }
  return { received, sent };
}

/**
 * The times before and between segments, where nothing was recorded.
 *
 * @param {readonly Segment[]} runs
 * @param {number} start of what is drawn, Unix seconds
 */
export function gapsBetween(runs, start) {
  const ends = [start, ...runs.map((run) => run.end)];
  return runs.map((run, index) => ({ from: ends[index], to: run.start })).filter((gap) => gap.to > gap.from);
}

/**
 * The sample whose interval holds this time, else the nearest one; -1 where there is none.
 *
 * @param {readonly Sample[]} series
 * @param {number} time
 */
export function sampleAt(series, time) {
  if (series.length === 0) return -1;
  const after = Math.min(series.length - 1, firstAfter(series, time - 1e-6));
  const sample = series[after];
  if (after === 0 || time > sample.time - sample.interval) return after;
  return time - series[after - 1].time <= sample.time - sample.interval - time ? after - 1 : after;
}

/**
 * What is under a moment: a sample, or a gap where nothing was recorded, with the events of that time.
 *
 * @template {Sample} S
 * @template {{time: number}} M
 * @param {readonly S[]} series
 * @param {readonly M[]} marks
 * @param {number} time Unix seconds
 * @param {number} reach marks this near count too, seconds
 * @returns {{time: number, sample: S | null, marks: M[]} | null} null where there are no samples
 */
export function under(series, marks, time, reach) {
  const index = sampleAt(series, time);
  if (index < 0) return null;
  const sample = series[index];
  const begins = sample.time - sample.interval;
  const isInside = time > begins - sample.interval / 2 && time <= sample.time + sample.interval / 2;
  const since = index > 0 ? series[index - 1].time : begins;
  const near = (/** @type {M} */ mark) => Math.abs(mark.time - time) <= reach;
  const own = (/** @type {M} */ mark) => isInside && mark.time > since && mark.time <= sample.time;
  return {
    time: isInside ? sample.time : time,
    sample: isInside ? sample : null,
    marks: marks.filter((mark) => near(mark) || own(mark)),
  };
}
