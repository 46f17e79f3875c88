import assert from "node:assert/strict";
import { test } from "node:test";
import { keepTheme, keptTheme } from "../../../../../clients/netmon_dashboard/assets/data/theme.js";
import { FakeStorage } from "./store_rooms.mjs";

const REFUSING = {
  getItem() {
    throw new DOMException("refused", "SecurityError");
  },
  setItem() {
    throw new DOMException("refused", "SecurityError");
  },
};

test("a theme is kept for every page, as Streamlit reads it", () => {
  const storage = new FakeStorage();
  assert.equal(keptTheme(storage, "/"), "System");
  assert.equal(keepTheme(storage, ["/", "/config"], "Dark"), true);
  assert.deepEqual(["/", "/config", "/other"].map((path) => keptTheme(storage, path)), ["Dark", "Dark", "System"]);
  assert.equal(storage.getItem("stActiveTheme-/config-v2"), '"Dark"');
});

test("what is no theme is not kept and not believed", () => {
  const storage = new FakeStorage({ "stActiveTheme-/-v2": '"Neon"', "stActiveTheme-/config-v2": "{" });
  assert.equal(keptTheme(storage, "/"), "System");
  assert.equal(keptTheme(storage, "/config"), "System");
  assert.equal(keepTheme(storage, ["/"], "Neon"), false);
});

test("a browser that keeps nothing says so", () => {
  assert.equal(keptTheme(REFUSING, "/"), "System");
  assert.equal(keepTheme(REFUSING, ["/"], "Dark"), false);
  assert.equal(keepTheme(null, ["/"], "Dark"), false);
  assert.equal(keptTheme(null, "/"), "System");
});
