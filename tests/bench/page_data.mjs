// {hello, full, ticks, queries} in; milliseconds out: the full, the median tick, the median pass of each query.
import { readFileSync } from "node:fs";
import { matcher } from "../../clients/netmon_dashboard/assets/data/match.js";
import { parseQuery } from "../../clients/netmon_dashboard/assets/data/query.js";
import { aStore } from "../clients/netmon_dashboard/assets/data/store_rooms.mjs";

const { hello, full, ticks, queries } = JSON.parse(readFileSync(0, "utf8"));
const { store } = aStore();
store.receive(hello);
const milliseconds = { full: timed(() => store.receive(JSON.parse(full))) };
milliseconds.tick = median(ticks.map((text) => timed(() => store.receive(JSON.parse(text)))));
const rows = [...store.rows.values()];
for (const query of queries) {
  const fits = matcher(parseQuery(query), store);
  const pass = () => timed(() => rows.filter(fits));
  pass(); // the first one remembers texts
  milliseconds[query] = median(Array.from({ length: 30 }, pass));
}
process.stdout.write(JSON.stringify({ milliseconds, rows: rows.length }));

function timed(run) {
  const started = performance.now();
  run();
  return performance.now() - started;
}

function median(numbers) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
