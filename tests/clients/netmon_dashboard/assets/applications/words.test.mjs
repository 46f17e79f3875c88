import assert from "node:assert/strict";
import test from "node:test";

import { appQuery, emptyWords, headingWords } from "../../../../../clients/netmon_dashboard/assets/applications/words.js";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";

test("an empty table says why", () => {
  const state = { isWaiting: false, isNothing: false, all: 12, viewer: null };
  assert.equal(emptyWords({ ...state, isWaiting: true }).title, "Waiting for the first data …");
  assert.equal(emptyWords(state).why, "12 applications without it.");
  assert.match(emptyWords({ ...state, isNothing: true, viewer: { sees: "own" } }).why, /your own processes only/);
  assert.doesNotMatch(emptyWords({ ...state, isNothing: true }).why, /only/);
});

test("a heading says how much of what is listed", () => {
  assert.equal(headingWords({ title: "Processes", count: 3, shown: 3, of: 3 }), "Processes · 3");
  assert.equal(headingWords({ title: "Connections", count: 2500, shown: 10, of: 2500 }), "Connections · the busiest 10 of 2,500");
  assert.equal(headingWords({ title: "Connections", count: 4, shown: 4, of: 25 }), "Connections · 4 of 25 match");
  assert.equal(headingWords({ title: "Connections", count: 20, shown: 10, of: 25 }), "Connections · 20 of 25 match, the busiest 10");
});

test("an application's name is a filter, whatever is in it", () => {
  for (const name of ["firefox", "python3 → a b.py", 'a"b', "<b>", "a,b", "-x", "is:remote"]) {
    const { terms } = parseQuery(appQuery(name));
    assert.equal(terms.length, 1);
    assert.deepEqual([terms[0].field, terms[0].negated, terms[0].values[0].pattern], ["application", false, name]);
  }
});
