import assert from "node:assert/strict";
import { test } from "node:test";
import { domainsCommand } from "../../../../../clients/netmon_dashboard/assets/domains/command.js";

const command = (query, view = {}) =>
  domainsCommand(new URLSearchParams(query), { units: "si", socket: "", browsers: ["Firefox"], ...view });

test("the usual view is the usual command, in the page's order", () => {
  assert.equal(command(""), "netmon-cli domains --sort -received_rate");
});

test("a name is the pattern, a browser the browser, and what is open asks for full names", () => {
  assert.equal(command({ q: "domain:example.org", sort: "-total" }), "netmon-cli domains example.org --sort -total");
  assert.equal(command({ q: "*.example.org app:firefox", open: "is a" }), "netmon-cli domains '*.example.org' --browser firefox --full --sort -received_rate");
});

test("other terms are kept, as the filter that they are", () => {
  assert.equal(command({ q: "app:curl !example total:>1M" }), "netmon-cli domains -F 'app:curl !example total:>1M' --sort -received_rate");
  assert.equal(command({ q: "example.org source:dns" }), "netmon-cli domains -F 'example.org source:dns' --sort -received_rate");
  assert.equal(command({ q: "a.example b.example" }), "netmon-cli domains -F 'a.example b.example' --sort -received_rate");
  assert.equal(command({ q: "domain:a.example,b.example" }), "netmon-cli domains -F domain:a.example,b.example --sort -received_rate");
  assert.equal(command({ q: "!app:firefox" }), "netmon-cli domains -F '!app:firefox' --sort -received_rate");
});

test("a query that is none asks for nothing", () => {
  assert.equal(command({ q: "nope:1" }), "netmon-cli domains --sort -received_rate");
});

test("units and the socket are told", () => {
  assert.equal(command("", { units: "bit", socket: "/run/x.sock" }), "netmon-cli --socket /run/x.sock domains --sort -received_rate --units bit");
});
