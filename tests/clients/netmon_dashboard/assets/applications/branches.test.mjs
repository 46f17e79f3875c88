import assert from "node:assert/strict";
import test from "node:test";

import { Branches } from "../../../../../clients/netmon_dashboard/assets/applications/branches.js";
import { app, process, row } from "./entries.mjs";

const firefox = app(1, "firefox", { sent: 1000, received: 5000 });
const [main, worker] = [process(1, 10, firefox), process(2, 11, firefox, { name: "worker" })];
const view = (values = {}) => ({ isHeld: false, matches: () => true, sums: (one) => one, sumsOfRow: (one) => one, ...values });
const brief = (lines) => lines.map((line) => {
  const name = line.title ?? line.proc?.name ?? line.domain ?? line.row?.n ?? line.reason ?? line.query ?? "";
  return `${line.kind} ${name}`.trim();
});

test("processes, connections and what has ended hang below an application, the busiest first", () => {
  const rows = [
    row(1, firefox, { proc: main, receivedRate: 5, sent: 100, received: 1000 }),
    row(2, firefox, { proc: worker, receivedRate: 50, sent: 200, received: 2000 }),
    row(3, firefox, { proc: worker, end: 990, sent: 300, received: 500 }),
  ];
  const lines = new Branches().below(firefox, rows, view());
  assert.deepEqual(brief(lines), [
    "heading Processes", "process worker", "process firefox", "heading Connections", "connection 2", "connection 1", "more app:firefox", "ended",
  ]);
  const { sent, received } = lines.at(-1);
  assert.deepEqual({ sent, received }, { sent: 700, received: 2000 });
});

test("open connections and ended ones are the application's own sum", () => {
  const rows = [row(1, firefox, { proc: main, sent: 100, received: 1000 }), row(2, firefox, { proc: worker, sent: 1, received: 2 })];
  const lines = new Branches().below(firefox, rows, view());
  for (const kind of ["process", "connection"]) {
    const parts = lines.filter((line) => line.kind === kind || line.kind === "ended");
    assert.equal(parts.reduce((sum, part) => sum + part.sent, 0), firefox.sent);
    assert.equal(parts.reduce((sum, part) => sum + part.received, 0), firefox.received);
  }
});

test("nothing is said of domains while none is known", () => {
  const rows = [row(1, firefox, { proc: main }), row(2, firefox, { proc: main, domain: "example.com" }), row(3, firefox, { proc: main, domain: "example.com" })];
  assert.ok(!brief(new Branches().below(firefox, rows.slice(0, 1), view())).includes("heading Domains"));
  const domain = new Branches().below(firefox, rows, view()).find(({ kind }) => kind === "domain");
  assert.equal(domain.domain, "example.com");
  assert.equal(domain.connections, 2);
});

test("ten connections are listed of many, and a line leads to all", () => {
  const rows = Array.from({ length: 25 }, (_, n) => row(n, firefox, { proc: main, sentRate: n }));
  const lines = new Branches().below(firefox, rows, view());
  assert.deepEqual(lines.filter(({ kind }) => kind === "connection").map((line) => line.row.n), [24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
  const heading = lines.find(({ title }) => title === "Connections");
  assert.deepEqual([heading.shown, heading.count, heading.of], [10, 25, 25]);
  assert.equal(lines.find(({ kind }) => kind === "more").words, "Show all 25 in Connections →");
});

test("a filter leaves the connections that fit, and all where it fits the application itself", () => {
  const rows = [row(1, firefox, { proc: main }), row(2, firefox, { proc: main, remotePort: 80 })];
  const listed = (matches) => new Branches().below(firefox, rows, view({ matches })).filter(({ kind }) => kind === "connection").length;
  assert.equal(listed((one) => one.remotePort === 80), 1);
  assert.equal(listed(() => false), 2);
});

test("lists below hold still with the table", () => {
  const rows = [row(1, firefox, { proc: main, sentRate: 9 }), row(2, firefox, { proc: worker, sentRate: 5 })];
  const branches = new Branches();
  const order = (isHeld) => brief(branches.below(firefox, rows, view({ isHeld }))).filter((words) => words.startsWith("process")).join();
  assert.equal(order(false), "process firefox,process worker");
  rows[1].sentRate = 90;
  assert.equal(order(true), "process firefox,process worker");
  assert.equal(order(false), "process worker,process firefox");
});

test("an application of which nothing is left has its sum alone", () => {
  const lines = new Branches().below(firefox, [], view());
  assert.deepEqual(brief(lines), ["ended"]);
  assert.deepEqual([lines[0].sent, lines[0].received], [1000, 5000]);
  assert.deepEqual(new Branches().below(app(2, "idle"), [], view()), []);
});

test("reasons without anything are not listed", () => {
  const parts = [
    { reason: "gone", sentRate: 0, receivedRate: 0, sent: 1, received: 0, count: 0 },
    { reason: "kernel", sentRate: 0, receivedRate: 0, sent: 0, received: 0, count: 0 },
    { reason: "pending", sentRate: 0, receivedRate: 9, sent: 0, received: 9, count: 1 },
  ];
  assert.deepEqual(brief(new Branches().reasons(parts, { isHeld: false, sumsOf: (part) => part })), ["reason pending", "reason gone"]);
});
