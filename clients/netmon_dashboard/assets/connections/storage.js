/** @file The chosen columns as this browser keeps them; where it refuses, a choice lasts as long as the page. */

const KEY = "netmon.connections.columns";

/** @returns {string|null} */
export function keptChoice(storage = browserStorage()) {
  try {
    return storage?.getItem(KEY) ?? null;
  } catch {
    return null; // reading is refused too where storing is
  }
}

/** @param {string|null} text null: the usual columns @returns {boolean} whether it is kept */
export function keepChoice(text, storage = browserStorage()) {
  try {
    if (text === null) storage?.removeItem(KEY);
    else storage?.setItem(KEY, text);
    return storage !== null;
  } catch {
    return false; // refused or full: the address line holds the choice all the same
  }
}

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
