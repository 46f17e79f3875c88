/**
 * @file Domains by n, kept up to date by fulls and ticks of the page that watches them; and what of the traffic has no
 * name. Each adds up what the hub does, see hub/domain_section.py.
 */

import { addMoved, overrule, setRates, settle } from "./moves.js";
import { partsOf } from "./summary.js";

/** How far the lanes reach, and the width of their slices, in seconds. */
export const LANE_SECONDS = 300;
export const SLICE_SECONDS = 5;

const NOTHING = Object.freeze([0, 0]);

export class Domains {
  constructor() {
    /** @type {Map<number, import("./types.js").Domain>} */
    this.all = new Map();
    /** What each moved: begin of the slice → n → [sent, received]. @type {Map<number, Map<number, number[]>>} */
    this.lanes = new Map();
    /** @type {import("./types.js").Unattributed[]} */
    this.unnamed = [];
    /** Open connections of browsers that have no name: n of the application → [reason, bytes][]. */
    this.browsers = new Map();
    this.moving = new Set();
    /** It spoke of an application that was not sent. */
    this.isIncomplete = false;
  }

  /** Nothing is known of them: another page is watched. */
  leave() {
    this.all.clear();
    this.lanes.clear();
    this.moving.clear();
    this.unnamed = [];
    this.browsers = new Map();
  }

  /**
   * @param {{list: Array[], lanes: Array[], unnamed: Array[], browsers: Array[]}} section of a full
   * @param {{interval: number, reader: import("./entries.js").Reader, apps: Map<number, object>}} given
   */
  replace(section, { interval, reader, apps }) {
    const known = new Map([...this.all.values()].map((one) => [`${one.name} ${one.isOthers}`, one]));
    this.isIncomplete = false;
    this.all.clear();
    this.moving.clear();
    for (const values of section.list) {
      const domain = known.get(reader.identity(values)) ?? reader.create();
      reader.fill(domain, values);
      this.#link(domain, apps);
      setRates(domain, domain.sentRate, domain.receivedRate, interval, this.moving);
      this.all.set(domain.n, domain);
    }
    this.lanes = new Map(section.lanes.map(([begin, flat]) => [begin, byNumber(flat)]));
    this.unnamed = partsOf([{ parts: section.unnamed, interval }], []);
    this.browsers = new Map(section.browsers);
  }

  /**
   * Apply ticks that follow each other as one.
   * @param {{time: number, interval: number, domains?: object}[]} ticks
   * @param {{reader: import("./entries.js").Reader, apps: Map<number, object>}} given
   */
  apply(ticks, given) {
    const moved = new Map();
    let span = 0;
    for (const tick of ticks) {
      span += tick.interval;
      this.#applyOne(tick.domains ?? {}, tick.time, moved, given);
    }
    settle(moved, this.moving, span);
    this.unnamed = partsOf(ticks.map(({ interval, domains }) => ({ parts: domains?.unnamed, interval })), this.unnamed);
  }

  #applyOne(changes, time, moved, { reader, apps }) {
    const bytes = addMoved(this.all, changes.d ?? [], moved);
    for (const domain of bytes.keys()) domain.last = time;
    this.#moveParts(changes.p ?? [], bytes);
    const counts = changes.c ?? [];
    for (let i = 0; i < counts.length; i += 2) {
      const domain = this.all.get(counts[i]);
      if (domain !== undefined) domain.connections = counts[i + 1];
    }
    for (const values of changes.list ?? []) {
      const domain = this.all.get(reader.n(values)) ?? reader.create();
      reader.fill(domain, values);
      this.#link(domain, apps);
      this.all.set(domain.n, domain);
      overrule(domain, bytes, moved);
    }
    for (const n of changes.gone ?? []) this.#forget(n);
    this.#addLanes(time, bytes);
    if (changes.browsers !== undefined) this.browsers = new Map(changes.browsers);
  }

  /** What moved of a domain with one application is that one's, unless it is told apart. */
  #moveParts(flat, bytes) {
    const toldApart = new Set();
    for (let i = 0; i < flat.length; i += 4) {
      const part = this.all.get(flat[i])?.apps[flat[i + 1]];
      toldApart.add(flat[i]);
      if (part === undefined) continue;
      part.sent += flat[i + 2];
      part.received += flat[i + 3];
    }
    for (const [{ n, apps }, [sent, received]] of bytes) {
      if (apps.length !== 1 || toldApart.has(n)) continue;
      apps[0].sent += sent;
      apps[0].received += received;
    }
  }

  #addLanes(time, bytes) {
    const begin = sliceOf(time);
    for (const slice of this.lanes.keys()) if (slice <= begin - LANE_SECONDS || slice > begin) this.lanes.delete(slice);
    const current = this.lanes.get(begin) ?? new Map();
    this.lanes.set(begin, current);
    for (const [{ n }, [sent, received]] of bytes) {
      if (sent === 0 && received === 0) continue;
      const [sentBefore, receivedBefore] = current.get(n) ?? NOTHING;
      current.set(n, [sentBefore + sent, receivedBefore + received]);
    }
  }

  #forget(n) {
    this.moving.delete(this.all.get(n));
    this.all.delete(n);
    for (const slice of this.lanes.values()) slice.delete(n);
  }

  #link(domain, apps) {
    domain.apps = domain.apps.map(([n, name, sent, received]) => {
      const app = n === null ? null : (apps.get(n) ?? null);
      if (n !== null && app === null) this.isIncomplete = true;
      return { app, name, sent, received };
    });
  }
}

/** The slice that a time is in, named by its begin. */
export const sliceOf = (/** @type {number} */ time) => SLICE_SECONDS * Math.floor(time / SLICE_SECONDS);

function byNumber(flat) {
  const moved = new Map();
  for (let i = 0; i < flat.length; i += 3) moved.set(flat[i], [flat[i + 1], flat[i + 2]]);
  return moved;
}
