// The link against a server that a test plays: time passes only when the test says so.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { AskError, Link } from "../../../../../clients/netmon_dashboard/assets/data/link.js";

class FakeSocket {
  readyState = 0;
  said = [];

  send(text) {
    this.said.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  tell(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  fail() {
    this.readyState = 3;
    this.onclose();
  }
}

class Room {
  now = 0;
  sockets = [];
  timers = [];
  health = async () => false;

  connect = () => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };
  isRefused = () => this.health();
  monotonic = () => this.now;
  random = () => 0.5;
  later = (run, seconds) => {
    const timer = { run, at: this.now + seconds };
    this.timers.push(timer);
    return timer;
  };
  cancel = (timer) => {
    this.timers = this.timers.filter((other) => other !== timer);
  };

  /** Let time pass; what is due runs in its order. */
  async pass(seconds) {
    const end = this.now + seconds;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.now = next.at;
      this.cancel(next);
      next.run();
      await settled();
    }
    this.now = end;
    await settled();
  }

  get socket() {
    return this.sockets.at(-1);
  }
}

const settled = () => new Promise((done) => setImmediate(done));

let room;
let link;
let changes;
let messages;

beforeEach(() => {
  room = new Room();
  link = new Link(room);
  changes = [];
  messages = [];
  link.onchange = () => changes.push([link.isConnected, link.problem]);
  link.onmessage = (message) => messages.push(message);
});

function connected(rows = true) {
  link.watch(rows);
  room.socket.open();
  return room.socket;
}

test("nothing is opened before a page says what it watches", () => {
  assert.equal(room.sockets.length, 0);
  link.resync();
  link.pause();
  assert.equal(room.sockets.length, 0);
});

test("the first message says what is watched", () => {
  const socket = connected(true);
  assert.deepEqual(socket.said, [{ type: "watch", rows: true }]);
  assert.deepEqual(changes, [[true, ""]]);
});

test("the page of domains watches them, and the next page no longer does", () => {
  const socket = connected(false);
  link.watch(false, true);
  link.watch(false, true);
  link.resync();
  link.watch(true);
  assert.deepEqual(socket.said.slice(1), [
    { type: "watch", rows: false, domains: true },
    { type: "watch", rows: false, domains: true },
    { type: "watch", rows: true },
  ]);
});

test("another page changes what is watched on the same socket", () => {
  const socket = connected(false);
  link.watch(true);
  link.watch(true);
  assert.deepEqual(socket.said.slice(1), [{ type: "watch", rows: true }]);
  assert.equal(room.sockets.length, 1);
});

test("a page that is opened while the socket opens is told in the first message", () => {
  link.watch(false);
  link.watch(true);
  room.socket.open();
  assert.deepEqual(room.socket.said, [{ type: "watch", rows: true }]);
});

test("messages are handed on whatever their type and keys", () => {
  const socket = connected();
  socket.tell({ type: "weather", wind: 3 });
  socket.tell({ type: "state", state: "live", colour: "red" });
  assert.deepEqual(messages.map(({ type }) => type), ["weather", "state"]);
});

test("an answer goes to who asked", async () => {
  const socket = connected();
  const first = link.ask("trace", { row: 7 });
  const second = link.ask("status");
  assert.deepEqual(socket.said.slice(1), [
    { type: "ask", id: 1, what: "trace", row: 7 },
    { type: "ask", id: 2, what: "status" },
  ]);
  socket.tell({ type: "answer", id: 2, ok: true, data: { clients: 3 } });
  socket.tell({ type: "answer", id: 1, ok: false, text: "No such row.", command: "netmon-cli connections" });
  assert.deepEqual(await second, { clients: 3 });
  await assert.rejects(first, (error) => {
    assert.ok(error instanceof AskError);
    assert.deepEqual([error.message, error.command], ["No such row.", "netmon-cli connections"]);
    return true;
  });
  assert.deepEqual(messages, []);
});

