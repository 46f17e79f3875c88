import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithoutPackets, undismissed } from "../../../../../clients/netmon_dashboard/assets/data/degraded.js";

const limits = (...codes) => codes.map((code) => ({ code, text: `${code}, ${Math.random()}` }));

test("payload alone is counted where the collector says so, and only there", () => {
  assert.ok(isWithoutPackets({ degraded: limits("names.overload", "capture.off") }));
  assert.ok(!isWithoutPackets({ degraded: limits("names.overload") }));
  assert.ok(!isWithoutPackets(null));
});

test("limits that were dismissed stay so, whatever their texts count and whichever of them end", () => {
  const dismissed = new Set(["owners.polled", "names.overload"]);
  for (const codes of [["owners.polled", "names.overload"], ["names.overload"], ["owners.polled"], []]) {
    assert.deepEqual(undismissed(limits(...codes), dismissed), []);
  }
});

test("a limit that is new shows all that there are", () => {
  const some = limits("owners.polled", "names.capture");
  assert.equal(undismissed(some, new Set(["owners.polled"])), some);
  assert.equal(undismissed(some, new Set()), some);
});
