import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import { passing } from "../../../../../clients/netmon_dashboard/assets/domains/domain_match.js";
import { app, domain } from "./entries.mjs";

const all = [
  domain(1, "www.example.org", [[app(1, "firefox"), 5, 5], [app(2, "curl"), 5, 5]]),
  domain(2, "cdn.example.net", [[app(1, "firefox"), 5_000_000, 5]], { source: "dns" }),
  domain(3, "printer", [[null, 1, 1]], { registrable: "" }),
  domain(4, "", [[app(2, "curl"), 1, 1]], { isOthers: true }),
];
const left = (query) => passing(parseQuery(query), all, 1000).map(({ n }) => n).join(" ");

test("a domain is found by its name, its applications, its source and its sums", () => {
  assert.equal(left("example"), "1 2");
  assert.equal(left("domain:example.org"), "1");
  assert.equal(left("app:curl"), "1");
  assert.equal(left("source:dns"), "2");
  assert.equal(left("total:>1M"), "2");
  assert.equal(left("!app:firefox"), "1 3");
});

test("without a filter all are left, with one no row that stands for many", () => {
  assert.equal(left(""), "1 2 3 4");
  assert.equal(left("total:>0"), "1 2 3");
});

test("what a domain has not lets nothing pass", () => {
  assert.equal(left("port:443"), "");
  assert.equal(left("!is:listen"), "");
});
