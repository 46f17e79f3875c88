/**
 * @file Light, dark, or as the system has it: Streamlit's own choice, which its menu shows too. Streamlit 1.67 keeps it
 * in the browser by the path that was loaded, and reads it when a document begins; so it is kept here for every page
 * of ours, and the document is loaded anew.
 */

export const THEMES = ["System", "Light", "Dark"];
const VERSION = 2;

const keyOf = (/** @type {string} */ path) => `stActiveTheme-${path}-v${VERSION}`;

/** @param {Storage|null} storage @param {string} path of the document @returns {string} one of THEMES */
export function keptTheme(storage, path) {
  try {
    const kept = JSON.parse(storage?.getItem(keyOf(path)) ?? "null");
    return THEMES.includes(kept) ? kept : "System";
  } catch {
    return "System"; // refused, or written by something else
  }
}

/** @param {Storage|null} storage @param {string[]} paths of all pages @param {string} theme @returns {boolean} whether it is kept */
export function keepTheme(storage, paths, theme) {
  if (storage === null || !THEMES.includes(theme)) return false;
  try {
    for (const path of paths) storage.setItem(keyOf(path), JSON.stringify(theme));
    return true;
  } catch {
    return false; // refused or full
  }
}
