/** Native dialogs: a question before something that concerns everybody, and the help. */

import { clear, h, setText } from "../dom.js";
import { commandLine } from "./copy.js";

/**
 * @typedef {{title: string, text: string, verb: string, isDanger: boolean, run: () => Promise<string>}} Question
 *   `run` does it and gives what happened; it rejects with {message, command}
 */

/** Asks, does, and says what happened. @param {HTMLElement} room @param {Question} question */
export function confirm(room, question, ondone) {
  const problem = h("div", { class: "nm-dialog-problem", role: "alert" });
  const cancel = h("button", { type: "button", class: "nm-button", autofocus: true }, "Cancel");
  const verb = h(
    "button",
    { type: "button", class: question.isDanger ? "nm-button nm-button-danger" : "nm-button" },
    question.verb,
  );
  const dialog = makeDialog(room, question.title, [
    h("p", null, question.text),
    problem,
    h("div", { class: "nm-dialog-actions" }, cancel, verb),
  ]);
  cancel.addEventListener("click", () => dialog.close());
  verb.addEventListener("click", async () => {
    verb.disabled = true;
    clear(problem);
    try {
      const text = await question.run();
      dialog.close();
      ondone(text);
    } catch (error) {
      verb.disabled = false;
      problem.append(h("p", null, error.message));
      if (error.command) problem.append(commandLine(error.command));
    }
  });
  dialog.showModal();
}

const KEYS = [
  ["/", "Search"],
  ["Space", "Pause or resume this view"],
  ["n", "Sums since now; again: all sums"],
  ["u", "Units: kB/s, kbit/s, KiB/s"],
  ["g o", "Overview"],
  ["g c", "Connections"],
  ["g a", "Applications"],
  ["g d", "Domains"],
  ["g h", "History"],
  ["g s", "Config"],
  ["h", "Hide or show names"],
  ["↑ ↓ Enter", "Move in a table, open a row"],
  ["Esc", "Close what is open"],
  ["?", "This help"],
];

const WORDS = [
  ["Sent, received", "captured IP bytes, header and payload, seen from this machine; without link headers"],
  ["Speeds at the top", "what this machine sends and receives now, loopback left out"],
  ["Pause", "holds this view still; the collector and other tabs go on"],
  ["Stop monitoring", "ends capture for everybody on this machine; it is in the panel behind the state"],
  ["~ before a name", "the domain was inferred, not seen in this connection"],
];

/** @param {HTMLElement} room @param {string} version */
export function showHelp(room, version) {
  const close = h("button", { type: "button", class: "nm-button", autofocus: true }, "Close");
  const dialog = makeDialog(room, "Help", [
    h("h3", { class: "nm-dialog-part" }, "Keys"),
    h("dl", { class: "nm-keys" }, KEYS.map(([key, text]) => [h("dt", null, keyCaps(key)), h("dd", null, text)])),
    h("h3", { class: "nm-dialog-part" }, "Words"),
    h("dl", { class: "nm-words" }, WORDS.map(([word, text]) => [h("dt", null, word), h("dd", null, text)])),
    h("div", { class: "nm-dialog-actions" }, h("span", { class: "nm-dim" }, version && `netmon ${version}`), close),
  ]);
  close.addEventListener("click", () => dialog.close());
  dialog.showModal();
}

/** Shows a text to be copied by hand, where the browser refuses to copy. */
export function showCommand(room, text) {
  const close = h("button", { type: "button", class: "nm-button" }, "Close");
  const field = h("input", { class: "nm-field", readonly: true, "aria-label": "Command", value: text });
  const dialog = makeDialog(room, "The same in a terminal", [
    h("p", null, "The browser refused to copy. Press Ctrl+C (or ⌘C)."),
    field,
    h("div", { class: "nm-dialog-actions" }, close),
  ]);
  close.addEventListener("click", () => dialog.close());
  dialog.showModal();
  field.select();
}

/** A dialog goes away for good when it is closed, and gives the focus back to where it was. */
function makeDialog(room, title, children) {
  const heading = h("h2", { class: "nm-dialog-title", id: "nm-dialog-title" });
  setText(heading, title);
  const dialog = h("dialog", { class: "nm-dialog", "aria-labelledby": "nm-dialog-title" }, heading, children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it: the backdrop belongs to the dialog
  });
  room.append(dialog);
  return dialog;
}

function keyCaps(keys) {
  return keys.split(" ").map((key) => h("kbd", null, key));
}
