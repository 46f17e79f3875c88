// Vectors in, what the page's functions make of them out: {name: [result, ...]}.
import { readFileSync } from "node:fs";
import * as units from "../../../../../clients/netmon_dashboard/assets/data/units.js";

const FUNCTIONS = {
  format_bytes: units.formatBytes,
  format_rate: units.formatRate,
  format_age: units.formatAge,
  format_count: units.formatCount,
  parse_size: units.parseSize,
  parse_duration: units.parseDuration,
};

function outcome(run, values) {
  try {
    return run(...values);
  } catch (error) {
    if (error instanceof RangeError) return { error: error.message };
    throw error;
  }
}

const given = JSON.parse(readFileSync(0, "utf8"));
const results = Object.entries(given).map(([name, calls]) => [
  name,
  calls.map((values) => outcome(FUNCTIONS[name], values)),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
