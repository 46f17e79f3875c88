/**
 * @file Where bars, hatches and lines stand, out of the figures: no elements here. Time runs linearly, so that a gap
 * covers the part of a bar's place that it was.
 */

import { niceStep } from "../overview/scale.js";

const MOST_STEPS = 5;
const BAR_GAP = 0.16; // of a bucket's width
const WIDEST_BAR = 64;

const sumOf = ([sent, received]) => sent + received;

/**
 * @param {object} figures as the page gives them
 * @param {{width: number, height: number, units: "si"|"iec"}} size of the plot, pixels
 */
export function layOut(figures, { width, height, units }) {
  const { buckets } = figures;
  const since = buckets[0]?.start ?? figures.since;
  const until = buckets[buckets.length - 1]?.end ?? figures.until;
  const x = (time) => ((Math.min(Math.max(time, since), until) - since) / (until - since || 1)) * width;
  const most = Math.max(0, ...buckets.map((one) => Math.max(one.total ? sumOf(one.total) : 0, one.previous ? sumOf(one.previous) : 0)));
  const step = niceStep(most / MOST_STEPS || 1, units);
  const top = step * Math.max(1, Math.ceil(most / step - 1e-9));
  const y = (bytes) => height - (bytes / top) * height;
  const places = buckets.map((bucket) => placeOf(bucket, x));
  return {
    x,
    y,
    places,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
    bars: barsOf(figures, places, y),
    hatches: hatchesOf(figures, x),
    before: figures.compare ? places.map((place, index) => beforeOf(buckets[index], place, y)).filter(Boolean) : [],
  };
}

/** The index of the bucket that begins nearest to a time; -1 where there is none. */
export function nearest(buckets, time) {
  const distance = (index) => Math.abs(buckets[index].start - time);
  return buckets.reduce((best, _, index) => (best < 0 || distance(index) < distance(best) ? index : best), -1);
}

function placeOf({ start, end }, x) {
  const left = x(start);
  const width = x(end) - left;
  const bar = Math.min(WIDEST_BAR, Math.max(1, width * (1 - BAR_GAP)));
  return { left, width, barLeft: left + (width - bar) / 2, bar };
}

/** The pieces of all bars, from the ground up: the biggest series lowest, the rest on top (series -1). */
function barsOf(figures, places, y) {
  const heights = figures.buckets.map(() => 0);
  const bars = [];
  const all = [...figures.series.map((one, index) => [index, one]), ...(figures.rest ? [[-1, figures.rest]] : [])];
  for (const [series, { points }] of all) {
    for (const [bucket, sent, received] of points) {
      const bytes = sent + received;
      if (bytes <= 0 || bucket >= places.length) continue;
      const low = y(heights[bucket]);
      heights[bucket] += bytes;
      bars.push({ series, bucket, top: y(heights[bucket]), height: low - y(heights[bucket]) });
    }
  }
  return bars;
}

/** Stretches of which nothing is known, joined: gaps as they were, and whole buckets that nobody saw. */
export function hatchesOf(figures, x) {
  const now = figures.now ?? Infinity;
  const spans = figures.gaps
    .filter(({ partial }) => !partial)
    .map(({ since, until }) => [since, Math.min(until ?? now, now)]);
  for (const { start, end, total } of figures.buckets) if (total === null && start < now) spans.push([start, Math.min(end, now)]);
  spans.sort((one, other) => one[0] - other[0]);
  const joined = [];
  for (const [since, until] of spans) {
    const last = joined[joined.length - 1];
    if (last !== undefined && since <= last[1]) last[1] = Math.max(last[1], until);
    else joined.push([since, until]);
  }
  return joined
    .map(([since, until]) => ({ left: x(since), width: x(until) - x(since) }))
    .filter(({ width }) => width > 0)
    .map(({ left, width }) => ({ left, width: Math.max(width, 1) }));
}

function beforeOf({ previous }, place, y) {
  return previous === null ? null : { left: place.left, right: place.left + place.width, top: y(sumOf(previous)) };
}

/** Which buckets get a label, so that labels of this width do not touch. */
export function labelled(places, labelWidth) {
  if (places.length === 0) return [];
  const every = Math.max(1, Math.ceil(labelWidth / Math.max(places[0].width, 0.01)));
  return places.map((_, index) => index).filter((index) => index % every === 0);
}
