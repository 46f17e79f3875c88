/**
 * @file What this browser keeps of the view. Storage may be refused (private windows, policies): then it lasts as long
 * as the document.
 */

const KEY = "netmon.view";
export const REFRESH_SECONDS = [0.5, 1, 2, 5, 10];

/** @returns {import("./types.js").View} */
export function defaultView() {
  return { units: "si", refreshSeconds: 1, paused: false, hideNames: false };
}

/** @returns {import("./types.js").View} */
export function loadView(storage = browserStorage()) {
  const view = defaultView();
  if (storage === null) return view;
  let kept;
  try {
    kept = JSON.parse(storage.getItem(KEY) ?? "{}");
  } catch {
    return view; // refused, or written by something else
  }
  if (kept === null || typeof kept !== "object") return view;
  if (["si", "bit", "iec"].includes(kept.units)) view.units = kept.units;
  if (REFRESH_SECONDS.includes(kept.refreshSeconds)) view.refreshSeconds = kept.refreshSeconds;
  if (typeof kept.hideNames === "boolean") view.hideNames = kept.hideNames;
  return view;
}

/** @param {import("./types.js").View} view */
export function saveView(view, storage = browserStorage()) {
  const { units, refreshSeconds, hideNames } = view;
  try {
    storage?.setItem(KEY, JSON.stringify({ units, refreshSeconds, hideNames }));
    return true;
  } catch {
    return false; // refused or full: the view itself has changed all the same
  }
}

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // reading the property alone throws where storage is refused
  }
}
