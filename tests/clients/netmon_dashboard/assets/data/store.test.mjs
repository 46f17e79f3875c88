// The store, fed by hand. What a real hub sends is compared in test_store_history.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aStore } from "./store_rooms.mjs";

const HELLO = {
  type: "hello",
  interval: 1,
  app_columns: ["n", "id", "name", "sent", "received", "ds", "dr"],
  process_columns: ["n", "pid", "name", "start", "app"],
  row_columns: ["n", "id", "app", "process", "state", "end", "sent", "received", "ds", "dr", "last", "weather"],
};

const NOW = 2_000_000_000;

function summary(sequence, more = {}) {
  return {
    sequence,
    time: NOW + sequence,
    interval: 1,
    headline: [0, 0],
    totals: [0, 0],
    loopback: [0, 0],
    active: 0,
    listening: 0,
    share: null,
    dropped: 0,
    ...more,
  };
}

function aRow(n, { id = `c${n}`, app = 1, process = 1, end = null, sent = 0, received = 0, ds = 0, dr = 0 } = {}) {
  return [n, id, app, process, "established", end, sent, received, ds, dr, null, "sunny"];
}

function aFull(sequence, { apps = [[1, "a1", "firefox", 0, 0, 0, 0]], rows = [aRow(1), aRow(2)], ...more } = {}) {
  const r = { procs: [[1, 4711, "firefox", 5, 1]], rows, closed: [], omitted: [0, 0, 0] };
  const plain = { type: "full", epoch: 1, series: [], names: {}, marks: [], apps, unattributed: [], listeners: [], r };
  return { ...plain, ...summary(sequence), ...more };
}

function aTick(sequence, more = {}) {
  return { type: "tick", ...summary(sequence), ...more };
}

/** A store that was greeted and has a full of sequence 1. */
function aFilledStore() {
  const made = aStore();
  made.kinds = [];
  made.store.subscribe((kind) => made.kinds.push(kind));
  made.store.receive(HELLO);
  made.store.receive(aFull(1));
  return made;
}

test("objects stay the same through ticks and fulls", () => {
  const { store } = aFilledStore();
  const [row, app, proc] = [store.rows.get(1), store.apps.get(1), store.procs.get(1)];
  store.receive(aTick(2, { a: [1, 10, 20], r: { d: [1, 10, 20] } }));
  store.receive(aTick(3, { r: { rows: [aRow(1, { sent: 10, received: 20 })] } }));
  store.receive(aFull(4));
  assert.equal(store.rows.get(1), row);
  assert.equal(store.apps.get(1), app);
  assert.equal(store.procs.get(1), proc);
  assert.equal(row.app, app);
  assert.equal(row.proc, proc);
  assert.equal(proc.app, app);
});

test("a restarted dashboard counts anew and means the same rows", () => {
  const { store } = aFilledStore();
  const row = store.rows.get(1);
  store.receive(HELLO);
  store.receive(aFull(9, { apps: [[7, "a1", "firefox", 0, 0, 0, 0]], rows: [aRow(50, { id: "c1", app: 7 })] }));
  assert.equal(store.rows.get(50), row);
  assert.equal(row.n, 50);
  assert.deepEqual([...store.rows.keys()], [50]);
});

test("rows outlive a visit to a page without them", () => {
  const { store } = aFilledStore();
  const row = store.rows.get(1);
  const { r, ...withoutRows } = aFull(2);
  store.receive(withoutRows);
  assert.deepEqual([store.hasRows, store.rows.size], [false, 0]);
  store.receive(aFull(3));
  assert.equal(store.rows.get(1), row);
  assert.ok(store.hasRows);
});

test("rates are those of the tick, and nothing that came is zero", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { interval: 2, headline: [100, 300], a: [1, 100, 300], r: { d: [1, 40, 60, 2, 60, 240] } }));
  assert.deepEqual(store.headline, { sentRate: 50, receivedRate: 150 });
  assert.deepEqual([store.rows.get(1).sentRate, store.rows.get(2).receivedRate], [20, 120]);
  assert.deepEqual([store.apps.get(1).sentRate, store.apps.get(1).received], [50, 300]);
  store.receive(aTick(3, { r: { d: [2, 1, 1] } }));
  assert.deepEqual([store.rows.get(1).sentRate, store.rows.get(2).sentRate, store.apps.get(1).sentRate], [0, 1, 0]);
});

