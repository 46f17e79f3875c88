import assert from "node:assert/strict";
import test from "node:test";

import { COLUMNS, columnsFor, tracks } from "../../../../../clients/netmon_dashboard/assets/applications/columns.js";

const keys = (width) => columnsFor(width).columns.map(({ key }) => key).join(" ");

test("a wide table has all columns, a hand's width the name and both rates", () => {
  assert.equal(columnsFor(1400).columns.length, COLUMNS.length);
  assert.equal(columnsFor(0).columns.length, COLUMNS.length);
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
