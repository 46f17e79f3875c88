import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf } from "../../../../../clients/netmon_dashboard/assets/domains/groups.js";
import { linesOf, UNNAMED_ID } from "../../../../../clients/netmon_dashboard/assets/domains/tree.js";
import { app, domain, itself } from "./entries.mjs";

const firefox = app(1, "firefox");
const unnamed = [
  { reason: "older", sent: 1, received: 1, sentRate: 0, receivedRate: 0, count: 1 },
  { reason: "encrypted_dns", sent: 10, received: 5, sentRate: 1, receivedRate: 2, count: 3 },
  { reason: "not_seen", sent: 0, received: 0, sentRate: 0, receivedRate: 0, count: 0 },
];
const lines = (domains, open = [], parts = []) =>
  linesOf(groupsOf(domains, itself), { open: new Set(open), unnamed: parts, sums: itself, sumsOfPart: itself });
const brief = (all) => all.map(({ kind, name, title, reason }) => `${kind} ${title ?? reason ?? name ?? ""}`.trim());

test("a domain that is open shows its names, its applications and the way to its connections", () => {
  const domains = [domain(1, "www.example.org", [[firefox, 1, 2]]), domain(2, "example.org", [[firefox, 5, 5]])];
  const found = lines(domains, ["is example.org"]);
  assert.deepEqual(brief(found), [
    "domain example.org", "heading Names", "fullname example.org", "fullname www.example.org", "heading Applications", "app firefox", "more",
  ]);
  assert.equal(found.at(-1).query, "domain:example.org");
  assert.equal(found.at(-2).query, "app:firefox domain:example.org");
  assert.equal(new Set(found.map(({ key }) => key)).size, found.length);
});

test("the line of a name leads to that name alone, the line of the domain to all below it", () => {
  const domains = [domain(1, "www.example.org", [[firefox, 1, 2]]), domain(2, "example.org", [[firefox, 5, 5]])];
  const queries = lines(domains, ["is example.org"]).filter(({ name }) => name !== undefined).map(({ query }) => query);
  assert.deepEqual(queries, [
    "domain:example.org", "domain:example.org !domain:*.example.org", "domain:www.example.org !domain:*.www.example.org",
    "app:firefox domain:example.org",
  ]);
});

test("a domain of one name that is its own does not repeat it", () => {
  assert.deepEqual(brief(lines([domain(1, "example.org", [])], ["is example.org"])), ["domain example.org", "more"]);
});

test("without open connections there is no way to them, and the line is one of the past", () => {
  const [line, ...below] = lines([domain(1, "example.org", [[firefox, 1, 1]], { connections: 0 })], ["is example.org"]);
  assert.equal(line.isOver, true);
  assert.deepEqual(brief(below), ["heading Applications", "app firefox"]);
});

test("what has no name is one line, its reasons below by weight", () => {
  const [line] = lines([], [], unnamed);
  assert.deepEqual([line.kind, line.sent, line.received, line.connections, line.receivedRate], ["nobody", 11, 6, 4, 2]);
  assert.deepEqual(brief(lines([], [UNNAMED_ID], unnamed)), ["nobody", "reason encrypted_dns", "reason older"]);
  assert.deepEqual(lines([], [], []), []);
});
