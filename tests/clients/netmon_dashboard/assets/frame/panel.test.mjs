// Who else is concerned when monitoring is stopped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { otherClients } from "../../../../../clients/netmon_dashboard/assets/frame/panel.js";

test("the dashboard does not count itself among the others", () => {
  assert.equal(otherClients({ clients: 1 }), "no other client is connected");
  assert.equal(otherClients({ clients: 2 }), "1 other client is connected");
  assert.equal(otherClients({ clients: 1235 }), "1,234 other clients are connected");
});

test("without an answer it says that there may be some", () => {
  assert.equal(otherClients(null), "other clients may be connected");
});