test("columns that are not known are left out, those that are not sent keep their default", () => {
  const { store } = aFilledStore();
  const row = store.rows.get(1);
  assert.equal(row.weather, undefined);
  assert.deepEqual([row.rttMilliseconds, row.holders, row.domain], [null, [], ""]);
});

test("messages of a kind that is not known are left out", () => {
  const { store, kinds } = aFilledStore();
  store.receive({ type: "weather" });
  assert.deepEqual(kinds, ["hello", "full"]);
});

test("a tick that does not follow asks for a full, once", () => {
  const { store, link, room } = aFilledStore();
  store.receive(aTick(4));
  store.receive(aTick(5));
  assert.deepEqual(link.said.filter((word) => word === "resync"), ["resync"]);
  assert.equal(store.sequence, 1);
  room.now += 3;
  store.receive(aTick(6));
  assert.equal(link.said.filter((word) => word === "resync").length, 2);
  store.receive(aFull(6));
  store.receive(aTick(7));
  assert.equal(store.sequence, 7);
});

test("a row of a process that was never sent asks for a full", () => {
  const { store, link } = aFilledStore();
  store.receive(aTick(2, { r: { rows: [aRow(3, { process: 99 })] } }));
  assert.equal(store.rows.get(3).proc, null);
  assert.ok(link.said.includes("resync"));
});

test("a row that ended stays for a minute", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { r: { closed: [1, NOW + 1.5], s: [1, "closed"] } }));
  assert.deepEqual([store.rows.get(1).end, store.rows.get(1).state], [NOW + 1.5, "closed"]);
  store.receive(aTick(3, { time: NOW + 61 }));
  assert.ok(store.rows.has(1));
  store.receive(aTick(4, { time: NOW + 62 }));
  assert.ok(!store.rows.has(1));
});

test("what the hub forgets is gone", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { a: [1, 5, 5], r: { d: [2, 5, 5] } }));
  store.receive(aTick(3, { apps_gone: [1], r: { gone: [2] } }));
  store.receive(aTick(4));
  assert.deepEqual([[...store.apps.keys()], [...store.rows.keys()]], [[], [1]]);
});

test("a slower view merges ticks: one change, exact sums, the mean as rate", () => {
  const { store, kinds } = aFilledStore();
  store.setView({ refreshSeconds: 5 });
  for (let i = 0; i < 4; i += 1) {
    store.receive(aTick(2 + i, { headline: [10, 0], a: [1, 10, 0], top: [[1, 10, 0]], r: { d: [1, 10, 0] } }));
  }
  assert.deepEqual([store.sequence, store.series.length, store.rows.get(1).sent], [1, 0, 0]);
  store.receive(aTick(6, { dropped: 3 }));
  assert.deepEqual([store.sequence, store.series.length, store.dropped], [6, 5, 3]);
  assert.deepEqual([store.rows.get(1).sent, store.rows.get(1).sentRate], [40, 8]);
  assert.deepEqual([store.headline.sentRate, store.apps.get(1).sentRate], [8, 8]);
  assert.deepEqual(kinds, ["hello", "full", "view", "tick"]);
});

test("a view that is made faster shows at once what was kept back", () => {
  const { store } = aFilledStore();
  store.setView({ refreshSeconds: 10 });
  store.receive(aTick(2));
  store.receive(aTick(3));
  store.setView({ refreshSeconds: 1 });
  assert.equal(store.sequence, 3);
});

test("a full throws away what was kept back: it holds it", () => {
  const { store } = aFilledStore();
  store.setView({ refreshSeconds: 10 });
  store.receive(aTick(2, { r: { d: [1, 10, 0] } }));
  store.receive(aFull(2, { rows: [aRow(1, { sent: 10 })] }));
  store.setView({ refreshSeconds: 1 });
  store.receive(aTick(3));
  assert.equal(store.rows.get(1).sent, 10);
});

test("a pause stops the hub, shows how far it lies behind, and ends with a full", () => {
  const { store, link, room } = aFilledStore();
  store.setView({ paused: true });
  assert.equal(link.said.at(-1), "pause");
  assert.equal(store.pausedAt, NOW + 1);
  store.receive(aTick(2)); // was on its way
  room.now += 12;
  assert.deepEqual([store.sequence, Math.round(store.behindSeconds())], [1, 12]);
  store.setView({ paused: false });
  assert.deepEqual([link.said.at(-1), store.pausedAt], ["resume", null]);
  store.receive(aFull(14));
  assert.equal(store.behindSeconds(), 0);
});

