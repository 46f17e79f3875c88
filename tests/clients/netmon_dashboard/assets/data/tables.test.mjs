// Whose row a number or an id means, from one full to the next. What a real hub sends is in test_store_history.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tables } from "../../../../../clients/netmon_dashboard/assets/data/tables.js";

const HELLO = { app_columns: ["n", "id"], process_columns: ["n", "pid", "start"], row_columns: ["n", "id"] };
const FULL = { interval: 1, apps: [[1, "a1"]], r: { procs: [], rows: [[1, "c1"]], closed: [] } };

function filledTables() {
  const tables = new Tables();
  tables.useColumns(HELLO);
  tables.replace(FULL);
  return tables;
}

test("the same run of the collector means the same row by an id, whatever its number is", () => {
  const tables = filledTables();
  const row = tables.rows.get(1);
  tables.replace({ ...FULL, r: { ...FULL.r, rows: [[7, "c1"]] } });
  assert.equal(tables.rows.get(7), row);
});

test("another run means other rows by the same ids, and the same applications", () => {
  const tables = filledTables();
  const [row, app] = [tables.rows.get(1), tables.apps.get(1)];
  tables.beginAnew();
  assert.equal(tables.rows.get(1), row); // shown until what is new has come
  tables.replace(FULL);
  const other = tables.rows.get(1);
  assert.notEqual(other, row);
  assert.equal(tables.apps.get(1), app);
  tables.replace(FULL);
  assert.equal(tables.rows.get(1), other);
});
