/** @file Times and changes of history as people read them, in the zone that its days are of. No elements here. */

/** Formats of a bucket's start: on the axis, and in full. @type {Object<string, [object, object]>} */
const LOOKS = {
  minute: [{ hour: "2-digit", minute: "2-digit" }, { dateStyle: "medium", timeStyle: "short" }],
  hour: [{ hour: "2-digit", minute: "2-digit" }, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }],
  day: [{ day: "numeric", month: "short" }, { weekday: "short", day: "numeric", month: "short", year: "numeric" }],
  month: [{ month: "short", year: "2-digit" }, { month: "long", year: "numeric" }],
  range: [{ day: "numeric", month: "short" }, { dateStyle: "medium", timeStyle: "short" }],
};
const DAY_SECONDS = 86400;

/** A zone that this browser knows; undefined, which is its own, for one that it does not. */
export function knownZone(zone) {
  if (!zone) return undefined;
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

/** @param {number} time Unix seconds @param {string} by bucket's size */
export function axisTime(time, by, zone) {
  return formatted(time, (LOOKS[by] ?? LOOKS.range)[0], zone);
}

/** What a bucket is called: a span where its size does not say its end. */
export function bucketName({ start, end }, by, zone) {
  const name = formatted(start, (LOOKS[by] ?? LOOKS.range)[1], zone);
  if (by === "day" || by === "month") return name;
  return `${name} – ${formatted(end, LOOKS.hour[0], zone)}`;
}

/** A span in full; without the day twice. */
export function spanName(since, until, zone) {
  const full = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const isOfADay = until - since < DAY_SECONDS && sameDay(since, until, zone);
  return `${formatted(since, full, zone)} – ${formatted(until, isOfADay ? LOOKS.hour[0] : full, zone)}`;
}

/** `+12 %`, `−40 %`, `×3.2`, `new`: against the period before. "" where that is not known. */
export function changeText(now, before) {
  if (before === null) return "";
  if (before === 0) return now === 0 ? "=" : "new";
  const factor = now / before;
  if (factor >= 2.995) return `×${factor >= 99.5 ? Math.round(factor) : factor.toFixed(1)}`;
  const percent = Math.round((factor - 1) * 100);
  if (percent === 0) return "=";
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

/** How many gaps there are, and how many of them are older than those that are listed; "" where none is. */
export function gapWords(count, listed) {
  const number = (value) => value.toLocaleString("en-GB");
  const earlier = count > listed ? `and ${number(count - listed)} earlier ones` : "";
  return [count === 1 ? "1 gap" : `${number(count)} gaps`, earlier];
}

function sameDay(one, other, zone) {
  const day = { day: "numeric", month: "numeric", year: "numeric" };
  return formatted(one, day, zone) === formatted(other, day, zone);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

function formatted(time, look, zone) {
  const key = JSON.stringify([look, zone]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...look, timeZone: zone }));
  return formats.get(key).format(new Date(time * 1000));
}
