import assert from "node:assert/strict";
import { test } from "node:test";
import { readView, writtenView } from "../../../../../clients/netmon_dashboard/assets/connections/view_params.js";

const read = (query, kept = null) => readView(new URLSearchParams(query), kept);

test("an address that says nothing is the usual view, and is written as nothing", () => {
  const view = read("");
  assert.deepEqual(view, {
    sort: { key: "received_rate", descending: true }, showsClosed: false, size: 0, page: 1, columns: null,
  });
  assert.ok(Object.values(writtenView(view)).every((value) => value === null));
});

test("what is read is written back the same", () => {
  const query = { sort: "-total", closed: "1", size: "50", page: "3", cols: "app,pid,rtt" };
  assert.deepEqual(writtenView(read(query)), query);
});

test("nonsense in the address is the usual view", () => {
  assert.deepEqual(read("sort=__proto__&closed=yes&size=7&page=-4&cols=x"), read(""));
  assert.equal(read("page=1e99").page > 0, true);
});

test("the browser's choice of columns holds where the address says none", () => {
  assert.deepEqual(read("", "app,rtt").columns, ["app", "rtt"]);
  assert.deepEqual(read("cols=app,pid", "app,rtt").columns, ["app", "pid"]);
});
