import assert from "node:assert/strict";
import test from "node:test";

import { Tree } from "../../../../../clients/netmon_dashboard/assets/applications/tree.js";
import { app, process, row } from "./entries.mjs";

const firefox = app(1, "firefox");
const sshd = app(2, "sshd");
const part = { reason: "gone", sentRate: 1, receivedRate: 2, sent: 3, received: 4, count: 5 };
const identity = (one) => one;
const view = (values = {}) => ({
  open: new Set(), rows: [row(1, firefox, { proc: process(1, 10, firefox) }), row(2, sshd)], unattributed: [part, { ...part, reason: "kernel" }], hasNobody: true,
  isHeld: false, matches: () => true, sums: identity, sumsOfRow: identity, sumsOfPart: identity, ...values,
});
const entries = [firefox, sshd].map((one) => ({ app: one, isLeaving: false }));
const brief = (lines) => lines.map(({ kind, level }) => `${kind}${level}`).join(" ");

test("closed, it is a list of the applications, and of what has no owner below them", () => {
  const lines = new Tree().lines(entries, view());
  assert.equal(brief(lines), "app1 app1 nobody1");
  const { sent, received, sentRate, receivedRate, connections } = lines[2];
  assert.deepEqual([sent, received, sentRate, receivedRate, connections], [6, 8, 2, 4, 10]);
});

test("what is open shows what is below it, and stays open by its id", () => {
  const tree = new Tree();
  const open = new Set([firefox.id]);
  const lines = "app1 heading2 process2 heading2 connection2 more2 app1 nobody1";
  assert.equal(brief(tree.lines(entries, view({ open }))), lines);
  const again = { ...firefox, n: 77 };
  const rows = [row(1, again, { proc: process(1, 10, again) })];
  assert.equal(brief(tree.lines([{ app: again, isLeaving: false }, entries[1]], view({ open, rows }))), lines);
  assert.equal(brief(tree.lines(entries, view())), "app1 app1 nobody1");
});

test("what has no owner opens to its reasons and the way to its connections", () => {
  const lines = new Tree().lines(entries, view({ open: new Set(["unattributed"]) }));
  assert.equal(brief(lines), "app1 app1 nobody1 reason2 reason2 more2");
  assert.equal(lines.at(-1).query, "is:unknown");
});

test("there is no line for what has no owner where all has one, or where the filter leaves it out", () => {
  assert.equal(brief(new Tree().lines(entries, view({ unattributed: [] }))), "app1 app1");
  assert.equal(brief(new Tree().lines(entries, view({ open: new Set(["unattributed"]), hasNobody: false }))), "app1 app1");
});

test("each line has a key of its own and names the line that it hangs below", () => {
  const lines = new Tree().lines(entries, view({ open: new Set([firefox.id, sshd.id, "unattributed"]) }));
  const keys = new Set(lines.map(({ key }) => key));
  assert.equal(keys.size, lines.length);
  for (const { parent, level } of lines) assert.ok(level === 1 ? parent === "" : keys.has(parent));
});

test("today's sums stand in the lines of applications and of what has no owner, not below them", () => {
  const today = { apps: { [firefox.id]: [1, 2] }, nobody: [3, 4] };
  const lines = new Tree().lines(entries, view({ open: new Set([firefox.id]), today }));
  assert.deepEqual(lines.filter((line) => line.today).map((line) => [...line.today]), [[1, 2], [0, 0], [3, 4]]);
});
