import assert from "node:assert/strict";
import { test } from "node:test";
import {
  rowAfterKey,
  scrollTo,
  visibleRange,
} from "../../../../../clients/netmon_dashboard/assets/widgets/viewport.js";

const VIEW = { scrollTop: 0, height: 320, rowHeight: 32, count: 5000 };

test("only what is on screen is in the document, however many there are", () => {
  for (const scrollTop of [0, 1, 77_777, 159_680]) {
    const { first, last } = visibleRange({ ...VIEW, scrollTop });
    assert.ok(last - first <= 20, `${last - first} at ${scrollTop}`);
    assert.ok(first * 32 <= scrollTop && last * 32 >= Math.min(scrollTop + 320, 5000 * 32));
  }
});

test("a short table, an empty one, and one scrolled past its new end stay within bounds", () => {
  assert.deepEqual(visibleRange({ ...VIEW, count: 3 }), { first: 0, last: 3 });
  assert.deepEqual(visibleRange({ ...VIEW, count: 0 }), { first: 0, last: 0 });
  assert.deepEqual(visibleRange({ ...VIEW, scrollTop: 9999, count: 3 }), { first: 3, last: 3 });
  assert.equal(visibleRange({ ...VIEW, scrollTop: -50 }).first, 0);
});

test("a row is brought on screen by the shortest way", () => {
  assert.equal(scrollTo(3, VIEW), 0);
  assert.equal(scrollTo(10, VIEW), 32);
  assert.equal(scrollTo(2, { ...VIEW, scrollTop: 640 }), 64);
});

test("keys lead from row to row and stop at both ends", () => {
  assert.equal(rowAfterKey("ArrowDown", 4, VIEW), 5);
  assert.equal(rowAfterKey("ArrowUp", 0, VIEW), 0);
  assert.equal(rowAfterKey("PageDown", 0, VIEW), 9);
  assert.equal(rowAfterKey("PageUp", 4, VIEW), 0);
  assert.equal(rowAfterKey("Home", 4000, VIEW), 0);
  assert.equal(rowAfterKey("End", 4, VIEW), 4999);
  assert.equal(rowAfterKey("ArrowDown", 4999, VIEW), 4999);
});

test("other keys lead nowhere, nor do any in an empty table", () => {
  assert.equal(rowAfterKey("x", 4, VIEW), null);
  assert.equal(rowAfterKey("toString", 4, VIEW), null);
  assert.equal(rowAfterKey("ArrowDown", -1, { ...VIEW, count: 0 }), null);
});
