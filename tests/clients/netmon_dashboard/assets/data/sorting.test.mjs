import assert from "node:assert/strict";
import test from "node:test";

import { DEFAULT_SORT, formatSort, inHeldOrder, sameSort, sortReader, turned } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";

test("the words of an order are read and written", () => {
  const parseSort = sortReader({ app: 1, total: 2 });
  assert.deepEqual(parseSort("-total"), { key: "total", descending: true });
  assert.equal(formatSort({ key: "app", descending: false }), "app");
  assert.ok(sameSort(parseSort(formatSort(parseSort("-total"))), parseSort("-total")));
  for (const words of [null, "", "-", "nothing", "-constructor", "__proto__"]) assert.equal(parseSort(words), null);
});

test("a heading sorts its usual way, then the other, then not at all", () => {
  const usual = { key: "app", descending: false };
  assert.deepEqual(turned(DEFAULT_SORT, usual), usual);
  assert.deepEqual(turned(usual, usual), { key: "app", descending: true });
  assert.equal(turned({ key: "app", descending: true }, usual), DEFAULT_SORT);
});

test("a held order keeps its places, and new ones come at the end", () => {
  assert.deepEqual(inHeldOrder(["d", "c", "b", "a"], ["a", "x", "b"], (key) => key), ["a", "b", "d", "c"]);
});
