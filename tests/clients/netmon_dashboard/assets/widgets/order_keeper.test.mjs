import assert from "node:assert/strict";
import { test } from "node:test";
import { OrderKeeper } from "../../../../../clients/netmon_dashboard/assets/widgets/order_keeper.js";

function aKeeper() {
  const said = [];
  let resume = () => {};
  const resumed = new Promise((resolve) => (resume = resolve));
  const keeper = new OrderKeeper({ onShow: (words, isHeld) => said.push([words, isHeld]), onResume: () => resume() });
  return { keeper, said, resumed };
}

test("the first drawing sorts, and the next ones hold while the pointer is on the table", () => {
  const { keeper, said } = aKeeper();
  keeper.listeners.onPoint(true);
  assert.deepEqual(said, [["Order held while the pointer is over the table", true]]);
  assert.deepEqual([keeper.isHeldNow(), keeper.isHeldNow()], [false, true]);
});

test("who asks for it is sorted for once, whatever holds the order", async () => {
  const { keeper, resumed } = aKeeper();
  keeper.listeners.onFocus(true);
  keeper.isHeldNow();
  keeper.sortNow();
  await resumed;
  assert.deepEqual([keeper.isHeldNow(), keeper.isHeldNow()], [false, true]);
});

test("it resumes by itself after the pointer has left", async () => {
  const { keeper, said, resumed } = aKeeper();
  keeper.isHeldNow();
  keeper.listeners.onPoint(true);
  keeper.listeners.onPoint(false);
  assert.equal(said.at(-1)[1], true);
  await resumed;
  assert.equal(keeper.isHeldNow(), false);
});

test("a page that is closed is not told any more", () => {
  const { keeper, resumed } = aKeeper();
  let isResumed = false;
  resumed.then(() => (isResumed = true));
  keeper.listeners.onScroll();
  keeper.destroy(); // else the timer, which node waits for, would tell it
  process.once("exit", () => assert.equal(isResumed, false));
});
