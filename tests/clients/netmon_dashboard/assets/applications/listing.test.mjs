import assert from "node:assert/strict";
import test from "node:test";

import { AppListing } from "../../../../../clients/netmon_dashboard/assets/applications/listing.js";
import { DEFAULT_SORT } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { app } from "./entries.mjs";

const view = (isHeld) => ({ sort: DEFAULT_SORT, sums: (one) => one, isHeld });
const shown = ({ entries }) => entries.map(({ app: { name }, isLeaving }) => (isLeaving ? `(${name})` : name));

test("the order follows the rates unless it is held", () => {
  const [a, b] = [app(1, "a", { receivedRate: 9 }), app(2, "b", { receivedRate: 5 })];
  const listing = new AppListing();
  assert.deepEqual(shown(listing.refresh(new Set([a, b]), view(false))), ["a", "b"]);
  b.receivedRate = 50;
  assert.deepEqual(shown(listing.refresh(new Set([a, b]), view(true))), ["a", "b"]);
  assert.deepEqual(shown(listing.refresh(new Set([a, b]), view(false))), ["b", "a"]);
});

test("what comes while it is held comes at the end and is counted, what goes stays in its place", () => {
  const [a, b, c] = [app(1, "a", { receivedRate: 9 }), app(2, "b", { receivedRate: 5 }), app(3, "c", { receivedRate: 70 })];
  const listing = new AppListing();
  listing.refresh(new Set([a, b]), view(false));
  const held = listing.refresh(new Set([b, c]), view(true));
  assert.deepEqual(shown(held), ["(a)", "b", "c"]);
  assert.equal(held.appended, 1);
  assert.deepEqual(shown(listing.refresh(new Set([a, b, c]), view(true))), ["a", "b", "c"]);
  const released = listing.refresh(new Set([b, c]), view(false));
  assert.deepEqual(shown(released), ["c", "b"]);
  assert.equal(released.appended, 0);
});

test("an application that was read anew keeps its place by its id", () => {
  const listing = new AppListing();
  listing.refresh(new Set([app(1, "a", { receivedRate: 9 }), app(2, "b")]), view(false));
  const again = listing.refresh(new Set([app(7, "b", { receivedRate: 50 }), app(8, "a")]), view(true));
  assert.deepEqual(shown(again), ["a", "b"]);
  assert.deepEqual(again.entries.map(({ app: { n } }) => n), [8, 7]);
});
