/**
 * Copying text. `navigator.clipboard` is refused without focus, by policy, and on addresses that are not "secure"
 * (http on anything but localhost): then a selection and the old command do it, and where that is refused as well the
 * text is shown, selected, for the reader to copy.
 */

import { h, setText } from "../dom.js";

const SHOWN_MILLISECONDS = 1500;

/**
 * @param {string} text
 * @param {ShadowRoot|HTMLElement} room where a field may stand for a moment
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
export async function copyText(text, room) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.info("netmon: the clipboard was refused, trying the selection:", error?.name);
    return copyBySelection(text, room);
  }
}

function copyBySelection(text, room) {
  const active = room.getRootNode().activeElement ?? document.activeElement;
  const field = h("textarea", { class: "nm-unseen", readonly: true, "aria-hidden": "true", value: text });
  room.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  active?.focus?.();
  return done;
}

/** A line that can be selected, with a button that copies it. @param {string} text */
export function commandLine(text) {
  const button = h("button", { type: "button", class: "nm-button nm-command-copy" }, "Copy");
  const code = h("code", { class: "nm-command-text", tabindex: "0" }, text);
  const line = h("div", { class: "nm-command" }, code, button);
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copyText(text, line);
    if (!done) getSelection()?.selectAllChildren(code);
    setText(button, done ? "Copied" : "Press Ctrl+C");
    clearTimeout(timer);
    timer = setTimeout(() => setText(button, "Copy"), SHOWN_MILLISECONDS);
  });
  return line;
}
