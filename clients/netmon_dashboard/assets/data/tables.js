/**
 * @file Applications, processes and connections by n, kept up to date by fulls and ticks.
 *
 * An object stays the same one while what it stands for lives. n is the hub's and changes with it: a full finds the
 * objects again by the collector's ids.
 */

import { Domains } from "./domains.js";
import { appReader, domainReader, processReader, rowReader } from "./entries.js";
import { addMoved, NONE, overrule, setRates, settle } from "./moves.js";
import { addSample } from "./series.js";
import { applyCounts } from "./socket_counts.js";

/** A row that ended is kept as long: the collector forgets it no earlier. */
export const CLOSED_SECONDS = 60;
// More than the hub keeps beyond what rows need, so that what it still knows is still here.
const SPARE_PROCESSES = 1024;

export class Tables {
  constructor() {
    /** @type {Map<number, import("./types.js").App>} */
    this.apps = new Map();
    /** @type {Map<number, import("./types.js").Process>} */
    this.procs = new Map();
    /** @type {Map<number, import("./types.js").Row>} */
    this.rows = new Map();
    /** Rows of before a page without rows was shown: selections outlive a visit there. */
    this.formerRows = new Map();
    /** Of the page that watches them. */
    this.domains = new Domains();
    this.movingApps = new Set();
    this.movingRows = new Set();
    this.closed = new Set();
    /** Something that was not sent was spoken of: only a full mends that. */
    this.isIncomplete = false;
    this.isAnew = false;
    this.readers = null;
  }

  /** @param {{app_columns: string[], process_columns: string[], row_columns: string[]}} hello */
  useColumns(hello) {
    this.readers = {
      app: appReader(hello.app_columns),
      process: processReader(hello.process_columns),
      row: rowReader(hello.row_columns),
      domain: domainReader(hello.domain_columns ?? []),
    };
  }

  /** Another run of the collector follows, which gives the ids of connections anew: to others. */
  beginAnew() {
    this.isAnew = true;
  }

  /** Replace everything by a full. */
  replace(full) {
    if (this.isAnew) {
      this.rows.clear();
      this.formerRows = new Map();
      this.isAnew = false;
    }
    this.movingApps.clear();
    this.#refill(this.apps, this.readers.app, full.apps, (app) => app.id);
    for (const app of this.apps.values()) setRates(app, app.sentRate, app.receivedRate, full.interval, this.movingApps);
    this.movingRows.clear();
    this.closed.clear();
    if (full.r === undefined) this.#leaveRows();
    else this.#replaceRows(full.r, full.interval);
    if (full.r?.sparks !== undefined) this.#replaceSparks(full.r.sparks);
    if (full.domains === undefined) this.domains.leave();
    else this.domains.replace(full.domains, { interval: full.interval, reader: this.readers.domain, apps: this.apps });
    this.isIncomplete = this.domains.isIncomplete = false; // what a full does not hold, no other one does
  }

  /**
   * Apply ticks that follow each other as one: sums are exact, rates are the mean of their span.
   * @param {object[]} ticks at least one
   */
  apply(ticks) {
    const moved = { apps: new Map(), rows: new Map() };
    let span = 0;
    for (const tick of ticks) {
      span += tick.interval;
      this.#applyApps(tick, moved.apps);
      if (tick.r !== undefined) this.#applyRows(tick.r, tick, moved.rows);
    }
    settle(moved.apps, this.movingApps, span);
    settle(moved.rows, this.movingRows, span);
    if (ticks.some(({ domains }) => domains !== undefined)) {
      this.domains.apply(ticks, { reader: this.readers.domain, apps: this.apps });
      this.isIncomplete ||= this.domains.isIncomplete;
    }
    this.#forget(ticks[ticks.length - 1].time);
  }

