import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Hold,
  RESUME_SECONDS,
  SCROLL_SECONDS,
} from "../../../../../clients/netmon_dashboard/assets/widgets/hold.js";

test("nothing is held at first", () => {
  const hold = new Hold();
  assert.equal(hold.isHeld(0), false);
  assert.equal(hold.words(0), "");
  assert.equal(hold.resumesIn(0), null);
});

test("the order is held while the pointer is on the table, and a second longer", () => {
  const hold = new Hold();
  hold.point(true, 10);
  assert.equal(hold.isHeld(500), true);
  assert.match(hold.words(500), /pointer is over the table/);
  assert.equal(hold.resumesIn(500), null);
  hold.point(false, 500);
  assert.equal(hold.isHeld(500 + RESUME_SECONDS / 2), true);
  assert.equal(hold.resumesIn(500), RESUME_SECONDS);
  assert.equal(hold.isHeld(500 + RESUME_SECONDS), false);
});

test("a row with the focus holds it after the pointer has left", () => {
  const hold = new Hold();
  hold.point(true, 0);
  hold.focus(true, 1);
  hold.point(false, 2);
  assert.equal(hold.isHeld(100), true);
  assert.match(hold.words(100), /row has the focus/);
  hold.focus(false, 100);
  assert.equal(hold.isHeld(100 + RESUME_SECONDS), false);
});

test("scrolling by touch holds it too, for a while", () => {
  const hold = new Hold();
  hold.scroll(5);
  assert.equal(hold.isHeld(5 + SCROLL_SECONDS / 2), true);
  assert.equal(hold.isHeld(5 + SCROLL_SECONDS), false);
});

test("leaving without having been there holds nothing", () => {
  const hold = new Hold();
  hold.point(false, 5);
  hold.focus(false, 5);
  assert.equal(hold.isHeld(5), false);
});
