import assert from "node:assert/strict";
import test from "node:test";

import { groundColour, hueOf, letterOf, luminance } from "../../../../../clients/netmon_dashboard/assets/widgets/tile_colour.js";

const names = Array.from({ length: 3000 }, (_, number) => `program-${number}`);
const partsOf = (colour) => colour.match(/\d+/g).map((part) => Number(part) / 255);

test("white on the ground has a contrast of 4.5 to 1 for every hue", () => {
  assert.equal(new Set(names.map(hueOf)).size, 360);
  for (const name of names) assert.ok(1.05 / (luminance(partsOf(groundColour(name))) + 0.05) >= 4.5, name);
});

test("a name has one hue, whatever its capitals", () => {
  assert.equal(hueOf("Firefox"), hueOf("firefox"));
  assert.equal(hueOf("firefox"), 211);
  for (const name of [...names, "", "\u{1f600}", "\ud800"]) assert.ok(hueOf(name) >= 0 && hueOf(name) < 360);
});

test("the letter is the first letter or digit, in capitals", () => {
  const cases = [["firefox", "F"], ["[kworker/0]", "K"], ["7zip", "7"], ["", "?"], ["...", "?"], ["\u202eevil", "E"],
    ["ßtest", "ß"], ["Éditeur", "É"], ["世界", "世"], ["مرحبا", "م"], ["<b>", "B"], ["\u{1d49c}x", "\u{1d49c}"]];
  for (const [name, letter] of cases) assert.equal(letterOf(name), letter);
});
