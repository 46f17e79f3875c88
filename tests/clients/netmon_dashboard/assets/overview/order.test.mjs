import assert from "node:assert/strict";
import test from "node:test";

import { CalmOrder } from "../../../../../clients/netmon_dashboard/assets/overview/order.js";

const rates = (entries) => Object.entries(entries).map(([id, rate]) => ({ id, rate, total: 0, name: id }));

test("the fastest is first, then what moved most before, then the name", () => {
  const order = new CalmOrder();
  const contenders = [
    { id: "a", rate: 0, total: 5, name: "zsh" },
    { id: "b", rate: 0, total: 50, name: "git" },
    { id: "c", rate: 10, total: 0, name: "ssh" },
    { id: "d", rate: 0, total: 5, name: "apt" },
  ];
  assert.deepEqual(order.follow(contenders), ["c", "b", "d", "a"]);
});

test("two of about the same speed do not change places each second", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 10_000, b: 9_900 }));
  for (let tick = 0; tick < 50; tick += 1) {
    const wobble = tick % 2 === 0 ? 600 : -600;
    assert.deepEqual(order.follow(rates({ a: 10_000 - wobble, b: 10_000 + wobble })), ["a", "b"]);
  }
});

test("a row that is clearly faster rises within seconds, past all that are slower", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 40_000, b: 30_000, c: 20_000, d: 100 }));
  let ticks = 0;
  while (order.follow(rates({ a: 40_000, b: 30_000, c: 20_000, d: 900_000 }))[0] !== "d") ticks += 1;
  assert.ok(ticks <= 2);
  assert.deepEqual(order.keys, ["d", "a", "b", "c"]);
});

test("rows keep their places while the list is held, and new ones wait at its end", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 40_000, b: 100 }));
  for (let tick = 0; tick < 5; tick += 1) order.follow(rates({ a: 0, b: 90_000, c: 500_000 }), true);
  assert.deepEqual(order.keys, ["a", "b", "c"]);
  assert.deepEqual(order.follow(rates({ a: 0, b: 90_000, c: 500_000 })), ["c", "b", "a"]);
});

test("the busiest is the first row, and no other while it moves and is not held", () => {
  const order = new CalmOrder();
  assert.equal(order.busiest, null);
  order.follow(rates({ a: 10_000, b: 9_900 }));
  order.follow(rates({ a: 9_800, b: 10_100 }));
  assert.equal(order.busiest, "a");
});

test("where the first row is silent, or places are held, the busiest is the fastest", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 0, b: 0 }));
  assert.equal(order.busiest, null);
  order.follow(rates({ a: 0, b: 300 }));
  assert.deepEqual([order.keys[0], order.busiest], ["a", "b"]);
  order.follow(rates({ a: 50_000, b: 300, c: 5_000_000 }), true);
  assert.deepEqual([order.keys[0], order.busiest], ["a", "c"]);
});

test("a row that is gone leaves its place, and its speed is forgotten", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 3_000, b: 2_000, c: 1_000 }));
  assert.deepEqual(order.follow(rates({ a: 3_000, c: 1_000 })), ["a", "c"]);
  assert.equal(order.speed("b"), 0);
});

test("a speed dies out to silence instead of to ever smaller numbers", () => {
  const order = new CalmOrder();
  order.follow(rates({ a: 1_000_000 }));
  for (let tick = 0; tick < 60; tick += 1) order.follow(rates({ a: 0 }));
  assert.equal(order.speed("a"), 0);
});
