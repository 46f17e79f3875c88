import assert from "node:assert/strict";
import test from "node:test";

import { formatOpen, parseOpen } from "../../../../../clients/netmon_dashboard/assets/data/open_ids.js";

test("what is open goes into the address and comes back", () => {
  const ids = ["exe:/usr/bin/a,b", "script:50% of it", "unattributed", "exe:/opt/%2C/x"];
  assert.deepEqual(parseOpen(formatOpen(ids)), ids);
  assert.equal(formatOpen(["exe:/usr/bin/firefox"]), "exe:/usr/bin/firefox");
  assert.deepEqual([parseOpen(null), parseOpen(""), parseOpen(",,"), parseOpen("%zz")], [[], [], [], ["%zz"]]);
  assert.equal(parseOpen(formatOpen(Array.from({ length: 50 }, (_, n) => `a${n}`))).length, 8);
});
