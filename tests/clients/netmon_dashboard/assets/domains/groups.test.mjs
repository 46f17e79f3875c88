import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, isSure, sharesOf } from "../../../../../clients/netmon_dashboard/assets/domains/groups.js";
import { app, domain, itself } from "./entries.mjs";

const firefox = app(1, "firefox");
const curl = app(2, "curl");

test("subdomains are folded into their registrable domain, with the sums of all", () => {
  const domains = [domain(1, "www.example.org", [[firefox, 1, 2]], { sentRate: 5 }), domain(2, "cdn.example.org", [[firefox, 10, 20], [curl, 1, 1]], { receivedRate: 7 }), domain(3, "other.net", [[curl, 3, 3]])];
  const [first, second] = groupsOf(domains, itself);
  assert.deepEqual([first.name, first.domains.length, first.sent, first.received, first.sentRate, first.receivedRate], ["example.org", 2, 12, 23, 5, 7]);
  assert.deepEqual([first.connections, first.first, first.last], [2, 11, 22]);
  assert.deepEqual(first.shares.map(({ name, sent, received }) => [name, sent, received]), [["firefox", 11, 22], ["curl", 1, 1]]);
  assert.equal(second.name, "other.net");
});

test("the surest source of a group is told", () => {
  const domains = [domain(1, "a.example.org", [], { source: "dns" }), domain(2, "b.example.org", [], { source: "quic" }), domain(3, "c.example.org", [], { source: "" })];
  assert.equal(groupsOf(domains, itself)[0].source, "quic");
  assert.deepEqual(["sni", "quic", "dns", "hosts_file", ""].map(isSure), [true, true, false, false, false]);
});

test("a name without a registrable domain is a group of its own, and so are all others", () => {
  const domains = [domain(1, "printer", [], { registrable: "" }), domain(2, "", [], { registrable: "", isOthers: true })];
  assert.deepEqual(groupsOf(domains, itself).map(({ name, isOthers }) => [name, isOthers]), [["printer", false], ["", true]]);
});

test("applications that are gone keep their name, and nobody stays nobody", () => {
  const gone = domain(1, "example.org", [[null, 5, 5]]);
  gone.apps.push({ app: null, name: "updater", sent: 1, received: 1 });
  assert.deepEqual(sharesOf([gone]).map(({ name }) => name), ["", "updater"]);
});

test("sums of applications are those that one asks for too, and the busiest of them is first", () => {
  const one = domain(1, "example.org", [[firefox, 100, 100], [curl, 5, 5]]);
  const [group] = groupsOf([one], itself, (_, { app, sent }) => ({ sent: app === firefox ? 0 : sent, received: 0 }));
  assert.deepEqual(group.shares.map(({ name, sent, received }) => [name, sent, received]), [["curl", 5, 0], ["firefox", 0, 0]]);
});

test("sums are those that one asks for", () => {
  const [group] = groupsOf([domain(1, "example.org", [[firefox, 100, 100]])], () => ({ sent: 1, received: 2 }));
  assert.deepEqual([group.sent, group.received], [1, 2]);
});