  #leaveRows() {
    if (this.rows.size > 0) this.formerRows = new Map(this.rows);
    this.rows.clear();
    this.procs.clear();
  }

  #replaceRows({ procs, rows, closed }, interval) {
    const processIdentity = (process) => `${process.pid} ${process.start}`;
    this.#refill(this.procs, this.readers.process, procs, processIdentity);
    for (const process of this.procs.values()) this.#linkProcess(process);
    this.#refill(this.rows, this.readers.row, rows, (row) => row.id, this.formerRows);
    this.formerRows = new Map();
    for (const row of this.rows.values()) {
      this.#linkRow(row);
      setRates(row, row.sentRate, row.receivedRate, interval, this.movingRows);
    }
    for (const [n, end] of closed) this.#close(n, end);
  }

  /** What the ticks of the last minute said of applications: sparks are as if those had been heard here. */
  #replaceSparks(ticks) {
    for (const { spark } of this.apps.values()) spark.length = 0;
    for (const [time, interval, flat] of ticks) {
      const bytes = new Map();
      for (let i = 0; i < flat.length; i += 3) bytes.set(this.apps.get(flat[i]), [flat[i + 1], flat[i + 2]]);
      this.#addSparks({ time, interval }, bytes);
    }
  }

  #addSparks({ time, interval }, bytes) {
    if (interval <= 0) return;
    for (const app of this.apps.values()) {
      const [sent, received] = bytes.get(app) ?? NONE;
      addSample(app.spark, time, interval, sent, received);
    }
  }

  #refill(map, reader, arrays, identityOf, former = map) {
    const known = new Map();
    for (const one of former.values()) known.set(identityOf(one), one);
    for (const one of map.values()) known.set(identityOf(one), one);
    map.clear();
    for (const values of arrays) {
      const one = known.get(reader.identity(values)) ?? reader.create();
      reader.fill(one, values);
      map.set(one.n, one);
    }
  }

  #applyApps(tick, moved) {
    const bytes = addMoved(this.apps, tick.a ?? [], moved);
    for (const values of tick.apps ?? []) {
      const app = this.#fill(this.apps, this.readers.app, values);
      overrule(app, bytes, moved);
    }
    const counts = tick.c ?? [];
    for (let i = 0; i < counts.length; i += 5) {
      const app = this.apps.get(counts[i]);
      if (app === undefined) continue;
      app.connections = counts[i + 1];
      app.listening = counts[i + 2];
      app.processes = counts[i + 3];
      app.remotes = counts[i + 4];
    }
    this.#addSparks(tick, bytes);
    for (const n of tick.apps_gone ?? []) {
      this.movingApps.delete(this.apps.get(n));
      this.apps.delete(n);
    }
  }

  #applyRows(changes, tick, moved) {
    for (const values of changes.procs ?? []) {
      this.#linkProcess(this.#fill(this.procs, this.readers.process, values));
    }
    const bytes = addMoved(this.rows, changes.d ?? [], moved);
    for (const row of bytes.keys()) row.last = tick.time; // within an interval of the packet: nothing finer is sent
    const states = changes.s ?? [];
    for (let i = 0; i < states.length; i += 2) {
      const row = this.rows.get(states[i]);
      if (row !== undefined) row.state = states[i + 1];
    }
    applyCounts(this.rows, changes);
    for (const values of changes.rows ?? []) {
      const row = this.#fill(this.rows, this.readers.row, values);
      this.#linkRow(row);
      overrule(row, bytes, moved);
    }
    const closed = changes.closed ?? [];
    for (let i = 0; i < closed.length; i += 2) this.#close(closed[i], closed[i + 1]);
    for (const n of changes.gone ?? []) this.#remove(this.rows.get(n));
  }

  /** Set or make one object; its rates hold bytes until `overrule`. */
  #fill(map, reader, values) {
    const n = reader.n(values);
    let one = map.get(n);
    if (one === undefined) {
      one = reader.create();
      map.set(n, one);
    }
    reader.fill(one, values);
    return one;
  }

  #linkProcess(process) {
    process.app = this.#linked(this.apps, process.app);
  }

  #linkRow(row) {
    row.app = this.#linked(this.apps, row.app);
    row.proc = this.#linked(this.procs, row.proc);
    if (row.end !== null) this.closed.add(row);
    else this.closed.delete(row);
  }

  #linked(map, n) {
    if (n === null || typeof n === "object") return n; // a column that was not sent keeps its link
    const one = map.get(n);
    if (one === undefined) this.isIncomplete = true;
    return one ?? null;
  }

  #close(n, end) {
    const row = this.rows.get(n);
    if (row === undefined) return;
    row.end = end;
    this.closed.add(row);
  }

  #remove(row) {
    if (row === undefined) return;
    this.rows.delete(row.n);
    this.closed.delete(row);
    this.movingRows.delete(row);
  }

  #forget(time) {
    for (const row of this.closed) if (time - row.end > CLOSED_SECONDS) this.#remove(row);
    if (this.procs.size > 2 * this.rows.size + SPARE_PROCESSES) this.#sweepProcesses();
  }

  /** Short-lived processes add up. Should a row come for one that went here, a full is asked for. */
  #sweepProcesses() {
    const used = new Set();
    for (const row of this.rows.values()) used.add(row.proc);
    for (const [n, process] of this.procs) if (!used.has(process)) this.procs.delete(n);
  }
}
