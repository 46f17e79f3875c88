// What the kernel counts of sockets, within a tick.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newRow } from "../../../../../clients/netmon_dashboard/assets/data/entries.js";
import { applyCounts } from "../../../../../clients/netmon_dashboard/assets/data/socket_counts.js";

const twoRows = () => new Map([1, 2].map((n) => [n, Object.assign(newRow(), { n })]));

test("counts change in place, and those of rows that are not known are left out", () => {
  const rows = twoRows();
  applyCounts(rows, { i: [1, 12.3, 9, 5], x: [1, 4, 9, 1], p: [1, 100, 2000, 2, 0, null, 9, 1, 1] });
  const [one, two] = rows.values();
  assert.deepEqual([one.rttMilliseconds, one.retransmits, one.sentPayload, one.receivedPayload], [12.3, 4, 100, 2000]);
  assert.deepEqual([two.rttMilliseconds, two.sentPayload, two.receivedPayload], [null, 0, null]);
});

test("what is told no more becomes unknown, and what is not spoken of stays", () => {
  const rows = twoRows();
  applyCounts(rows, { i: [1, 12.3], x: [1, 4], p: [1, 100, 2000] });
  applyCounts(rows, { i: [1, null], p: [1, null, null] });
  applyCounts(rows, {});
  const { rttMilliseconds, retransmits, sentPayload } = rows.get(1);
  assert.deepEqual([rttMilliseconds, retransmits, sentPayload], [null, 4, null]);
});
