// The chip and the notices, for each state that the server or the socket can be in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chipOf, conditionOf, isOutOfDate, noticeOf, retrySeconds, wholeSeconds } from "../../../../../clients/netmon_dashboard/assets/frame/condition.js";

const NOW = 1_700_000_000;
const clock = () => "14:03";

function aStore(changes = {}) {
  return {
    connected: true,
    socketProblem: "",
    socketRetryAt: null,
    state: { state: "live", since: NOW - 60, retry_at: null, title: "Live", text: "", command: "" },
    view: { paused: false },
    dataTime: NOW - 4,
    time: () => NOW,
    behindSeconds: () => 4.2,
    ...changes,
  };
}

const said = (word, more = {}) => ({
  state: { state: word, since: NOW - 4, retry_at: null, title: "Title", text: "Text", command: "cmd", ...more },
});
const chipText = (store) => chipOf(store, clock).text;

test("a collector that ticks is live, and there is nothing to notice", () => {
  const chip = chipOf(aStore(), clock);
  assert.deepEqual(chip, { condition: "live", tone: "green", glyph: "●", text: "Live" });
  assert.equal(noticeOf(aStore()), null);
});

test("a paused view says how far it is behind, and is not out of date", () => {
  const store = aStore({ view: { paused: true }, behindSeconds: () => 12.3 });
  assert.equal(chipText(store), "Paused, 12 s behind");
  assert.equal(chipOf(store, clock).tone, "blue");
  assert.equal(isOutOfDate(conditionOf(store)), false);
});

test("a state of the collector goes before the pause of the view", () => {
  assert.equal(conditionOf(aStore({ ...said("stopped"), view: { paused: true } })), "stopped");
});

test("stale counts from the last data, in chip and notice alike", () => {
  const store = aStore(said("stale"));
  assert.equal(chipText(store), "Stale 4 s");
  assert.equal(noticeOf(store).title, "No sign of life from the collector for 4 s");
  assert.equal(noticeOf(store).command, "cmd");
});

test("stale without any data counts from when it was said", () => {
  assert.equal(chipText(aStore({ ...said("stale"), dataTime: 0 })), "Stale 4 s");
});

test("stopped says since when, in grey", () => {
  const chip = chipOf(aStore(said("stopped")), clock);
  assert.deepEqual([chip.text, chip.tone], ["Stopped since 14:03", "grey"]);
});

test("an unavailable collector says when it is tried again, by the clock of the machine", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: NOW * 1000 });
  // A recording's own time is hours away from it: store.time() must not be used here.
  const store = aStore({ ...said("unavailable", { retry_at: NOW + 1.5 }), time: () => NOW - 9000 });
  assert.equal(chipText(store), "Collector unavailable, retry in 2 s");
  assert.equal(chipText({ ...store, ...said("unavailable", { retry_at: NOW - 0.2 }) }), "Collector unavailable, trying again…");
  assert.equal(chipText({ ...store, ...said("unavailable", { retry_at: NOW - 9 }) }), "Collector unavailable, retrying");
});

test("a retry on a clock that is far off is not told", () => {
  const store = aStore(said("unavailable", { retry_at: NOW + 8000 }));
  assert.equal(retrySeconds("unavailable", store, NOW), null);
});

test("a collector that refuses and one of another version have words of their own, in red", () => {
  for (const [word, text] of [["refused", "Not permitted"], ["version", "Versions do not fit"]]) {
    const chip = chipOf(aStore(said(word)), clock);
    assert.deepEqual([chip.text, chip.tone], [text, "red"]);
    assert.equal(noticeOf(aStore(said(word))).title, "Title");
  }
});

test("a closed socket is another thing than a lost collector", () => {
  const store = aStore({ connected: false, socketProblem: "gone", socketRetryAt: NOW + 2 });
  assert.equal(chipText(store), "Dashboard gone, retry in 2 s");
  assert.equal(noticeOf(store).command, "netmon-dashboard");
});

test("a socket that is refused asks for the new link", () => {
  const store = aStore({ connected: false, socketProblem: "refused" });
  assert.equal(conditionOf(store), "locked");
  assert.match(noticeOf(store).text, /Open the link/);
});

test("before the first socket it connects", () => {
  const store = aStore({ connected: false, state: null, dataTime: 0 });
  assert.equal(chipText(store), "Connecting…");
  assert.equal(noticeOf(store).title, "Connecting…");
});

test("a state that this page does not know is not taken for live", () => {
  assert.equal(isOutOfDate(conditionOf(aStore(said("dreaming")))), true);
});

test("every state has a glyph and a text, never a colour alone", () => {
  for (const word of ["live", "connecting", "stale", "stopped", "unavailable", "refused", "version"]) {
    const chip = chipOf(aStore(said(word)), clock);
    assert.ok(chip.glyph.length > 0 && chip.text.length > 0, word);
  }
});

test("lengths are told in the unit that fits", () => {
  assert.deepEqual([0, 59.6, 119, 120, 7199, 7200].map(wholeSeconds), ["0 s", "60 s", "119 s", "2 min", "120 min", "2 h"]);
});
