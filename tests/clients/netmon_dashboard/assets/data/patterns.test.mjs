// Globs take a time that is at most proportional to both lengths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anyPatternTest, globTest } from "../../../../../clients/netmon_dashboard/assets/data/patterns.js";

test("stars and question marks stand for what they say", () => {
  for (const [pattern, text, expected] of [
    ["*", "", true],
    ["?", "", false],
    ["?", "🦊", true],
    ["??", "🦊", false],
    ["a*c", "abbbc", true],
    ["a*c", "abbbcd", false],
    ["a*b*c", "acbc", true],
    ["a*a", "a", false],
    ["*b?d*", "aabcbxd", true],
    ["f?refox", "firefox", true],
    ["fire?ox", "fireox", false],
    ["a.c", "abc", false],
    ["[a]", "a", false],
  ]) {
    assert.equal(globTest(pattern)(text), expected, `${pattern} on ${text}`);
  }
});

test("case does not count", () => {
  assert.ok(anyPatternTest(["Fire*", "x"])("FIREFOX"));
  assert.ok(anyPatternTest(["É*"])("éa"));
});

test("patterns that make regular expressions hang take no time", () => {
  const text = `${"a".repeat(250)}b`;
  const started = process.cpuUsage().user;
  for (const pattern of ["*a".repeat(100), "*a?".repeat(60), "?*".repeat(120), `${"a*".repeat(120)}c`]) {
    const fits = globTest(pattern);
    for (let i = 0; i < 200; i += 1) fits(text + i);
  }
  assert.ok(process.cpuUsage().user - started < 5e6, "five seconds for 800 texts of 250 characters");
});
