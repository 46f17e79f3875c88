/**
 * @file Numbers as people read and type them, as netmon_client.units. One file of vectors (tests/vectors/units.json)
 * holds for every language. Halves are rounded up.
 */

const SI = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const IEC = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const BITS = ["bit", "kbit", "Mbit", "Gbit", "Tbit", "Pbit", "Ebit"];

const SIZE = /^(\d+(?:\.\d+)?|\.\d+)[\t-\r ]?([kmgtp]?)(i?)(b?)$/i;
const POWERS = { "": 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
const DURATION = /(\d+(?:\.\d+)?|\.\d+)[\t-\r ]?(ms|s|m|h|d|w)/iy;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

// What Python's str.isspace calls white space, which is not what \s means here.
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const ONE_SPACE = new RegExp(`^[${SPACE}]$`);
const SPACE_AT_ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/**
 * A size with three significant digits: "12.3 kB", with "iec" "12.1 KiB".
 * @param {number} count bytes
 * @param {"si"|"iec"} units
 */
export function formatBytes(count, units = "si") {
  return units === "iec" ? scaled(count, 1024, IEC) : scaled(count, 1000, SI);
}

/**
 * A rate with three significant digits: "12.3 kB/s", "12.1 KiB/s" or "98.7 kbit/s".
 * @param {number} bytesPerSecond
 * @param {"si"|"iec"|"bit"} units
 */
export function formatRate(bytesPerSecond, units = "si") {
  if (units === "bit") return `${scaled(bytesPerSecond * 8, 1000, BITS)}/s`;
  return `${formatBytes(bytesPerSecond, units)}/s`;
}

/** A length of time in its two largest parts: "43s", "5m23", "3h07", "2d4h". Never rounded up. */
export function formatAge(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m${twoDigits(whole % MINUTE)}`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h${twoDigits(Math.floor((whole % HOUR) / MINUTE))}`;
  return `${Math.floor(whole / DAY)}d${Math.floor((whole % DAY) / HOUR)}h`;
}

/** A number of things in full: "12,340". */
export function formatCount(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes: "100k", "1G", "5GB" (base 10), "10MiB" (base 2). Throws RangeError for anything else. */
export function parseSize(text) {
  const found = SIZE.exec(stripped(text));
  if (found === null || (found[3] && !found[2])) {
    throw new RangeError(`"${text}" is no size (such as 100k, 5GB or 10MiB)`);
  }
  return Number(found[1]) * (found[3] ? 1024 : 1000) ** POWERS[found[2].toLowerCase()];
}

/** Seconds: "500ms", "30s", "10m", "2h", "7d", "2w", also in a row ("1h30m"). Throws RangeError for anything else. */
export function parseDuration(text) {
  const rest = stripped(text);
  let seconds = 0;
  let position = 0;
  for (;;) {
    DURATION.lastIndex = position;
    const found = DURATION.exec(rest);
    if (found === null) break;
    seconds += Number(found[1]) * SECONDS[found[2].toLowerCase()];
    position = DURATION.lastIndex;
  }
  if (position === 0 || position !== rest.length) {
    throw new RangeError(`"${text}" is no length of time (such as 30s, 10m or 2h)`);
  }
  return seconds;
}

/** Is the character white space? */
export function isSpace(character) {
  return ONE_SPACE.test(character);
}

function stripped(text) {
  return text.replace(SPACE_AT_ENDS, "");
}

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

/** The value in the smallest unit that needs at most three digits before the point. */
function scaled(value, base, names) {
  const sign = value < 0 ? "-" : "";
  value = Math.abs(value);
  let power = 0;
  while (value >= 999.5 && power < names.length - 1) {
    value /= base;
    power += 1;
  }
  const digits = power === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const scale = 10 ** digits;
  return `${sign}${(Math.floor(value * scale + 0.5) / scale).toFixed(digits)} ${names[power]}`;
}
