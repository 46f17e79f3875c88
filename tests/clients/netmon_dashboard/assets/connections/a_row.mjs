// Connections for tests: what is not said is as in a new row of the store.
import { newApp, newProcess, newRow } from "../../../../../clients/netmon_dashboard/assets/data/entries.js";

let count = 0;

export function aRow(given = {}) {
  count += 1;
  const app = given.app === undefined ? null : { ...newApp(), name: given.app };
  const proc = given.proc === undefined ? null : { ...newProcess(), ...given.proc };
  const usual = { n: count, id: `c${count}`, protocol: "tcp", state: "established", start: 1000 };
  return { ...newRow(), ...usual, ...given, app, proc };
}

const STATES = {
  established: { glyph: "●", colour: "green", name: "ESTABLISHED", brief: "ESTAB" },
  closed: { glyph: "✕", colour: "struck", name: "closed", brief: "closed" },
};

export function aLook(given = {}) {
  const words = {
    states: STATES, reasons: { gone: "gone before it could be looked up" }, methods: { exact: "exact socket" },
    remainders: { closed: "ended connections" },
  };
  return { now: 1100, units: "si", words, hideNames: false, sumsOf: (row) => row, ...given };
}
