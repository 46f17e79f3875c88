import assert from "node:assert/strict";
import test from "node:test";

import * as facts from "../../../../../clients/netmon_dashboard/assets/overview/facts.js";

const { beginOf, droppedIn, emptyWords, listenerQuery, newcomers, nothingNew, openPorts, unattributedSum } = facts;

test("what was there when the collector started is not new", () => {
  const apps = [
    { name: "old", first: 1_000 },
    { name: "boot", first: 5_009 },
    { name: "mail", first: 5_020 },
    { name: "?", first: null },
  ];
  assert.deepEqual(newcomers(apps, 5_100, 5_000).map((app) => app.name), ["mail"]);
});

test("what is older than ten minutes is not new, and the newest is first", () => {
  const apps = [{ name: "a", first: 4_399 }, { name: "b", first: 4_500 }, { name: "c", first: 4_900 }];
  assert.deepEqual(newcomers(apps, 5_000, 0).map((app) => app.name), ["c", "b"]);
  assert.deepEqual(newcomers(apps, 5_000, null).map((app) => app.name), ["c", "b"]);
});

test("a collector that has not looked for ten minutes does not claim them", () => {
  const age = (seconds) => `${seconds}s`;
  assert.equal(nothingNew(1_060, 1_000, age), "No new application since the collector began to look, 60s ago.");
  assert.equal(nothingNew(9_000, 1_000, age), "No new application in the last 10 minutes.");
  assert.equal(nothingNew(9_000, null, age), "No new application in the last 10 minutes.");
});

test("a recording began with what was seen first, whenever the collector was started", () => {
  const apps = [{ first: 700 }, { first: null }, { first: 650 }];
  assert.equal(beginOf({ packet_source: "recording", collector_start: 9e9 }, apps), 650);
  assert.equal(beginOf({ packet_source: "live", collector_start: 500 }, apps), 500);
  assert.equal(beginOf({ packet_source: "recording", collector_start: 1 }, []), null);
  assert.equal(beginOf(null, apps), null);
});

test("a port that is open over IPv4 and IPv6 is told once", () => {
  const socket = { app: null, name: "sshd", protocol: "tcp", port: 22, user: "root" };
  const other = { ...socket, name: "avahi", protocol: "udp" };
  const found = openPorts([socket, { ...socket }, { ...socket, port: 80 }, other]);
  assert.deepEqual(found.map((one) => [one.name, one.port]), [["avahi", 22], ["sshd", 22], ["sshd", 80]]);
});

test("what listens is looked for by its state, but for UDP, which has none", () => {
  const sshd = { name: "sshd", protocol: "tcp", port: 22 };
  assert.equal(listenerQuery(sshd), "app:sshd lport:22 proto:tcp is:listen");
  assert.equal(listenerQuery({ name: "avahi", protocol: "udp", port: 5353 }), "app:avahi lport:5353 proto:udp");
  assert.equal(listenerQuery({ name: "", protocol: "udp", port: null }), "proto:udp");
});

test("what has no owner is one sum", () => {
  const part = { reason: "gone", sentRate: 1, receivedRate: 2, sent: 3, received: 4, count: 5 };
  assert.deepEqual(unattributedSum([part, part]), { sentRate: 2, receivedRate: 4, sent: 6, received: 8, count: 10 });
});

test("drops are summed", () => {
  assert.equal(droppedIn([{ dropped: 2 }, { dropped: 0 }, { dropped: 5 }]), 7);
});

test("an empty chart says whether nothing came yet, nothing moves, or loopback alone does", () => {
  const nothing = { sent: 0, received: 0, loopback: 0 };
  const some = { hasData: true, samples: [nothing, nothing], totals: nothing, windowName: "60 s" };
  assert.equal(emptyWords({ ...some, hasData: false }), "Loading the last 15 minutes…");
  assert.equal(emptyWords(some), "Waiting for the first packets…");
  assert.equal(emptyWords({ ...some, totals: { sent: 1, received: 0 } }), "Quiet: nothing moved in the last 60 s.");
  assert.match(emptyWords({ ...some, isCounted: false }), /^Packets are not captured/);
  const local = { ...some, samples: [{ ...nothing, loopback: 9 }] };
  assert.equal(emptyWords(local), "Nothing but loopback moved in the last 60 s.");
  assert.equal(emptyWords({ ...some, samples: [nothing, { ...nothing, received: 5 }] }), "");
});
