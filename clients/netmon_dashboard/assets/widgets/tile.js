/**
 * The picture before an application's name: its icon, or a letter on a ground of a stable hue.
 *
 * The letter stands until the icon has been decoded, and comes back where the icon cannot be shown, so that nothing
 * jumps. The tile is hidden from readers: the name always stands beside it.
 */

import { groundColour, letterOf } from "./tile_colour.js";

/** Icons that this document could not show: they are not asked for again. @type {Set<string>} */
const broken = new Set();
/** Icons that were shown before: the letter need not stand in for them. @type {Set<string>} */
const shown = new Set();
const MOST_REMEMBERED = 2000;
/** What each tile shows now. @type {WeakMap<HTMLElement, {icon: string, name: string | null}>} */
const contents = new WeakMap();

/**
 * @typedef {{name: string, icon?: string}} Pictured
 */

/**
 * Make the tile of an application; of `null` (nobody is known) a grey one with a question mark.
 *
 * @param {Pictured | null | undefined} app
 * @returns {HTMLElement}
 */
export function tile(app) {
  const element = document.createElement("span");
  element.className = "nm-tile";
  element.setAttribute("aria-hidden", "true");
  updateTile(element, app);
  return element;
}

/**
 * Make a tile that is on the page show this application: for rows that are used again and for icons that come later.
 *
 * @param {HTMLElement} element what `tile` gave
 * @param {Pictured | null | undefined} app
 */
export function updateTile(element, app) {
  const name = app ? app.name : null;
  const icon = app && isOwnIcon(app.icon) && !broken.has(app.icon) ? app.icon : "";
  const before = contents.get(element);
  if (before && before.icon === icon && before.name === name) return;
  const content = { icon, name };
  contents.set(element, content);
  element.replaceChildren(letter(name));
  element.classList.remove("nm-tile-pictured");
  element.classList.toggle("nm-tile-nobody", name === null);
  element.style.backgroundColor = name === null ? "" : groundColour(name);
  if (icon) addIcon(element, content);
}

/** Only what the server gave out: a path of its own, never another origin. */
function isOwnIcon(/** @type {unknown} */ icon) {
  return typeof icon === "string" && icon.startsWith("/netmon/icon/");
}

function letter(/** @type {string | null} */ name) {
  const element = document.createElement("span");
  element.className = "nm-tile-letter";
  element.textContent = name === null ? "?" : letterOf(name);
  return element;
}

function addIcon(/** @type {HTMLElement} */ element, /** @type {{icon: string, name: string | null}} */ content) {
  const image = document.createElement("img");
  image.className = "nm-tile-icon";
  image.alt = "";
  image.decoding = "async";
  image.draggable = false;
  image.addEventListener("load", () => {
    remember(shown, content.icon);
    if (contents.get(element) === content) cover(element);
  });
  image.addEventListener("error", () => {
    remember(broken, content.icon);
    shown.delete(content.icon);
    if (contents.get(element) === content) updateTile(element, { name: content.name ?? "" });
  });
  if (shown.has(content.icon)) cover(element);
  element.append(image);
  image.src = content.icon;
}

function cover(/** @type {HTMLElement} */ element) {
  element.classList.add("nm-tile-pictured");
  element.style.backgroundColor = "";
}

function remember(/** @type {Set<string>} */ icons, /** @type {string} */ icon) {
  if (icons.size >= MOST_REMEMBERED) icons.clear();
  icons.add(icon);
}
