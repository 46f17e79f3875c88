import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_SORT, formatSort } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { addressKey, nextSort, parseSort, sortEntries } from "../../../../../clients/netmon_dashboard/assets/connections/order.js";
import { aRow } from "./a_row.mjs";

const entryOf = (given) => {
  const row = aRow(given);
  const { receivedRate, sentRate, received, sent } = row;
  return { row, receivedRate, sentRate, received, sent, isRemainder: row.remainder !== "", key: null };
};

function names(entries, words) {
  return sortEntries(entries, parseSort(words), 1000).map(({ row }) => row.app?.name ?? row.remainder);
}

test("an order is read and written by its short name", () => {
  assert.deepEqual(parseSort("-received_rate"), DEFAULT_SORT);
  assert.deepEqual(parseSort("app"), { key: "app", descending: false });
  assert.equal(formatSort({ key: "total", descending: true }), "-total");
  for (const wrong of ["", null, "nonsense", "-", "constructor", "__proto__"]) assert.equal(parseSort(wrong), null);
});

test("a heading sorts its usual way, then the other way, then as at first", () => {
  const first = nextSort(DEFAULT_SORT, "app");
  const second = nextSort(first, "app");
  assert.deepEqual([first, second].map(formatSort), ["app", "-app"]);
  assert.deepEqual(nextSort(second, "app"), DEFAULT_SORT);
  assert.equal(formatSort(nextSort(DEFAULT_SORT, "sent")), "-sent");
  assert.equal(formatSort(nextSort(DEFAULT_SORT, "received_rate")), "received_rate");
});

test("the fastest is first, and rows that stand for many are last whichever way", () => {
  const make = () => [
    entryOf({ remainder: "closed", receivedRate: 1e9 }),
    entryOf({ app: "slow", receivedRate: 1 }),
    entryOf({ app: "fast", receivedRate: 9 }),
  ];
  assert.deepEqual(names(make(), "-received_rate"), ["fast", "slow", "closed"]);
  assert.deepEqual(names(make(), "received_rate"), ["slow", "fast", "closed"]);
});

test("what has no value is last whichever way", () => {
  const [b, a] = [{ app: "b", domain: "b.example" }, { app: "a", domain: "A.example" }];
  const make = () => [{ app: "none" }, b, a].map(entryOf);
  assert.deepEqual(names(make(), "domain"), ["a", "b", "none"]);
  assert.deepEqual(names(make(), "-domain"), ["b", "a", "none"]);
});

test("equals follow by rate, by total, and then stay as they came", () => {
  const entries = [
    entryOf({ app: "older" }),
    entryOf({ app: "younger" }),
    entryOf({ app: "more", received: 5 }),
    entryOf({ app: "moving", sentRate: 5 }),
  ];
  assert.deepEqual(names(entries, "proto"), ["moving", "more", "older", "younger"]);
  assert.deepEqual(names(entries.toReversed(), "proto"), ["moving", "more", "older", "younger"]);
});

test("the youngest has the lowest age", () => {
  const entries = [entryOf({ app: "old", start: 1 }), entryOf({ app: "young", start: 900 })];
  assert.deepEqual(names(entries, "age"), ["young", "old"]);
  const ended = entryOf({ app: "ended", start: 500, end: 550 });
  assert.deepEqual(names([...entries, ended], "age"), ["ended", "young", "old"]);
});

test("addresses sort as numbers, version 4 first, then by port", () => {
  const version4 = [["9.0.0.1", 80], ["10.0.0.1", 9], ["10.0.0.1", 443]];
  const ends = [...version4, ["2001:db8::2", 1], ["2001:db8::10", 1], ["host", 1]];
  const entries = ends.map(([address, port]) =>
    entryOf({ app: `${address} ${port}`, remoteAddress: address, remotePort: port }),
  );
  const wanted = entries.map(({ row }) => row.app.name);
  assert.deepEqual(names(entries.toReversed(), "remote"), wanted);
  assert.deepEqual(names([entryOf({ app: "nowhere" }), entries[0]], "-rip"), ["9.0.0.1 80", "nowhere"]);
});

test("what only looks like an address comes after those that are", () => {
  assert.equal(addressKey("1.2.3.4"), "401020304");
  assert.equal(addressKey("::1"), `6${"0".repeat(31)}1`);
  assert.equal(addressKey("fe80::1%eth0"), addressKey("fe80::1"));
  const wrongs = ["1.2.3", "1.2.3.256", "1.2.3.-4", ":::1", "1::2::3", "12345::", "g::1"];
  for (const wrong of wrongs) assert.ok(addressKey(wrong).startsWith("~"), wrong);
});

test("round trips sort by their length, and what has none is last", () => {
  const make = () => [
    entryOf({ app: "none" }), entryOf({ app: "near", rttMilliseconds: 0.03 }), entryOf({ app: "far", rttMilliseconds: 120 }),
  ];
  assert.equal(formatSort(nextSort(DEFAULT_SORT, "rtt")), "-rtt");
  assert.deepEqual(names(make(), "-rtt"), ["far", "near", "none"]);
  assert.deepEqual(names(make(), "rtt"), ["near", "far", "none"]);
});

test("where no bytes are captured those with the most payload are first", () => {
  const entries = [entryOf({ app: "udp" }), entryOf({ app: "some", sentPayload: 5 }), entryOf({ app: "most", receivedPayload: 9 })];
  assert.deepEqual(names(entries, "-received_rate"), ["most", "some", "udp"]);
});
