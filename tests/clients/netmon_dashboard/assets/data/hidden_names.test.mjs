import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenName } from "../../../../../clients/netmon_dashboard/assets/data/hidden_names.js";

test("a name that is hidden keeps its stand-in, and another name has another", () => {
  const [one, other] = ["secret.example", "other.example"].map(hiddenName);
  assert.match(one, /^••• \d+$/);
  assert.notEqual(one, other);
  assert.equal(hiddenName("secret.example"), one);
});
