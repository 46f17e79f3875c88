// Chips and "filter by…" change a query as text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import {
  addTerm,
  addValue,
  hasTerm,
  hasValue,
  mended,
  removeTerm,
  removeValue,
  termText,
} from "../../../../../clients/netmon_dashboard/assets/data/query_edit.js";

function errorOf(text) {
  try {
    parseQuery(text);
  } catch (error) {
    return error;
  }
  throw new Error(`${text} is a query`);
}

test("a term is added after what was typed, which stays as it was", () => {
  assert.equal(addTerm("", "is:remote"), "is:remote");
  assert.equal(addTerm("  APP:Firefox   port:22 ", "!app:ssh"), "  APP:Firefox   port:22 !app:ssh");
  assert.equal(addTerm("🦊 日本語", "is:remote"), "🦊 日本語 is:remote");
});

test("a term that is there is not added again, however it is written", () => {
  assert.equal(addTerm("App:FIREFOX", "app:firefox"), "App:FIREFOX");
  assert.equal(addTerm('app:"firefox"', "app:firefox"), 'app:"firefox"');
  assert.equal(addTerm("-port:22", "!port:22"), "-port:22");
});

test("hiding what was asked for turns its sign", () => {
  assert.equal(addTerm("x app:firefox y", "!app:firefox"), "x !app:firefox y");
  assert.equal(addTerm("!app:firefox", "app:firefox"), "app:firefox");
});

test("a term is removed with the space that parted it", () => {
  assert.equal(removeTerm("a  is:remote   b", "is:remote"), "a  b");
  assert.equal(removeTerm("is:remote a", "is:remote"), "a");
  assert.equal(removeTerm("🦊 is:remote", "is:remote"), "🦊");
  assert.equal(removeTerm("is:remote 🦊 IS:remote", "is:remote"), "🦊");
  assert.equal(removeTerm("!is:remote", "is:remote"), "!is:remote");
});

test("what is half typed has no terms, and takes one more", () => {
  assert.ok(!hasTerm('is:remote app:"fire', "is:remote"));
  assert.equal(addTerm("aap:x", "is:remote"), "aap:x is:remote");
  assert.equal(removeTerm("is:remote app:", "is:remote"), "is:remote app:");
});

test("a text that has signs of the language is quoted", () => {
  assert.equal(termText("app", "Web Content"), 'app:"Web Content"');
  assert.equal(termText("app", 'a"b\\c', true), '!app:"a\\"b\\\\c"');
  assert.equal(termText("", "app:x"), '"app:x"');
  assert.equal(termText("", "-x"), '"-x"');
  assert.equal(termText("domain", ""), 'domain:""');
});

test("choices of one field are one term", () => {
  assert.equal(addValue("", "proto", "tcp"), "proto:tcp");
  assert.equal(addValue("proto:tcp x", "proto", "udp"), "proto:tcp,udp x");
  assert.equal(addValue("proto:tcp,udp", "proto", "udp"), "proto:tcp,udp");
  assert.equal(addValue("!proto:tcp", "proto", "udp"), "!proto:tcp proto:udp");
  assert.ok(hasValue("proto:TCP,udp", "proto", "tcp"));
  assert.ok(!hasValue("!proto:tcp", "proto", "tcp"));
});

test("a choice is taken back without its neighbours", () => {
  assert.equal(removeValue("proto:tcp,udp,icmp x", "proto", "tcp"), "proto:udp,icmp x");
  assert.equal(removeValue("proto:tcp,udp,icmp x", "proto", "udp"), "proto:tcp,icmp x");
  assert.equal(removeValue("proto:tcp,udp,icmp x", "proto", "icmp"), "proto:tcp,udp x");
  assert.equal(removeValue("x proto:tcp", "proto", "tcp"), "x");
  assert.equal(removeValue("x proto:udp", "proto", "tcp"), "x proto:udp");
});

test("a hint is put where the fault is", () => {
  for (const [text, better] of [
    ["aap:firefox", "app:firefox"],
    ["🦊 !prt:22 x", "🦊 !port:22 x"],
    ["proto:tcp,udq x", "proto:tcp,udp x"],
    ["age:>10", "age:>10s"],
    ["port:443-80", "port:80-443"],
    ['state:"estab"', "state:established"],
  ]) {
    assert.equal(mended(text, errorOf(text)), better);
    parseQuery(better);
  }
  assert.equal(mended("zzz:x", errorOf("zzz:x")), "zzz:x");
});
