// Which key is whose.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyName } from "../../../../../clients/netmon_dashboard/assets/frame/keys.js";

const at = (tagName, more = {}) => ({ tagName, getAttribute: (name) => more[name] ?? null, ...more });
const BODY = at("BODY");

test("letters have their names, and pairs theirs", () => {
  assert.equal(keyName({ key: "n" }, BODY, ""), "n");
  assert.equal(keyName({ key: "c" }, BODY, "g"), "g c");
  assert.equal(keyName({ key: "?", shiftKey: true }, BODY, ""), "?");
});

test("modifiers belong to the browser", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) assert.equal(keyName({ key: "n", [modifier]: true }, BODY, ""), "");
});

test("a held key is one press, and composing is typing", () => {
  assert.equal(keyName({ key: " ", repeat: true }, BODY, ""), "");
  assert.equal(keyName({ key: "n", isComposing: true }, BODY, ""), "");
});

test("what was handled already is left alone", () => {
  assert.equal(keyName({ key: "Escape", defaultPrevented: true }, BODY, ""), "");
});

test("typing in a field types", () => {
  for (const field of [at("INPUT", { type: "search" }), at("TEXTAREA"), at("SELECT"), at("DIV", { isContentEditable: true })]) {
    assert.equal(keyName({ key: "u" }, field, ""), "");
  }
});

test("a checkbox takes Space and no letters", () => {
  const box = at("INPUT", { type: "checkbox" });
  assert.equal(keyName({ key: " " }, box, ""), "");
  assert.equal(keyName({ key: "u" }, box, ""), "u");
});

test("Space presses what can be pressed, and pauses elsewhere", () => {
  for (const target of [at("BUTTON"), at("A"), at("SUMMARY"), at("DIV", { role: "button" })]) {
    assert.equal(keyName({ key: " " }, target, ""), "");
  }
  assert.equal(keyName({ key: " " }, at("DIV", { role: "row" }), ""), " ");
});
