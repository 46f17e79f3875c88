/**
 * @file What this document knows of the machine: one store, kept up to date by the link, read by every page.
 *
 * It lives as long as the document, through page switches; pages subscribe and read. See types.js for the shapes.
 */

import { CollectorClock } from "./collector_clock.js";
import { link as theLink } from "./link.js";
import { addTick, pointOf, SERIES_SECONDS } from "./series.js";
import { loadView, saveView } from "./settings.js";
import { omittedOf, summarise } from "./summary.js";
import { Tables } from "./tables.js";

const ASK_AGAIN_SECONDS = 2;
const MOST_MARKS = 200;

/** What the store needs of the browser; tests hand in their own. */
function browserRoom() {
  return {
    monotonic: () => performance.now() / 1000,
    wall: () => Date.now() / 1000,
    document: globalThis.document ?? null,
    storage: undefined,
    tabStorage: undefined,
  };
}

export class Store {
  /**
   * @param {import("./link.js").Link} link
   * @param {ReturnType<typeof browserRoom>} room
   */
  constructor(link, room = browserRoom()) {
    this.link = link;
    this.room = room;
    /** The server's greeting, with the newest limits ("degraded"); null before. @type {object|null} */
    this.hello = null;
    /** The newest "state" as it came: state, since, retry_at, title, text, command. @type {object|null} */
    this.state = null;
    /** Is the socket to the dashboard's server open? */
    this.connected = false;
    /** Why not: "" | "gone" | "refused" (the link that netmon-dashboard prints must be opened again). */
    this.socketProblem = "";
    /** When it will be tried again, on the clock of time(); null while connected. @type {number|null} */
    this.socketRetryAt = null;
    /** Since when it is away. @type {number|null} */
    this.socketLostAt = null;
    /** @type {import("./types.js").View} */
    this.view = loadView(room.storage, room.tabStorage);
    /** When this view was paused. @type {number|null} */
    this.pausedAt = null;
    /** The time of the data shown; 0 before the first. */
    this.dataTime = 0;
    this.sequence = 0;
    this.epoch = null;
    this.interval = 1;
    this.headline = { sentRate: 0, receivedRate: 0 };
    this.totals = { sent: 0, received: 0 };
    this.loopback = { sentRate: 0, receivedRate: 0 };
    this.active = 0;
    this.listening = 0;
    /** Of the bytes, how much has an owner: 0 to 1, or null. @type {number|null} */
    this.share = null;
    /** Packets that could not be counted since what was shown before. */
    this.dropped = 0;
    /** @type {import("./types.js").Point[]} */
    this.series = [];
    /** @type {import("./types.js").Mark[]} */
    this.marks = [];
    /** @type {import("./types.js").Unattributed[]} */
    this.unattributed = [];
    /** @type {import("./types.js").Listener[]} */
    this.listeners = [];
    /** Rows over the limit, as a sum. @type {{count: number, sent: number, received: number}|null} */
    this.omitted = null;
    /** Do `rows` and `procs` hold what is now? Not on pages that do not watch them. */
    this.hasRows = false;
    /** Does `domains` hold what is now? Only on the page that watches them. */
    this.hasDomains = false;
    this.tables = new Tables();
    this.pending = [];
    this.pendingSeconds = 0;
    this.nextSequence = null; // null: only a full is taken
    this.askedAt = -Infinity;
    this.clock = new CollectorClock(room);
    this.subscribers = new Set();
    link.onmessage = (message) => this.receive(message);
    link.onchange = () => this.#socketChanged();
    room.document?.addEventListener("visibilitychange", () => {
      this.#followPause();
      if (!room.document.hidden) link.retryNow();
    });
    this.#followPause();
  }

  get apps() {
    return this.tables.apps;
  }

  get procs() {
    return this.tables.procs;
  }

  get rows() {
    return this.tables.rows;
  }

  /** Domains, their lanes, and what has no name. */
  get domains() {
    return this.tables.domains;
  }

  /** The collector's wall time now, Unix seconds. */
  time() {
    return this.clock.time();
  }

  /** How far what is shown lies behind, seconds. */
  behindSeconds() {
    return this.dataTime === 0 ? 0 : Math.max(0, this.time() - this.dataTime);
  }

  /**
   * @param {(kind: "hello"|"state"|"full"|"tick"|"socket"|"view") => void} told
   * @returns {() => void} ends it
   */
  subscribe(told) {
    const entry = { told }; // the same function may subscribe twice
    this.subscribers.add(entry);
    return () => this.subscribers.delete(entry);
  }

