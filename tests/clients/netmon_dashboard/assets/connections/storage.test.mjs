import assert from "node:assert/strict";
import { test } from "node:test";
import { keepChoice, keptChoice } from "../../../../../clients/netmon_dashboard/assets/connections/storage.js";

function aStorage() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, text) => items.set(key, text),
    removeItem: (key) => items.delete(key),
  };
}

test("a choice is kept, and forgotten with the usual columns", () => {
  const storage = aStorage();
  assert.equal(keptChoice(storage), null);
  assert.equal(keepChoice("app,rtt", storage), true);
  assert.equal(keptChoice(storage), "app,rtt");
  keepChoice(null, storage);
  assert.equal(keptChoice(storage), null);
});

test("storage that is refused does no harm", () => {
  const refuse = () => {
    throw new DOMException("refused", "SecurityError");
  };
  const storage = { getItem: refuse, setItem: refuse, removeItem: refuse };
  assert.equal(keptChoice(storage), null);
  assert.equal(keepChoice("app", storage), false);
  assert.equal(keptChoice(null), null);
  assert.equal(keepChoice("app", null), false);
});
