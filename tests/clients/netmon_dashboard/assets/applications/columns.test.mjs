import assert from "node:assert/strict";
import test from "node:test";

import { COLUMNS, columnsFor, tracks } from "../../../../../clients/netmon_dashboard/assets/applications/columns.js";

const keys = (width) => columnsFor(width).columns.map(({ key }) => key).join(" ");

test("a wide table has all columns, a hand's width the name and both rates", () => {
  assert.equal(columnsFor(1400, { hasToday: true }).columns.length, COLUMNS.length);
  assert.equal(columnsFor(0, { hasToday: true }).columns.length, COLUMNS.length);
  assert.equal(keys(364), "app received_rate sent_rate");
  assert.equal(columnsFor(364).isNarrow, true);
});

test("whatever the width, the columns fit", () => {
  for (let width = 330; width < 1500; width += 7) {
    const { columns } = columnsFor(width);
    assert.ok(columns.reduce((sum, column) => sum + column.width, 0) <= width, String(width));
    assert.equal(columns[0].key, "app");
  }
});

test("the name and the pictures take what is left", () => {
  assert.equal(tracks(columnsFor(364).columns), "minmax(0, 1fr) 84px 84px");
  assert.match(tracks(columnsFor(1400).columns), /^minmax\(0, 1fr\) 96px 96px minmax\(128px, 0.3fr\) /);
});

test("today's sums have a column where there is a recorder", () => {
  assert.equal(keys(1400), "app received_rate sent_rate rate received sent connections remotes");
  assert.match(columnsFor(1400, { hasToday: true }).columns.map(({ key }) => key).join(" "), /rate today received/);
});

test("where no packets are captured there is no column that would say that nothing moves", () => {
  for (const width of [366, 1400]) {
    const found = columnsFor(width, { isCounted: false }).columns.map(({ key }) => key);
    assert.deepEqual(found, ["app", "connections", "remotes"]);
  }
});
