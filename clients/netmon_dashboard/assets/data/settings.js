/**
 * @file What this browser keeps of the view, and what each tab keeps for itself: whether names are hidden. Storage may be refused (private windows, policies): then it lasts as long
 * as the document.
 */

const KEY = "netmon.view";
export const REFRESH_SECONDS = [0.5, 1, 2, 5, 10];

/** @returns {import("./types.js").View} */
export function defaultView() {
  return { units: "si", refreshSeconds: 1, paused: false, hideNames: false };
}

/** @returns {import("./types.js").View} */
export function loadView(storage = browserStorage(), tabStorage = browserStorage("sessionStorage")) {
  const view = defaultView();
  view.hideNames = isHiding(tabStorage);
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
  return view;
}

/** @param {import("./types.js").View} view @returns {boolean} whether it is kept */
export function saveView(view, storage = browserStorage(), tabStorage = browserStorage("sessionStorage")) {
  const { units, refreshSeconds, hideNames } = view;
  const isKept = keep(storage, JSON.stringify({ units, refreshSeconds }));
  return keep(tabStorage, JSON.stringify({ hideNames })) && isKept;
}

function isHiding(storage) {
  try {
    return JSON.parse(storage?.getItem(KEY) ?? "{}")?.hideNames === true;
  } catch {
    return false; // refused, or written by something else
  }
}

function keep(storage, text) {
  try {
    storage?.setItem(KEY, text);
    return true;
  } catch {
    return false; // refused or full: the view itself has changed all the same
  }
}

function browserStorage(kind = "localStorage") {
  try {
    return globalThis[kind] ?? null;
  } catch {
    return null; // reading the property alone throws where storage is refused
  }
}
