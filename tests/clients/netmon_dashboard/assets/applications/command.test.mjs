import assert from "node:assert/strict";
import test from "node:test";

import { applicationsCommand } from "../../../../../clients/netmon_dashboard/assets/applications/command.js";

const command = (query, view = {}) => applicationsCommand(new URLSearchParams(query), { units: "si", socket: "", ...view });

test("the command lists what the page shows", () => {
  assert.equal(command(""), "netmon-cli apps --sort -received_rate");
  assert.equal(command("q=app%3Afirefox+port%3A443&sort=app"), "netmon-cli apps -F 'app:firefox port:443' --sort app");
  assert.equal(command("open=exe%3A%2Fx", { units: "bit" }), "netmon-cli apps --tree --sort -received_rate --units bit");
  assert.equal(command("sort=nonsense", { socket: "/tmp/a b" }), "netmon-cli --socket '/tmp/a b' apps --sort -received_rate");
});

test("today's sums are not of the command's, so its usual order stands", () => {
  assert.equal(command("sort=-today"), "netmon-cli apps --sort -received_rate");
});

test("what a name holds is quoted for a shell", () => {
  assert.equal(command("q=%22a%27%3B+rm+-rf+x%22"), "netmon-cli apps -F '\"a'\\''; rm -rf x\"' --sort -received_rate");
});
