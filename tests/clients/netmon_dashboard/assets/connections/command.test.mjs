import assert from "node:assert/strict";
import { test } from "node:test";
import {
  commandFromAddress,
  isAboutClosed,
} from "../../../../../clients/netmon_dashboard/assets/connections/command.js";

const PLAIN = { hasListeners: false, units: "si", socket: "" };
const command = (query, view = {}) => commandFromAddress(new URLSearchParams(query), { ...PLAIN, ...view });

test("the filter and the order of the page are those of the command", () => {
  assert.equal(command({ q: "app:firefox" }), "netmon-cli connections -F app:firefox --sort -received_rate");
  const sorted = command({ q: "app:firefox port:443", sort: "remote" });
  assert.equal(sorted, "netmon-cli connections -F 'app:firefox port:443' --sort remote");
});

test("nothing of a query gets out of its quotes", () => {
  const hostile = command({ q: "app:'; rm -rf /; '" });
  assert.equal(hostile, "netmon-cli connections -F 'app:'\\''; rm -rf /; '\\''' --sort -received_rate");
  assert.ok(!/[\u0000-\u001f]/.test(command({ q: "app:\u001b[2J\n" })));
});

test("listening sockets are listed where the page lists them, and closed ones where it does", () => {
  assert.equal(command({}, { hasListeners: true }), "netmon-cli connections -F '!is:closed' --sort -received_rate");
  assert.equal(command({ q: "!is:listen" }), "netmon-cli connections -F '!is:listen !is:closed' --sort -received_rate");
  assert.equal(command({ q: "is:closed" }), "netmon-cli connections -F is:closed --sort -received_rate");
  assert.equal(command({ q: "app:a", closed: "1" }), "netmon-cli connections --all -F app:a --sort -received_rate");
});

test("columns, units and socket are said where they are not the usual ones", () => {
  assert.equal(
    command({ cols: "app,rtt,started", sort: "-started" }, { units: "bit", socket: "/run/my socket" }),
    "netmon-cli --socket '/run/my socket' connections --sort age --columns app,rtt --units bit",
  );
});

test("an order that is none is the usual one", () => {
  assert.equal(command({ sort: "$(reboot)" }), "netmon-cli connections --sort -received_rate");
});

test("a query about closed connections is known in any case and in either sense", () => {
  const about = ["is:closed", "!is:closed", "state:closed,listen", "IS:Closed"];
  for (const text of about) assert.ok(isAboutClosed(text), text);
  for (const text of ["closed", "app:closed", "is:", ""]) assert.ok(!isAboutClosed(text), text);
});