test("a hidden tab pauses the hub, but not the view", () => {
  const { store, link, room } = aFilledStore();
  room.document.show(false);
  assert.deepEqual([link.said.at(-1), store.view.paused], ["pause", false]);
  room.document.show(true);
  assert.deepEqual(link.said.slice(-2), ["resume", "retry now"]);
});

test("a paused view stays paused when its tab is shown again", () => {
  const { store, link, room } = aFilledStore();
  store.setView({ paused: true });
  room.document.show(false);
  room.document.show(true);
  assert.ok(!link.said.slice(link.said.indexOf("pause")).includes("resume"));
});

test("the collector's clock goes on between messages", () => {
  const { store, room } = aFilledStore();
  assert.equal(store.time(), NOW + 1);
  room.now += 1.3; // a tick that came 0.3 s late
  store.receive(aTick(2));
  assert.equal(store.time(), NOW + 2.3);
  room.now += 0.6;
  store.receive(aTick(3)); // the hub was quick: the earlier ones were late
  assert.equal(store.time(), NOW + 3);
});

test("a clock that is set is followed", () => {
  const { store, room } = aFilledStore();
  room.now += 1;
  store.receive(aTick(2, { time: NOW - 3600 }));
  assert.equal(store.time(), NOW - 3600);
});

test("limits are those of the newest message, and a later greeting has its own", () => {
  const { store } = aFilledStore();
  const codes = () => store.hello.degraded.map(({ code }) => code);
  store.receive({ ...HELLO, degraded: [{ code: "a" }] });
  assert.deepEqual(codes(), ["a"]);
  store.receive(aFull(2, { degraded: [{ code: "b" }] }));
  assert.deepEqual(codes(), ["b"]);
  store.receive(aTick(3, { degraded: [{ code: "b" }, { code: "c" }] }));
  store.receive(aTick(4));
  assert.deepEqual(codes(), ["b", "c"]);
  assert.equal(store.hello.interval, 1);
  store.receive({ ...HELLO, degraded: [] });
  assert.deepEqual(codes(), []);
});

test("the chart holds a quarter of an hour and no more", () => {
  const { store } = aFilledStore();
  for (let i = 2; i < 1100; i += 1) store.receive(aTick(i, { headline: [i, 0] }));
  assert.deepEqual([store.series.length, store.series.at(-1).time - store.series[0].time], [900, 899]);
});

test("what was not counted is a hole in the chart", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2));
  store.receive(aTick(3, { counted: false }));
  store.receive(aTick(4));
  assert.deepEqual(store.series.map(({ time }) => time - NOW), [2, 4]);
});

test("the busiest applications of a second have names, also new ones", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { apps: [[2, "a2", "curl", 9, 0, 9, 0]], top: [[2, 9, 0], [1, 1, 1]] }));
  assert.deepEqual(store.series[0].top, [
    { n: 2, name: "curl", sent: 9, received: 0 },
    { n: 1, name: "firefox", sent: 1, received: 1 },
  ]);
  store.receive(aFull(3, { series: [[NOW, 1, 5, 5, 0, 0, [[8, 5, 5]]]], names: { 8: "wget" } }));
  assert.equal(store.series[0].top[0].name, "wget");
});

test("an application's spark begins with traffic and ends a minute after it", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2));
  const { spark } = store.apps.get(1);
  assert.equal(spark.length, 0);
  store.receive(aTick(3, { a: [1, 10, 20] }));
  for (let i = 4; i < 62; i += 1) store.receive(aTick(i));
  assert.deepEqual([spark.length, spark[0]], [59, { time: NOW + 3, interval: 1, sent: 10, received: 20 }]);
  store.receive(aTick(62));
  store.receive(aTick(63));
  assert.equal(spark.length, 0);
});

test("a full with rows brings the sparks of the last minute, in place of those that were seen", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { a: [1, 10, 20] }));
  const { spark } = store.apps.get(1);
  const full = aFull(9);
  full.r.sparks = [[NOW + 6, 1, [7, 1, 1]], [NOW + 7, 1, [1, 30, 40]], [NOW + 8, 1, []], [NOW + 9, 1, [1, 5, 0]]];
  store.receive(full);
  assert.deepEqual(spark.map(({ time, sent, received }) => [time - NOW, sent, received]), [[7, 30, 40], [8, 0, 0], [9, 5, 0]]);
  store.receive(aTick(10, { a: [1, 1, 2] }));
  assert.deepEqual(store.apps.get(1).spark.at(-1), { time: NOW + 10, interval: 1, sent: 1, received: 2 });
});

