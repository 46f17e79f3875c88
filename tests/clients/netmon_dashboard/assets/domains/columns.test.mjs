import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMNS, columnsFor, tracks } from "../../../../../clients/netmon_dashboard/assets/domains/columns.js";
import { parseSort } from "../../../../../clients/netmon_dashboard/assets/domains/order.js";

test("where there is no room the least important columns go, and what is left fits", () => {
  for (const width of [600, 800, 1000, 1400]) {
    const { columns } = columnsFor(width);
    assert.ok(columns.reduce((sum, each) => sum + each.width, 0) <= width, String(width));
    for (const key of ["domain", "received_rate", "sent_rate"]) assert.ok(columns.some((each) => each.key === key));
  }
  assert.equal(columnsFor(1400).columns.length, COLUMNS.length);
});

test("a screen of a hand's width shows the name and both speeds", () => {
  const { columns, isNarrow } = columnsFor(366);
  assert.deepEqual([isNarrow, columns.map(({ key }) => key)], [true, ["domain", "received_rate", "sent_rate"]]);
});

test("every heading sorts", () => {
  for (const { key } of COLUMNS) assert.ok(parseSort(key), key);
  assert.match(tracks([...COLUMNS]), /^minmax\(0, 1fr\) 84px/);
});

test("with a recorder the lanes begin a day before, and what is left still fits", () => {
  const lane = (hasPast) => columnsFor(1400, hasPast).columns.find(({ key }) => key === "rate");
  assert.deepEqual([lane(false).title, lane(true).title], ["5 min", "24 h ┊ 5 min"]);
  for (const width of [600, 800, 1000, 1400]) {
    const { columns } = columnsFor(width, true);
    assert.ok(columns.reduce((sum, each) => sum + each.width, 0) <= width, String(width));
  }
});
