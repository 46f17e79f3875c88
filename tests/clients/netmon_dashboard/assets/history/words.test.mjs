import assert from "node:assert/strict";
import { test } from "node:test";

const { axisTime, bucketName, changeText, gapWords, knownZone, spanName } = await import(
  new URL("../../../../../clients/netmon_dashboard/assets/history/words.js", import.meta.url)
);

const MIDNIGHT = Date.UTC(2026, 2, 29) / 1000; // the day on which Europe's summer time begins

test("days and hours are those of the zone that is told", () => {
  assert.equal(axisTime(MIDNIGHT, "hour", "Asia/Kathmandu"), "05:45");
  assert.equal(bucketName({ start: MIDNIGHT, end: MIDNIGHT + 86400 }, "day", "UTC"), "Sun, 29 Mar 2026");
  assert.equal(bucketName({ start: MIDNIGHT, end: MIDNIGHT + 3600 }, "hour", "Europe/Berlin").endsWith("01:00 – 03:00"), true);
});

test("a bucket of a month has no end in its name", () => {
  assert.equal(bucketName({ start: MIDNIGHT, end: MIDNIGHT + 31 * 86400 }, "month", "UTC"), "March 2026");
});

test("a span within a day names the day once", () => {
  assert.equal(spanName(MIDNIGHT, MIDNIGHT + 3600, "UTC"), "29 Mar, 00:00 – 01:00");
  assert.match(spanName(MIDNIGHT, MIDNIGHT + 86400, "UTC"), /29 Mar, 00:00 – 30 Mar, 00:00/);
});

test("a zone that is none is the browser's own", () => {
  assert.equal(knownZone("Nowhere/Land"), undefined);
  assert.equal(knownZone(""), undefined);
  assert.equal(knownZone("Europe/Berlin"), "Europe/Berlin");
});

test("a change is said in per cent, as a factor, or as new; unknown is nothing", () => {
  const said = [[112, 100], [60, 100], [320, 100], [5, 0], [0, 0], [100, 100]].map(([now, before]) => changeText(now, before));
  assert.deepEqual(said, ["+12 %", "−40 %", "×3.2", "new", "=", "="]);
  assert.equal(changeText(1, null), "");
});

test("gaps are counted all, and those that are not listed too", () => {
  assert.deepEqual([gapWords(1, 1), gapWords(8, 8)], [["1 gap", ""], ["8 gaps", ""]]);
  assert.deepEqual(gapWords(1_301, 8), ["1,301 gaps", "and 1,293 earlier ones"]);
});