  /** @param {Partial<import("./types.js").View>} patch */
  setView(patch) {
    const wasPaused = this.view.paused;
    if (patch.paused && !wasPaused) this.#flush(); // what came belongs to what is looked at
    this.view = { ...this.view, ...patch };
    saveView(this.view, this.room.storage, this.room.tabStorage);
    if (this.view.paused !== wasPaused) this.pausedAt = this.view.paused ? this.time() : null;
    this.#followPause();
    this.#tell("view");
    if (this.#isDue()) this.#flush();
  }

  /** Take one message of the server; kinds that are not known are of a newer server and left out. */
  receive(message) {
    if (message.type === "tick") this.#tick(message);
    else if (message.type === "full") this.#full(message);
    else if (message.type === "state") this.#stateChanged(message);
    else if (message.type === "hello") this.#greeted(message);
  }

  #greeted(hello) {
    this.#flush();
    if (this.hello !== null && this.hello.instance_id !== hello.instance_id) this.tables.beginAnew();
    this.hello = hello;
    this.interval = hello.interval;
    this.tables.useColumns(hello);
    this.nextSequence = null; // n may be another's now
    this.#expectTicks();
    this.#tell("hello");
  }

  #stateChanged(state) {
    this.#flush();
    this.state = state;
    this.#expectTicks();
    this.#tell("state");
  }

  #full(full) {
    if (this.hello === null) return; // without its columns it cannot be read
    this.pending = [];
    this.pendingSeconds = 0;
    this.nextSequence = full.sequence + 1;
    this.epoch = full.epoch;
    this.clock.heard(full.time);
    this.tables.replace(full);
    this.hasRows = full.r !== undefined;
    this.hasDomains = full.domains !== undefined;
    this.omitted = this.hasRows ? omittedOf(full.r.omitted) : null;
    const nameOf = (n) => this.apps.get(n)?.name ?? full.names?.[n] ?? "";
    this.series = full.series.map((entry) => pointOf(entry, nameOf));
    this.marks = full.marks.slice(-MOST_MARKS);
    this.#takeLimits(full);
    summarise(this, [full]);
    if (this.view.paused) this.pausedAt = this.time(); // a page was opened that needs rows: they are of now
    this.#tell("full");
  }

  #tick(tick) {
    if (this.view.paused) return; // was on its way when the pause began; resuming brings a full
    if (tick.sequence !== this.nextSequence) {
      this.#askForFull();
      return;
    }
    this.nextSequence = tick.sequence + 1;
    this.clock.heard(tick.time);
    this.pending.push(tick);
    this.pendingSeconds += tick.interval;
    if (this.#isDue()) this.#flush();
  }

  /** Is it time to show what came? Half an interval early rather than late: ticks are not exact to the millisecond. */
  #isDue() {
    if (this.pending.length === 0) return false;
    return this.pendingSeconds + this.pending[this.pending.length - 1].interval / 2 > this.view.refreshSeconds;
  }

  #flush() {
    const ticks = this.pending;
    if (ticks.length === 0) return;
    this.pending = [];
    this.pendingSeconds = 0;
    this.tables.apply(ticks);
    const nameOf = (n) => this.apps.get(n)?.name ?? "";
    for (const tick of ticks) addTick(this.series, tick, nameOf);
    for (const tick of ticks) {
      if (tick.marks !== undefined) this.marks = [...this.marks, ...tick.marks].slice(-MOST_MARKS);
      if (tick.r?.omitted !== undefined) this.omitted = omittedOf(tick.r.omitted);
      this.#takeLimits(tick);
    }
    const oldest = ticks[ticks.length - 1].time - SERIES_SECONDS;
    if (this.marks.some(({ time }) => time <= oldest)) this.marks = this.marks.filter(({ time }) => time > oldest);
    summarise(this, ticks);
    if (this.tables.isIncomplete) this.#askForFull();
    this.#tell("tick");
  }

  /** What is limited may have changed since the greeting. */
  #takeLimits({ degraded }) {
    if (degraded !== undefined) this.hello = { ...this.hello, degraded };
  }

  /** Only while it is live do ticks come for certain. */
  #expectTicks() {
    this.link.expect(this.state?.state === "live" ? this.interval : null);
  }

  #askForFull() {
    this.nextSequence = null;
    const now = this.room.monotonic();
    if (now - this.askedAt < ASK_AGAIN_SECONDS) return; // the answer is on its way
    this.askedAt = now;
    this.link.resync();
  }

  #followPause() {
    if (this.view.paused || this.room.document?.hidden) this.link.pause();
    else this.link.resume();
  }

  #socketChanged() {
    const { isConnected, problem, retryAt } = this.link;
    if (isConnected) this.socketLostAt = null;
    else this.socketLostAt ??= this.time();
    this.socketRetryAt = retryAt === null ? null : retryAt - this.room.monotonic() + this.time();
    this.connected = isConnected;
    this.socketProblem = problem;
    if (!isConnected) this.nextSequence = null;
    this.#tell("socket");
  }

  #tell(kind) {
    for (const { told } of [...this.subscribers]) told(kind);
  }
}

export const store = new Store(theLink);
