// Numbers that glide, with frames that the test gives.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let frames = [];
let isQuiet = false;
globalThis.matchMedia = () => ({ get matches() { return isQuiet; } });
globalThis.document = { hidden: false };
globalThis.requestAnimationFrame = (run) => frames.push(run);
globalThis.setTimeout = (run) => run();
const { Glide, eased } = await import("../../../../../clients/netmon_dashboard/assets/frame/glide.js");

beforeEach(() => {
  frames = [];
  isQuiet = false;
});

function step(now) {
  const due = frames;
  frames = [];
  for (const run of due) run(now);
}

test("the way goes from nothing to all, and never back", () => {
  const way = Array.from({ length: 101 }, (_, part) => eased(part / 100));
  assert.deepEqual([way[0], way[100]], [0, 1]);
  assert.ok(way.every((value, index) => index === 0 || value >= way[index - 1]));
});

test("the first value stands at once", () => {
  const node = { textContent: "" };
  new Glide(node, String).to(5);
  assert.equal(node.textContent, "5");
  assert.equal(frames.length, 0);
});

test("the next one comes over 300 ms, and ends exactly there", () => {
  const node = { textContent: "" };
  const glide = new Glide(node, (value) => value.toFixed(0));
  glide.to(0);
  glide.to(1000);
  step(glide.began + 100);
  assert.ok(Number(node.textContent) > 0 && Number(node.textContent) < 1000);
  step(glide.began + 301);
  assert.equal(node.textContent, "1000");
  assert.equal(frames.length, 0);
});

test("many of them share one frame", () => {
  const all = Array.from({ length: 20 }, () => new Glide({ textContent: "" }, String));
  for (const glide of all) glide.to(1);
  for (const glide of all) glide.to(2);
  assert.equal(frames.length, 1);
  step(performance.now() + 1000);
});

test("with reduced motion it jumps", () => {
  isQuiet = true;
  const node = { textContent: "" };
  const glide = new Glide(node, String);
  glide.to(1);
  glide.to(2);
  assert.equal(node.textContent, "2");
  assert.equal(frames.length, 0);
});

test("a step that nobody would see costs no frame", () => {
  const glide = new Glide({ textContent: "" }, (value) => value.toFixed(0));
  glide.to(1.01);
  glide.to(1.02);
  assert.equal(frames.length, 0);
});

test("one that was stopped moves no more", () => {
  const node = { textContent: "" };
  const glide = new Glide(node, String);
  glide.to(1);
  glide.to(9);
  glide.stop();
  step(performance.now() + 1000);
  assert.equal(node.textContent, "1");
});
