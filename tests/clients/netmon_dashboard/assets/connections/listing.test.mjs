import assert from "node:assert/strict";
import { test } from "node:test";
import { Listing } from "../../../../../clients/netmon_dashboard/assets/connections/listing.js";
import { DEFAULT_SORT } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { aRow } from "./a_row.mjs";

const VIEW = {
  now: 100, matches: () => true, sort: DEFAULT_SORT, closedSeconds: 5, isFiltered: false, isHeld: false,
  sumsOf: (row) => row,
};
const ids = ({ entries }) => entries.map(({ row }) => row.id);
const many = (count) => Array.from({ length: count }, (_, place) => aRow({ receivedRate: 1000 - place }));

test("the fastest is first, and moves when it slows down", () => {
  const listing = new Listing();
  const [a, b] = many(2);
  assert.deepEqual(ids(listing.refresh([a, b], VIEW)), [a.id, b.id]);
  a.receivedRate = 0;
  assert.deepEqual(ids(listing.refresh([a, b], VIEW)), [b.id, a.id]);
});

test("while it is held nothing moves, and what is new comes at the end and is counted", () => {
  const listing = new Listing();
  const rows = many(10);
  const before = ids(listing.refresh(rows, VIEW));
  rows[9].receivedRate = 1e9;
  const news = many(2);
  listing.refresh([...rows, news[0]], { ...VIEW, isHeld: true });
  const held = listing.refresh([...rows, ...news], { ...VIEW, isHeld: true });
  assert.deepEqual(ids(held), [...before, news[0].id, news[1].id]);
  assert.equal(held.appended, 2);
  const resumed = listing.refresh([...rows, ...news], VIEW);
  assert.equal(ids(resumed)[0], rows[9].id);
  assert.equal(resumed.appended, 0);
});

test("while it is held what no longer fits stays in its place, marked, and is not counted", () => {
  const listing = new Listing();
  const rows = many(3);
  listing.refresh(rows, VIEW);
  const held = listing.refresh(rows, { ...VIEW, isHeld: true, isFiltered: true, matches: (row) => row !== rows[1] });
  assert.deepEqual(held.entries.map(({ isLeaving }) => isLeaving), [false, true, false]);
  assert.equal(held.matching, 2);
  const back = listing.refresh(rows, { ...VIEW, isHeld: true });
  assert.deepEqual(back.entries.map(({ isLeaving }) => isLeaving), [false, false, false]);
});

test("a row that the store forgot leaves even while it is held", () => {
  const listing = new Listing();
  const rows = many(3);
  listing.refresh(rows, VIEW);
  assert.deepEqual(ids(listing.refresh(rows.slice(1), { ...VIEW, isHeld: true })), [rows[1].id, rows[2].id]);
});

test("a closed row keeps its place and its last speed for five seconds", () => {
  const listing = new Listing();
  const rows = many(3);
  listing.refresh(rows, VIEW);
  Object.assign(rows[0], { end: 100, receivedRate: 0 });
  const shown = listing.refresh(rows, { ...VIEW, now: 104 });
  assert.deepEqual(ids(shown), rows.map(({ id }) => id));
  assert.equal(shown.entries[0].receivedRate, 1000);
  assert.deepEqual([shown.all, shown.matching, shown.closed], [2, 2, 1]);
  assert.equal(listing.refresh(rows, { ...VIEW, now: 106 }).entries.length, 2);
  assert.equal(listing.refresh(rows, { ...VIEW, now: 106, closedSeconds: 60 }).entries.length, 3);
});

test("what closed before the clock was set back is not listed until it is there again", () => {
  const rows = [aRow({ end: 104 }), aRow({ end: 3_700 })];
  assert.deepEqual(ids(new Listing().refresh(rows, { ...VIEW, closedSeconds: 60 })), [rows[0].id]);
});

test("what came after the first look is new, once", () => {
  const listing = new Listing();
  const rows = many(10);
  assert.ok(listing.refresh(rows, VIEW).entries.every(({ isNew }) => !isNew));
  const fresh = aRow({ receivedRate: 5e6 });
  const [first] = listing.refresh([...rows, fresh], VIEW).entries;
  assert.ok(first.isNew && first.row === fresh);
});

test("another view is no news", () => {
  const listing = new Listing();
  listing.refresh(many(3), VIEW);
  assert.ok(listing.refresh(many(50), VIEW).entries.every(({ isNew }) => !isNew));
});

test("sums are those of what the filter left; ended ones stand in the row for all of them", () => {
  const listing = new Listing();
  const rows = [
    aRow({ sent: 1, received: 10, receivedRate: 7 }),
    aRow({ sent: 2, received: 20, end: 99 }),
    aRow({ remainder: "closed", sent: 4, received: 40, state: "" }),
  ];
  const none = { sentPayload: 0, receivedPayload: 0 };
  assert.deepEqual(listing.refresh(rows, VIEW).sums, { sent: 5, received: 50, sentRate: 0, receivedRate: 7, ...none });
  const filtered = listing.refresh(rows, { ...VIEW, isFiltered: true, matches: (row) => row.remainder === "" });
  assert.deepEqual(filtered.sums, { sent: 3, received: 30, sentRate: 0, receivedRate: 7, ...none });
});

test("payload has sums of its own", () => {
  const rows = [aRow({ sentPayload: 5, receivedPayload: 70 }), aRow({ sentPayload: 1, receivedPayload: null }), aRow({})];
  const { sums } = new Listing().refresh(rows, VIEW);
  assert.deepEqual([sums.sentPayload, sums.receivedPayload, sums.sent], [6, 70, 0]);
});

test("sums since a moment are shown and sorted by", () => {
  const listing = new Listing();
  const [a, b] = [aRow({ received: 1000 }), aRow({ received: 500 })];
  const sumsOf = (row) => ({ sent: 0, received: row === a ? 1 : 2 });
  const shown = listing.refresh([a, b], { ...VIEW, sumsOf, sort: { key: "received", descending: true } });
  assert.deepEqual(shown.entries.map(({ received }) => received), [2, 1]);
  assert.equal(shown.sums.received, 3);
});

test("listening sockets that the filter left are counted", () => {
  const rows = [aRow({ state: "listen" }), aRow({})];
  assert.equal(new Listing().refresh(rows, VIEW).listening, 1);
});

test("after a restart there is no order to hold, and nothing is news", () => {
  const listing = new Listing();
  listing.refresh(many(3), VIEW);
  listing.restart();
  const rows = many(3).toReversed();
  const shown = listing.refresh(rows, { ...VIEW, isHeld: true });
  assert.deepEqual(ids(shown), rows.toReversed().map(({ id }) => id));
  assert.equal(shown.appended, 0);
  assert.ok(shown.entries.every(({ isNew }) => !isNew));
});