test("unattributed bytes that stand still have no rate", () => {
  const { store } = aFilledStore();
  store.receive(aTick(2, { unattributed: [["gone", 10, 20, 110, 220, 3]] }));
  assert.deepEqual(store.unattributed, [
    { reason: "gone", sentRate: 10, receivedRate: 20, sent: 110, received: 220, count: 3 },
  ]);
  store.receive(aTick(3));
  assert.deepEqual([store.unattributed[0].sentRate, store.unattributed[0].sent], [0, 110]);
});

test("the first snapshot has no interval, and no rates", () => {
  const { store } = aStore();
  store.receive(HELLO);
  store.receive(aFull(1, { interval: 0, headline: [5, 5] }));
  assert.deepEqual(store.headline, { sentRate: 0, receivedRate: 0 });
});

test("short-lived processes are forgotten", () => {
  const { store } = aFilledStore();
  for (let i = 2; i < 3000; i += 1) {
    const end = NOW + i;
    store.receive(aTick(i, { r: { procs: [[i, i, "sh", i, 1]], rows: [aRow(i, { process: i, end })] } }));
  }
  assert.ok(store.procs.size < 1400, `${store.procs.size} processes`);
  assert.ok(store.rows.size < 70, `${store.rows.size} rows`);
});

test("what is live is expected to tick, what is stopped is not", () => {
  const { store, link } = aFilledStore();
  store.receive({ type: "state", state: "live" });
  assert.equal(link.expected, 1);
  store.receive({ type: "state", state: "stopped" });
  assert.equal(link.expected, null);
});

test("a lost collector shows what was kept back", () => {
  const { store } = aFilledStore();
  store.setView({ refreshSeconds: 10 });
  store.receive(aTick(2));
  store.receive({ type: "state", state: "unavailable", title: "Away" });
  assert.deepEqual([store.sequence, store.state.title], [2, "Away"]);
});

test("a lost socket says when it is tried again, on the collector's clock", () => {
  const { store, link, room, kinds } = aFilledStore();
  Object.assign(link, { isConnected: false, problem: "gone", retryAt: room.now + 2 });
  link.onchange();
  room.now += 0.5;
  link.onchange();
  assert.deepEqual([store.connected, store.socketProblem], [false, "gone"]);
  assert.deepEqual([store.socketRetryAt, store.socketLostAt], [NOW + 3, NOW + 1]);
  Object.assign(link, { isConnected: true, problem: "", retryAt: null });
  link.onchange();
  assert.deepEqual([store.connected, store.socketRetryAt, store.socketLostAt], [true, null, null]);
  assert.deepEqual(kinds.slice(-3), ["socket", "socket", "socket"]);
  store.receive(aTick(2));
  assert.ok(link.said.includes("resync"), "ticks of before do not follow those of after");
});

test("who no longer subscribes is told nothing", () => {
  const { store } = aStore();
  const told = [];
  const end = store.subscribe((kind) => told.push(kind));
  store.receive(HELLO);
  end();
  store.receive(aFull(1));
  assert.deepEqual(told, ["hello"]);
});

test("four hundred ticks of five hundred rows leave the heap as it was", () => {
  const { store } = aStore();
  const rows = Array.from({ length: 500 }, (_, i) => aRow(i + 1));
  const apps = Array.from({ length: 50 }, (_, i) => [i + 1, `a${i + 1}`, `app ${i + 1}`, 0, 0, 0, 0]);
  store.receive(HELLO);
  store.receive(aFull(1, { rows, apps }));
  const moved = Array.from({ length: 250 }, (_, i) => [i + 1, 1000, 2000]).flat();
  const a = Array.from({ length: 50 }, (_, i) => [i + 1, 5000, 10000]).flat();
  const tick = (i) => store.receive(aTick(i, { a, headline: [1, 1], top: [[1, 5000, 10000]], r: { d: moved } }));
  let i = 2;
  for (; i < 1200; i += 1) tick(i); // until the chart is full
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (const end = i + 400; i < end; i += 1) tick(i);
  globalThis.gc();
  const growth = process.memoryUsage().heapUsed - before;
  assert.ok(growth < 1e6, `${growth} bytes`);
});
