// {hello, steps: [{message, full}]} in: a store that follows the messages shows what a new one shows that is given the
// full of the same step. With {refreshSeconds} the ticks are merged: then sums are compared, and rates with their mean.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { aStore, shown } from "./store_rooms.mjs";

const { hello, steps, refreshSeconds } = JSON.parse(readFileSync(0, "utf8"));
const { store, link } = aStore();
store.setView({ refreshSeconds });
store.receive(hello);

let compared = 0;
let sumsBefore = new Map();
let timeBefore = null;
for (const { message, full } of steps) {
  store.receive(structuredClone(message));
  if (store.sequence !== full.sequence) continue; // kept back to be merged
  const { store: fresh } = aStore();
  fresh.receive(hello);
  fresh.receive(full);
  compare(shown(store), shown(fresh), message.type);
  compared += 1;
}
assert.deepEqual(link.said.filter((word) => word === "resync"), []);
process.stdout.write(JSON.stringify({ compared, rows: store.rows.size, points: store.series.length }));

function compare(found, expected, kind) {
  if (kind === "tick" && refreshSeconds > 1) {
    compareRates([...found.apps, ...found.rows, ...found.domains], found.summary.dataTime - timeBefore);
    for (const part of [found, expected]) dropRates(part);
  }
  assert.deepStrictEqual(found, expected);
  timeBefore = found.summary.dataTime;
  sumsBefore = new Map([...store.apps.values(), ...store.rows.values()].map((one) => [one.id, { ...one }]));
}

// A remainder takes over what ended rows had moved before: its sum grows by more than its rate.
function compareRates(entries, seconds) {
  for (const { id, sent, received, sentRate, receivedRate, remainder } of entries) {
    const before = sumsBefore.get(id);
    if (id === undefined || before === undefined || remainder) continue;
    assert.ok(Math.abs(sentRate * seconds - (sent - before.sent)) < 0.01 * seconds, `${id} sent`);
    assert.ok(Math.abs(receivedRate * seconds - (received - before.received)) < 0.01 * seconds, `${id} received`);
  }
}

function dropRates(part) {
  const summaries = [part.summary.headline, part.summary.loopback, ...part.unattributed, ...part.unnamed];
  for (const one of [...part.rows, ...part.apps, ...part.domains, ...summaries]) {
    delete one.sentRate;
    delete one.receivedRate;
  }
}
