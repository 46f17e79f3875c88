// A store without a browser, and a link that notes what it is told.
import { Store } from "../../../../../clients/netmon_dashboard/assets/data/store.js";

export class NotedLink {
  constructor() {
    this.said = [];
    this.isConnected = false;
    this.problem = "";
    this.retryAt = null;
  }

  pause() {
    this.said.push("pause");
  }

  resume() {
    this.said.push("resume");
  }

  resync() {
    this.said.push("resync");
  }

  retryNow() {
    this.said.push("retry now");
  }

  expect(seconds) {
    this.expected = seconds;
  }

  // A plain function: what it is called on is the link.
  take(message) {
    this.onmessage(message);
  }
}

export class FakeDocument extends EventTarget {
  hidden = false;

  show(isShown) {
    this.hidden = !isShown;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

export class FakeStorage {
  constructor(items = {}) {
    this.items = items;
  }

  getItem(key) {
    return this.items[key] ?? null;
  }

  setItem(key, value) {
    this.items[key] = value;
  }
}

/** A store, its link, document and clock (`room.now`, seconds). */
export function aStore(storage = new FakeStorage()) {
  const room = { now: 5000, document: new FakeDocument(), storage, tabStorage: new FakeStorage() };
  room.monotonic = () => room.now;
  room.wall = () => 1_700_000_000;
  const link = new NotedLink();
  const store = new Store(link, room);
  return { store, link, room };
}

/** What a person could see of a store, without n's order: rows, applications, processes that rows name, sums. */
export function shown(store) {
  const rows = [...store.rows.values()].map(({ app, proc, ...row }) => ({ ...row, app: app?.id, proc: proc?.n }));
  const named = new Set([...store.rows.values()].map(({ proc }) => proc));
  return {
    rows: sorted(rows),
    apps: sorted([...store.apps.values()].map(({ spark, ...app }) => ({ ...app, spark: store.hasRows ? sinceTraffic(spark) : [] }))),
    procs: sorted([...store.procs.values()].filter((proc) => named.has(proc)).map(plainProcess)),
    series: store.series.map(({ top, ...point }) => ({ ...point, top: top.map(({ n, name }) => [n, name]) })),
    marks: store.marks,
    unattributed: store.unattributed,
    listeners: store.listeners.map(({ app, ...listener }) => ({ ...listener, app: app?.id })),
    domains: store.hasDomains ? sorted([...store.domains.all.values()].map(plainDomain)) : [],
    lanes: lanesOf(store.domains),
    unnamed: store.domains.unnamed,
    browsers: [...store.domains.browsers],
    summary: summaryOf(store),
  };
}

function summaryOf(store) {
  const { sequence, dataTime, epoch, interval, headline, totals, loopback, active, listening, share, omitted } = store;
  return { sequence, dataTime, epoch, interval, headline, totals, loopback, active, listening, share, omitted };
}

/** A spark goes on through silence, which one that is made anew does not begin with. */
function sinceTraffic(spark) {
  const first = spark.findIndex(({ sent, received }) => sent > 0 || received > 0);
  return first < 0 ? [] : spark.slice(first);
}

function plainDomain({ apps, ...domain }) {
  return { ...domain, apps: apps.map(({ app, ...part }) => ({ ...part, app: app?.id })) };
}

/** A slice in which nothing moved is one for who follows alone. */
function lanesOf({ lanes }) {
  const slices = [...lanes].map(([begin, moved]) => [begin, sorted([...moved].map(([n, bytes]) => ({ n, bytes })))]);
  return slices.filter(([, moved]) => moved.length > 0).sort(([one], [other]) => one - other);
}

function plainProcess({ app, ...process }) {
  return { ...process, app: app?.id };
}

function sorted(entries) {
  return entries.sort((one, other) => one.n - other.n);
}
