// The hub's hello and full, and queries in; for each query the ids of the rows that pass out.
import { readFileSync } from "node:fs";
import { matcher } from "../../../../../clients/netmon_dashboard/assets/data/match.js";
import { parseQuery } from "../../../../../clients/netmon_dashboard/assets/data/query.js";
import { aStore } from "./store_rooms.mjs";

const { hello, full, queries } = JSON.parse(readFileSync(0, "utf8"));
const { store } = aStore();
store.receive(hello);
store.receive(full);
const rows = [...store.rows.values()];
const outcomes = queries.map((query) => rows.filter(matcher(parseQuery(query), store)).map(({ id }) => id));
process.stdout.write(JSON.stringify(outcomes));
