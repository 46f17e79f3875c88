import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, parseSize } from "../../../../../clients/netmon_dashboard/assets/connections/paging.js";

test("all rows are on one page unless a size is chosen", () => {
  assert.deepEqual(pageOf({ count: 525, size: 0, page: 7 }), { first: 0, last: 525, page: 1, pages: 1 });
});

test("the last page ends with the last row", () => {
  assert.deepEqual(pageOf({ count: 525, size: 50, page: 11 }), { first: 500, last: 525, page: 11, pages: 11 });
});

test("a page that is no longer there gives way to the last one that is", () => {
  assert.equal(pageOf({ count: 30, size: 25, page: 9 }).page, 2);
  assert.equal(pageOf({ count: 0, size: 25, page: 9 }).page, 1);
  assert.equal(pageOf({ count: 30, size: 25, page: -1 }).page, 1);
  assert.equal(pageOf({ count: 30, size: 25, page: NaN }).page, 1);
});

test("a size that is not offered means all", () => {
  assert.deepEqual(["25", "500", "0", "26", "x", null].map(parseSize), [25, 500, 0, 0, 0, 0]);
});
