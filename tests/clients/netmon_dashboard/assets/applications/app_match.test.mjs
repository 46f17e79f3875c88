import assert from "node:assert/strict";
import test from "node:test";

import { passing } from "../../../../../clients/netmon_dashboard/assets/applications/app_match.js";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import { app, process, row, store } from "./entries.mjs";

const firefox = app(1, "firefox", { users: ["alice"] });
const sshd = app(2, "sshd", { users: ["root"] });
const curl = app(3, "curl", { users: ["bob", "alice"], connections: 0 });
const all = store([firefox, sshd, curl], [
  row(1, firefox, { proc: process(1, 10, firefox), domain: "news.example.com" }),
  row(2, firefox, { proc: process(1, 10, firefox), remotePort: 80 }),
  row(3, sshd, { proc: process(2, 22, sshd, { user: "root" }), remotePort: 22 }),
  row(4, null, { remotePort: 9999, reason: "gone" }),
  row(5, null, { remainder: "closed", sent: 7 }),
]);

function left(query) {
  const { apps, nobody } = passing(parseQuery(query), all);
  return [...[...apps].map(({ name }) => name), ...(nobody ? ["nobody"] : [])].join(" ");
}

test("without a filter everything is there", () => {
  assert.equal(left(""), "firefox sshd curl nobody");
});

test("an application passes when one of its connections does", () => {
  assert.equal(left("port:22"), "sshd");
  assert.equal(left("port:80,22"), "firefox sshd");
  assert.equal(left("domain:example.com"), "firefox");
  assert.equal(left("port:9999"), "nobody");
  assert.equal(left("is:unknown"), "nobody");
});

test("all terms must hold for one and the same connection", () => {
  assert.equal(left("port:80 domain:example.com"), "");
});

test("an application without connections is found by its name, path and users", () => {
  assert.equal(left("app:curl"), "curl");
  assert.equal(left("cur"), "curl");
  assert.equal(left("user:bob"), "curl");
  assert.equal(left("user:alice"), "firefox curl");
  assert.equal(left("exe:/usr/bin/cu*"), "curl");
  assert.equal(left("app:curl port:443"), "");
});

test("what a filter leaves out is left out", () => {
  assert.equal(left("!app:firefox"), "sshd curl nobody");
  assert.equal(left("!user:root"), "firefox curl nobody");
  assert.equal(left("!sshd"), "firefox curl nobody");
});

test("what has no owner is found by its name too", () => {
  assert.equal(left("unattrib"), "nobody");
});