test("a question without an answer fails after five seconds", async () => {
  const socket = connected();
  link.expect(null);
  const asked = link.ask("status");
  const failed = assert.rejects(asked, /no answer within 5 s/);
  await room.pass(5);
  await failed;
  socket.tell({ type: "answer", id: 1, ok: true, data: {} });
});

test("a question fails when the socket closes, and while there is none", async () => {
  const socket = connected();
  const failed = assert.rejects(link.ask("status"), /was lost/);
  socket.fail();
  await failed;
  await assert.rejects(link.ask("status"), /not connected/);
});

test("a lost server is tried again after 0.5, 1, 2, 4 and then each 5 s", async () => {
  connected().fail();
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    waits.push(link.retryAt - room.now);
    await room.pass(link.retryAt - room.now);
    room.socket.fail();
  }
  assert.deepEqual(waits, [0.5, 1, 2, 4, 5, 5]);
});

test("a message of the server makes the waits short again, an opened socket alone does not", async () => {
  connected().fail();
  await room.pass(0.5);
  room.socket.open();
  room.socket.fail();
  assert.equal(link.retryAt - room.now, 1);
  await room.pass(1);
  room.socket.open();
  room.socket.tell({ type: "state", state: "live" });
  room.socket.fail();
  assert.equal(link.retryAt - room.now, 0.5);
});

test("after a loss the same rows are watched and the pause goes on", async () => {
  connected(true).fail();
  link.pause();
  await room.pass(0.5);
  room.socket.open();
  assert.deepEqual(room.socket.said, [{ type: "watch", rows: true }, { type: "pause" }]);
});

test("a server that is gone is told from one that refuses", async () => {
  room.health = async () => {
    throw new TypeError("Failed to fetch");
  };
  connected().fail();
  await settled();
  assert.equal(link.problem, "gone");
  room.health = async () => true;
  await room.pass(0.5);
  room.socket.fail();
  await settled();
  assert.equal(link.problem, "refused");
  await room.pass(1);
  room.socket.open();
  assert.deepEqual(changes.at(-1), [true, ""]);
});

test("a late answer about a lost server does not speak of the one that came back", async () => {
  let answer;
  room.health = () => new Promise((resolve) => (answer = resolve));
  connected().fail();
  await room.pass(0.5);
  room.socket.open();
  answer(true);
  await settled();
  assert.deepEqual([link.isConnected, link.problem], [true, ""]);
});

test("ten seconds without a message end a socket that should tick", async () => {
  const socket = connected();
  link.expect(1);
  await room.pass(9);
  socket.tell({ type: "tick" });
  await room.pass(9.9);
  assert.ok(link.isConnected);
  await room.pass(0.2);
  assert.ok(!link.isConnected);
  assert.equal(socket.readyState, 3);
});

test("a socket that never opens is given up", async () => {
  link.watch(true);
  await room.pass(10.6);
  assert.equal(room.sockets.length, 2);
});

test("slow ticks are waited for", async () => {
  connected();
  link.expect(10);
  await room.pass(29);
  assert.ok(link.isConnected);
  await room.pass(2);
  assert.ok(!link.isConnected);
});

test("silence means nothing while paused, stopped or without a collector", async () => {
  connected();
  link.expect(1);
  link.pause();
  await room.pass(100);
  link.resume();
  link.expect(null);
  await room.pass(100);
  assert.ok(link.isConnected);
  assert.deepEqual(room.socket.said.slice(1), [{ type: "pause" }, { type: "resume" }]);
});

test("a tab that is shown again tries at once", async () => {
  connected().fail();
  link.retryNow();
  assert.equal(room.sockets.length, 2);
  link.retryNow();
  await room.pass(3);
  assert.equal(room.sockets.length, 2);
});

test("late events of a socket that was given up change nothing", async () => {
  const old = connected();
  link.expect(1);
  await room.pass(10);
  await room.pass(0.5);
  room.socket.open();
  old.onclose();
  old.onmessage({ data: '{"type":"tick"}' });
  assert.ok(link.isConnected);
  assert.deepEqual(messages, []);
});

test("a closed link stays closed", async () => {
  connected();
  link.close();
  await room.pass(60);
  assert.equal(room.sockets.length, 1);
});
