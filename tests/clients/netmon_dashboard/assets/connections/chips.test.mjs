import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import {
  CHIPS,
  hasChip,
  narrowed,
  toggleChip,
} from "../../../../../clients/netmon_dashboard/assets/connections/chips.js";

const [TCP, UDP, REMOTE, ACTIVE, NO_LISTEN] = CHIPS;

test("each chip writes a query that can be read, is lit by it, and takes it out again", () => {
  for (const chip of CHIPS) {
    const text = toggleChip("app:firefox", chip);
    assert.equal(parseQuery(text).terms.length, 2);
    assert.ok(hasChip(text, chip), chip.label);
    assert.equal(toggleChip(text, chip), "app:firefox");
  }
});

test("TCP and UDP together are a choice, not a contradiction", () => {
  const both = toggleChip(toggleChip("", TCP), UDP);
  assert.equal(both, "proto:tcp,udp");
  assert.ok(hasChip(both, TCP) && hasChip(both, UDP));
  assert.equal(toggleChip(both, TCP), "proto:udp");
});

test("chips of the same field stay terms of their own", () => {
  const text = [REMOTE, ACTIVE, NO_LISTEN].reduce(toggleChip, "");
  assert.equal(text, "is:remote is:active !is:listen");
  assert.equal(toggleChip(text, ACTIVE), "is:remote !is:listen");
});

test("what somebody typed lights the chips too", () => {
  assert.ok(hasChip("PROTO:UDP,tcp  -is:LISTEN", TCP));
  assert.ok(hasChip("-is:listen", NO_LISTEN));
  assert.ok(!hasChip("is:listen", NO_LISTEN));
  assert.ok(!hasChip("!proto:tcp", TCP));
});

test("hiding an application turns a search for it round", () => {
  assert.equal(narrowed("port:443", "app", "curl", true), "port:443 !app:curl");
  assert.equal(narrowed("app:curl port:443", "app", "curl", true), "!app:curl port:443");
});

test("a name with quotes and spaces is found again, an endless one by its beginning", () => {
  const [{ values }] = parseQuery(narrowed("", "app", 'say "hi", \\ you')).terms;
  assert.equal(values[0].pattern, 'say "hi", \\ you');
  const [long] = parseQuery(narrowed("", "app", "a".repeat(10_000))).terms;
  assert.match(long.values[0].pattern, /^a{250}\*$/);
});

test("a half typed query is not spoilt", () => {
  assert.equal(toggleChip("app:", TCP), "app: proto:tcp");
});
