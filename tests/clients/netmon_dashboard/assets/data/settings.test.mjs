// What a person set: kept in the browser, kept for the tab, or not kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../../../clients/netmon_dashboard/assets/data/store.js";
import { aStore, FakeStorage, NotedLink } from "./store_rooms.mjs";

test("the view is kept in the browser, the pause is not", () => {
  const storage = new FakeStorage();
  const { store } = aStore(storage);
  store.setView({ units: "bit", refreshSeconds: 5, hideNames: true, paused: true });
  assert.deepEqual(aStore(storage).store.view, { units: "bit", refreshSeconds: 5, hideNames: false, paused: false });
});

test("each tab keeps for itself whether names are hidden", () => {
  const { store, room } = aStore();
  store.setView({ hideNames: true });
  assert.equal(new Store(new NotedLink(), room).view.hideNames, true);
  assert.equal(aStore(room.storage).store.view.hideNames, false);
});

test("what is kept in the browser is not believed blindly", () => {
  const views = ['{"units":"furlong","refreshSeconds":0.001,"hideNames":"yes"}', "null", "[]", "{"].map(
    (text) => aStore(new FakeStorage({ "netmon.view": text })).store.view,
  );
  for (const view of views) assert.deepEqual(view, { units: "si", refreshSeconds: 1, paused: false, hideNames: false });
});

test("a browser that keeps nothing still has a view", () => {
  const refusing = {
    getItem() {
      throw new DOMException("refused", "SecurityError");
    },
    setItem() {
      throw new DOMException("refused", "SecurityError");
    },
  };
  const { store } = aStore(refusing);
  store.setView({ units: "iec" });
  assert.equal(store.view.units, "iec");
});
