/**
 * Letter and colour of an application without an icon. Pure, so that node can test it.
 *
 * The letter is white in both themes; the ground is as light as its hue allows with a contrast of 4.6:1
 * (WCAG 2.2, 1.4.3 asks for 4.5:1), so that the tile looks the same on a light page and on a dark one.
 */

const SATURATION = 0.55;
const CONTRAST = 4.6;
/** One colour a hue: the lightness is searched for once. @type {Map<number, string>} */
const grounds = new Map();

/**
 * The hue (degrees) of a name: the same in every session and on every machine, whatever its capitals.
 *
 * @param {string} name
 */
export function hueOf(name) {
  // FNV-1a, 32 bits: short names that differ in one letter get hues far apart.
  let hash = 0x811c9dc5;
  for (const letter of name.toLowerCase()) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % 360;
}

/**
 * The first letter or digit of a name in capitals, "?" where it has none.
 *
 * @param {string} name
 */
export function letterOf(name) {
  const found = /[\p{L}\p{N}]/u.exec(name);
  if (!found) return "?";
  const capital = found[0].toLocaleUpperCase("en");
  return [...capital].length === 1 ? capital : found[0]; // one letter may become two: ß
}

/**
 * The colour of the ground behind a name's letter, as CSS.
 *
 * @param {string} name
 */
export function groundColour(name) {
  const hue = hueOf(name);
  const known = grounds.get(hue);
  if (known) return known;
  const colour = `rgb(${lightestAllowed(hue).map((part) => Math.round(part * 255)).join(" ")})`;
  grounds.set(hue, colour);
  return colour;
}

function lightestAllowed(/** @type {number} */ hue) {
  for (let percent = 60; percent > 10; percent -= 1) {
    const parts = fromHsl(hue, SATURATION, percent / 100);
    if (1.05 / (luminance(parts) + 0.05) >= CONTRAST) return parts;
  }
  return [0, 0, 0];
}

/** Red, green and blue, 0 to 1 (CSS Color 4, section 7.1). */
function fromHsl(/** @type {number} */ hue, /** @type {number} */ saturation, /** @type {number} */ lightness) {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const step = (offset + hue / 30) % 12;
    return lightness - reach * Math.max(-1, Math.min(step - 3, 9 - step, 1));
  });
}

/** Relative luminance of sRGB parts from 0 to 1 (WCAG 2.2). */
export function luminance(/** @type {number[]} */ parts) {
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
