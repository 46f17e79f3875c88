import assert from "node:assert/strict";
import { test } from "node:test";
import { PastFeed } from "../../../../../clients/netmon_dashboard/assets/data/past.js";

const turn = () => new Promise((done) => setImmediate(done));

/** A browser whose answers are given one by one; what is to be done later is done by `next`. */
function aRoom(answers) {
  const room = {
    asked: [], waits: [], run: null, hidden: false,
    ask: async (path) => {
      room.asked.push(path);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    later: (run, seconds) => {
      room.waits.push(seconds);
      room.run = run;
      return room.waits.length;
    },
    cancel: () => (room.run = null),
    isHidden: () => room.hidden,
    next: async () => {
      room.run();
      await turn();
    },
  };
  return room;
}

async function aFeed(answers, kept = new Map()) {
  const room = aRoom(answers);
  const told = [];
  const feed = new PastFeed("/p", () => told.push(feed.figures), room, kept);
  await turn();
  return { feed, room, told };
}

test("it is asked at once and then each minute, and each answer is told", async () => {
  const { feed, room, told } = await aFeed([{ known: true, n: 1 }, { known: true, n: 2 }]);
  assert.equal(feed.figures.n, 1);
  await room.next();
  assert.deepEqual([told.map(({ n }) => n), room.waits], [[1, 2], [60, 60]]);
});

test("without a recorder there is nothing, nothing is told, and it is looked for more often", async () => {
  const { feed, room, told } = await aFeed([{ known: false }, new TypeError("Failed to fetch"), { known: true }]);
  assert.deepEqual([feed.figures, told, room.waits], [null, [], [15]]);
  await room.next();
  assert.deepEqual(told, []);
  await room.next();
  assert.equal(told.length, 1);
});

test("a recorder that goes takes its figures along", async () => {
  const { feed, room, told } = await aFeed([{ known: true }, { known: false }]);
  await room.next();
  assert.equal(feed.figures, null);
  assert.equal(told.length, 2);
});

test("a page that is shown again begins with what it had, and an ended one hears nothing", async () => {
  const kept = new Map([["/p", { known: true, n: 9 }]]);
  const room = aRoom([{ known: true, n: 10 }]);
  const feed = new PastFeed("/p", () => assert.fail("told"), room, kept);
  assert.equal(feed.figures.n, 9);
  feed.end();
  await turn();
  assert.equal(kept.get("/p").n, 9);
});

test("a hidden tab does not ask", async () => {
  const room = aRoom([]);
  room.hidden = true;
  new PastFeed("/p", () => {}, room, new Map()).end();
  assert.deepEqual(room.asked, []);
});
