import assert from "node:assert/strict";
import { test } from "node:test";
import {
  COLUMNS,
  columnsFor,
  DEFAULT_KEYS,
  formatChoice,
  leastWidth,
  parseChoice,
  placesOf,
  toggleKey,
} from "../../../../../clients/netmon_dashboard/assets/connections/columns.js";
import { formatSort } from "../../../../../clients/netmon_dashboard/assets/data/sorting.js";
import { parseSort } from "../../../../../clients/netmon_dashboard/assets/connections/order.js";

function keysAt(width, hasDomains = true, keys = null) {
  return columnsFor({ keys, width, hasDomains }).columns.map(({ key }) => key);
}

test("every column can be sorted by", () => {
  for (const { key } of COLUMNS) assert.equal(formatSort(parseSort(key)), key);
});

test("all usual columns fit a page of 1280 pixels", () => {
  assert.deepEqual(keysAt(1278), [...DEFAULT_KEYS]);
});

test("domain is left out while no row has one", () => {
  assert.ok(!keysAt(1400, false).includes("domain"));
});

test("the less room, the fewer columns, and never more than fit", () => {
  let before = Infinity;
  for (let width = 1400; width >= 560; width -= 10) {
    const { columns } = columnsFor({ keys: null, width, hasDomains: true });
    assert.ok(leastWidth(columns) <= width, `${leastWidth(columns)} in ${width}`);
    assert.ok(columns.length <= before);
    before = columns.length;
  }
});

test("a screen of a hand's width has four, which fit 330 pixels", () => {
  const { columns, isNarrow } = columnsFor({ keys: null, width: 348, hasDomains: true });
  assert.deepEqual(columns.map(({ key }) => key), ["app", "remote", "state", "received_rate"]);
  assert.ok(isNarrow && leastWidth(columns) <= 330);
});

test("what was asked for stays where there is no room", () => {
  const keys = ["app", "local", "exe", "owner", "unit"];
  assert.deepEqual(keysAt(600, true, keys), keys);
});

test("a choice is read, written and changed in the order of the columns, and always has the application", () => {
  assert.deepEqual(parseChoice("rtt,app,nonsense,pid"), ["app", "pid", "rtt"]);
  assert.deepEqual(parseChoice("rtt"), ["app", "rtt"]);
  assert.equal(parseChoice("nonsense"), null);
  assert.equal(parseChoice(null), null);
  assert.deepEqual(toggleKey(["app", "rtt"], "pid"), ["app", "pid", "rtt"]);
  assert.deepEqual(toggleKey(["app", "rtt"], "app"), ["app", "rtt"]);
  assert.equal(formatChoice(toggleKey(toggleKey(null, "rtt"), "rtt")), null);
  assert.equal(formatChoice(["app", "rtt"]), "app,rtt");
});

test("columns stand side by side, and none is wider than the table", () => {
  for (const width of [348, 700, 1280, 2000]) {
    const { columns } = columnsFor({ keys: null, width, hasDomains: true });
    const places = placesOf(columns, width);
    places.reduce((left, place) => {
      assert.equal(place.left, left);
      return left + place.width;
    }, 0);
    const last = places.at(-1);
    assert.ok(last.left + last.width <= width);
    columns.forEach((column, index) => assert.ok(places[index].width >= column.width));
  }
});

test("where no packets are captured payload stands in place of bytes, and rates have none", () => {
  const keysOf = (keys, width = 1400) =>
    columnsFor({ keys, width, hasDomains: true, isWithoutPackets: true }).columns.map(({ key }) => key);
  const usual = keysOf(null);
  assert.deepEqual(usual.slice(-2), ["received_payload", "sent_payload"]);
  assert.ok(!usual.includes("received_rate") && !usual.includes("received"));
  assert.deepEqual(keysOf(["app", "sent"]), ["app", "sent_payload"]);
  assert.deepEqual(keysOf(null, 348), ["app", "remote", "state", "received_payload"]);
  for (const key of usual) assert.equal(formatSort(parseSort(key)), key);
});

test("round trips and packets sent again are shown on demand", () => {
  for (const key of ["rtt", "retransmits"]) assert.ok(!DEFAULT_KEYS.includes(key) && keysAt(1400, true, [key]).includes(key));
});
