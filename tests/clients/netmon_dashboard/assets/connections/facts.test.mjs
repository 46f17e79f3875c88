import assert from "node:assert/strict";
import { test } from "node:test";
import {
  factGroups,
  filterOffers,
  rowAsJson,
  rowAsText,
  siblings,
} from "../../../../../clients/netmon_dashboard/assets/connections/facts.js";
import { aLook, aRow } from "./a_row.mjs";

const PROC = {
  pid: 42, name: "curl", user: "alice", parentPid: 7, parentName: "bash", commandLine: "curl http://<b>x</b>",
  executable: "/usr/bin/curl",
};
const FULL = {
  app: "curl", proc: PROC, localAddress: "192.0.2.1", localPort: 50000, remoteAddress: "2001:db8::1", remotePort: 443,
  received: 1_234_567,
  ownerMethod: "exact", ownerConfidence: "certain", holders: ["sh"], rttMilliseconds: 12.3, retransmits: 2,
};

function valuesOf(row, look = aLook()) {
  const all = factGroups(row, look).flatMap(({ facts }) => facts);
  return new Map(all.map(({ label, value }) => [label, value]));
}

test("everything that is known stands there, and nothing that is not", () => {
  const values = valuesOf(aRow(FULL));
  assert.equal(values.get("Remote"), "[2001:db8::1]:443");
  assert.equal(values.get("Received"), "1.23 MB (1,234,567 B)");
  assert.equal(values.get("Parent"), "bash (7)");
  assert.equal(values.get("Command line"), "curl http://<b>x</b>");
  assert.equal(values.get("Found by"), "exact socket");
  assert.equal(values.get("Also held by"), "sh");
  assert.equal(values.get("Round trip"), "12.3 ms");
  assert.ok(!values.has("Domain") && !values.has("Container") && !values.has("Closed"));
});

test("a connection without an owner says why", () => {
  const values = valuesOf(aRow({ reason: "gone" }));
  assert.equal(values.get("Application"), "nobody");
  assert.equal(values.get("Why"), "gone before it could be looked up");
  assert.ok(!values.has("PID") && !values.has("How sure"));
});

test("payload stands beside captured bytes, and in their place where nothing is captured", () => {
  const own = aRow({ ...FULL, received: 0, sent: 0, receivedPayload: 1500, sentPayload: 0 });
  const look = aLook({ isWithoutPackets: true });
  const values = valuesOf(own, look);
  assert.deepEqual([values.get("Payload received"), values.get("Payload sent")], ["1.50 kB (1,500 B)", "0 B"]);
  assert.ok(!values.has("Received") && !values.has("↓ now"));
  const asked = factGroups(aRow(FULL), aLook(), true, { sent: 7, received: null }).flatMap(({ facts }) => facts);
  const labels = asked.map(({ label }) => label);
  assert.ok(labels.includes("Payload sent") && labels.includes("Received") && !labels.includes("Payload received"));
  assert.equal(JSON.parse(rowAsJson(own)).received_payload_bytes, 1500);
});

test("an owner that is not certain says what it was concluded from", () => {
  const sure = (given) => valuesOf(aRow({ ...FULL, ...given })).get("How sure");
  assert.equal(sure({}), "certain");
  assert.match(sure({ ownerMethod: "sibling", ownerConfidence: "inferred" }), /^inferred: it alone opened/);
  assert.match(sure({ ownerMethod: "creator", ownerConfidence: "inferred" }), /^inferred: it made the socket/);
  assert.equal(sure({ ownerMethod: "of tomorrow", ownerConfidence: "inferred" }), "inferred");
});

test("a closed one has an end and no speed", () => {
  const values = valuesOf(aRow({ ...FULL, end: 1050 }));
  assert.ok(values.has("Closed") && !values.has("↓ now"));
  assert.equal(values.get("State"), "✕ closed");
});

test("a row that stands for many says so and has sums only", () => {
  const row = aRow({ remainder: "closed", state: "", protocol: "", received: 10 });
  assert.deepEqual(factGroups(row, aLook()).map(({ title }) => title), ["Traffic (captured IP bytes)"]);
  assert.match(rowAsText(row, aLook()), /^\(ended connections\)\n/);
  assert.deepEqual(filterOffers(row), []);
});

test("as JSON it has the names of the command line's rows", () => {
  const fields = JSON.parse(rowAsJson(aRow(FULL)));
  assert.equal(fields.remote, "[2001:db8::1]:443");
  assert.equal(fields.pid, 42);
  assert.equal(fields.start_time, "1970-01-01T00:16:40.000Z");
  assert.equal(fields.domain, null);
});

test("siblings are of the same process, application and address, and open", () => {
  const row = aRow(FULL);
  const same = { ...aRow(FULL), app: row.app, proc: row.proc };
  const ended = { ...same, end: 5 };
  const elsewhere = { ...aRow({ remoteAddress: "192.0.2.9" }), app: row.app };
  const found = siblings(row, [row, same, ended, elsewhere, aRow({ remoteAddress: "2001:db8::1" })]);
  const wanted = [["pid", "42", 1], ["app", "curl", 2], ["rip", "2001:db8::1", 2]];
  assert.deepEqual(found.map(({ field, value, count }) => [field, value, count]), wanted);
});

test("a row offers what it can be filtered by; a listener its own port", () => {
  const wanted = [["app", "curl"], ["rip", "2001:db8::1"], ["port", "443"], ["pid", "42"]];
  assert.deepEqual(filterOffers(aRow(FULL)).map(({ field, value }) => [field, value]), wanted);
  assert.deepEqual(filterOffers(aRow({ localPort: 22 })), [{ label: "Port", field: "port", value: "22" }]);
});

test("of one that is no longer listed nothing is said of now", () => {
  const labels = factGroups(aRow(FULL), aLook(), false).flatMap(({ facts }) => facts.map(({ label }) => label));
  assert.ok(!labels.includes("↓ now") && labels.includes("Received"));
});
