/**
 * Keys of the whole view: single letters, and two in a row after "g". They work wherever the focus is on the page, and
 * keep out of the way of typing, of buttons (Space is theirs) and of what belongs to the browser.
 */

const CHORD_MILLISECONDS = 1200;
const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const PRESSED = new Set(["BUTTON", "A", "SUMMARY"]);
const PRESSED_ROLES = new Set(["button", "link", "checkbox", "switch", "tab", "option", "menuitem", "radio"]);

/**
 * The name of what was pressed, as handlers are listed: "g o" for the second of a pair, "" for what is not ours.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean,
 *   isComposing?: boolean, defaultPrevented?: boolean}} event
 * @param {Element|null} target where the focus is, the innermost one @param {string} chord "g" after a "g", else ""
 */
export function keyName(event, target, chord) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return "";
  if (event.isComposing || event.defaultPrevented) return "";
  if (isTyping(target)) return "";
  if ((event.key === " " || event.key === "Enter") && isPressable(target)) return "";
  return chord === "" ? event.key : `${chord} ${event.key}`;
}

/** Does a letter that is typed here belong to a field? @param {Element|null} target */
export function isTyping(target) {
  if (target === null) return false;
  if (target.tagName === "INPUT") return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return TYPING.has(target.tagName) || target.isContentEditable === true;
}

function isPressable(target) {
  if (target === null) return false;
  return (
    PRESSED.has(target.tagName) || target.tagName === "INPUT" || PRESSED_ROLES.has(target.getAttribute("role") ?? "")
  );
}

export class Keys {
  /**
   * @param {() => Object<string, () => unknown>} handlers asked at each key: the page's may change
   * @param {() => boolean} isBlocked a dialog is open, whose keys are its own
   */
  constructor(handlers, isBlocked) {
    this.handlers = handlers;
    this.isBlocked = isBlocked;
    this.chord = "";
    this.timer = 0;
    this.listen = (event) => this.#pressed(event);
    document.addEventListener("keydown", this.listen);
  }

  destroy() {
    document.removeEventListener("keydown", this.listen);
    clearTimeout(this.timer);
  }

  #pressed(event) {
    const target = event.composedPath()[0];
    const name = this.isBlocked() ? "" : keyName(event, target instanceof Element ? target : null, this.chord);
    const wasChord = this.chord !== "";
    if (event.key !== "Shift") this.#forget();
    if (name === "") return;
    const handlers = this.handlers();
    if (name === "g") {
      this.chord = "g";
      this.timer = setTimeout(() => this.#forget(), CHORD_MILLISECONDS);
    } else if (Object.hasOwn(handlers, name)) {
      if (handlers[name](event) === false) return; // not now: the browser's own meaning stays
    } else if (!wasChord) {
      return;
    }
    event.preventDefault();
  }

  #forget() {
    this.chord = "";
    clearTimeout(this.timer);
  }
}
