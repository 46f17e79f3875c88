// Addresses, with a document whose parts the test plays.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Address, changedQuery, pageOfPath } from "../../../../../clients/netmon_dashboard/assets/frame/address.js";

let links = [];
let loads = [];

beforeEach(() => {
  links = [];
  loads = [];
  globalThis.location = { pathname: "/", search: "", hash: "", assign: (address) => loads.push(address) };
  const take = (state, title, address) => {
    const url = new URL(address, "http://127.0.0.1:8501");
    Object.assign(location, { pathname: url.pathname, search: url.search, hash: url.hash });
  };
  globalThis.history = { state: { of: "streamlit" }, replaceState: take, pushState: take };
  globalThis.document = { baseURI: "http://127.0.0.1:8501/", querySelectorAll: () => links };
});

function aLink(href, testId) {
  return { href, clicks: 0, getAttribute: () => testId, click() { this.clicks += 1; } };
}

test("a query keeps what is not named, sets what is, and drops what is empty", () => {
  assert.equal(changedQuery("?a=1&b=2", { b: 3, c: "x y", a: null }), "?b=3&c=x+y");
  assert.equal(changedQuery("?a=1", { a: "" }), "");
  assert.equal(changedQuery("", { n: 0 }), "?n=0");
});

test("a query reads back what was put in, whatever it is", () => {
  for (const hostile of ['app:"a&b=c"', "<script>", "\u202e%00#?/", "ä 😀"]) {
    assert.equal(new URLSearchParams(changedQuery("", { q: hostile })).get("q"), hostile);
  }
});

test("paths are told by page, with or without a slash at the end", () => {
  assert.deepEqual(["/", "/connections", "/connections/", "/other"].map(pageOfPath), ["overview", "connections", "connections", ""]);
});

test("going clicks the navigation's link and writes the query when the page has come", () => {
  const link = aLink("http://127.0.0.1:8501/connections", "stSidebarNavLink");
  links = [aLink("http://127.0.0.1:8501/connections", "somethingElse"), link];
  const address = new Address();
  address.go("connections", { q: "app:firefox" });
  assert.equal(link.clicks, 1);
  location.pathname = "/connections"; // Streamlit's part
  address.arrived("connections");
  assert.equal(location.search, "?q=app%3Afirefox");
  assert.deepEqual(loads, []);
});

test("a query that was meant for another page is not written to this one", () => {
  links = [aLink("http://127.0.0.1:8501/connections", "stTopNavLink")];
  const address = new Address();
  address.go("connections", { q: "x" });
  address.arrived("overview");
  assert.equal(location.search, "");
  clearTimeout(address.pending.timer);
});

test("a link to another server is not the navigation's", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const other = aLink("http://example.com/connections", "stTopNavLink");
  links = [other];
  new Address().go("connections", { q: "x" });
  t.mock.timers.tick(1);
  assert.equal(other.clicks, 0);
  assert.deepEqual(loads, ["/connections?q=x"]);
});

test("where the link brings no page the address is loaded", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  links = [aLink("http://127.0.0.1:8501/applications", "stTopNavLink")];
  new Address().go("applications", {});
  t.mock.timers.tick(3999);
  assert.deepEqual(loads, []);
  t.mock.timers.tick(1);
  assert.deepEqual(loads, ["/applications"]);
});

test("nobody goes to a page that is none of ours", () => {
  assert.throws(() => new Address().go("//example.com", {}), TypeError);
});

test("params change in place and keep the part after the hash", () => {
  Object.assign(location, { pathname: "/connections", search: "?q=a", hash: "#x" });
  new Address().setParams({ sort: "-rate" });
  assert.equal(location.search + location.hash, "?q=a&sort=-rate#x");
});
