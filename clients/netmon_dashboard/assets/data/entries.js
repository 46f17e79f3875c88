/**
 * @file Applications, processes and connections: from the hub's arrays to objects.
 *
 * The hub names its columns in "hello". A column that this file does not know is left out, and one that is not sent
 * keeps its default, so that a newer or older server does no harm. Each property is set by its own line: set in a loop
 * by name it takes a multiple of the time, and a full has thousands of rows.
 */

/** @implements {import("./types.js").App} */
class App {
  n = 0;
  id = "";
  name = "";
  path = "";
  icon = "";
  users = [];
  first = null;
  isBrowser = false;
  sent = 0;
  received = 0;
  sentRate = 0;
  receivedRate = 0;
  connections = 0;
  listening = 0;
  processes = 0;
  remotes = 0;
  spark = [];
}

/** @implements {import("./types.js").Process} */
class Process {
  n = 0;
  pid = 0;
  name = "";
  executable = "";
  user = "";
  uid = null;
  parentPid = null;
  parentName = "";
  commandLine = "";
  unit = "";
  container = "";
  start = null;
  app = null;
}

/** @implements {import("./types.js").Row} */
class Row {
  n = 0;
  id = "";
  app = null;
  proc = null;
  protocol = "";
  localAddress = "";
  localPort = null;
  remoteAddress = "";
  remotePort = null;
  direction = "";
  scope = "";
  interface = "";
  domain = "";
  domainSource = "";
  unit = "";
  container = "";
  state = "";
  start = null;
  startedBefore = false;
  last = null;
  end = null;
  sent = 0;
  received = 0;
  sentRate = 0;
  receivedRate = 0;
  ownerMethod = "";
  ownerConfidence = "";
  reason = "";
  holders = [];
  isNetmon = false;
  remainder = "";
  rttMilliseconds = null;
  retransmits = null;
  sentPayload = null;
  receivedPayload = null;
  unnamedReason = "";
}

/** @implements {import("./types.js").Domain} */
class Domain {
  n = 0;
  name = "";
  registrable = "";
  source = "";
  isOthers = false;
  first = null;
  last = null;
  sent = 0;
  received = 0;
  sentRate = 0;
  receivedRate = 0;
  connections = 0;
  apps = [];
}

function fillDomain(domain, values, at) {
  domain.n = values[at.n];
  domain.name = values[at.name];
  domain.registrable = values[at.registrable];
  domain.source = values[at.source];
  domain.isOthers = values[at.isOthers];
  domain.first = values[at.first];
  domain.last = values[at.last];
  domain.sent = values[at.sent];
  domain.received = values[at.received];
  domain.sentRate = values[at.sentRate];
  domain.receivedRate = values[at.receivedRate];
  domain.connections = values[at.connections];
  domain.apps = values[at.apps]; // as arrays: the caller links them
}

function fillApp(app, values, at) {
  app.n = values[at.n];
  app.id = values[at.id];
  app.name = values[at.name];
  app.path = values[at.path];
  app.icon = values[at.icon];
  app.users = values[at.users];
  app.first = values[at.first];
  app.isBrowser = values[at.isBrowser];
  app.sent = values[at.sent];
  app.received = values[at.received];
  app.sentRate = values[at.sentRate];
  app.receivedRate = values[at.receivedRate];
  app.connections = values[at.connections];
  app.listening = values[at.listening];
  app.processes = values[at.processes];
  app.remotes = values[at.remotes];
}

function fillProcess(process, values, at) {
  process.n = values[at.n];
  process.pid = values[at.pid];
  process.name = values[at.name];
  process.executable = values[at.executable];
  process.user = values[at.user];
  process.uid = values[at.uid];
  process.parentPid = values[at.parentPid];
  process.parentName = values[at.parentName];
  process.commandLine = values[at.commandLine];
  process.unit = values[at.unit];
  process.container = values[at.container];
  process.start = values[at.start];
  process.app = values[at.app];
}

function fillRow(row, values, at) {
  row.n = values[at.n];
  row.id = values[at.id];
  row.app = values[at.app];
  row.proc = values[at.proc];
  row.protocol = values[at.protocol];
  row.localAddress = values[at.localAddress];
  row.localPort = values[at.localPort];
  row.remoteAddress = values[at.remoteAddress];
  row.remotePort = values[at.remotePort];
  row.direction = values[at.direction];
  row.scope = values[at.scope];
  row.interface = values[at.interface];
  row.domain = values[at.domain];
  row.domainSource = values[at.domainSource];
  row.unit = values[at.unit];
  row.container = values[at.container];
  row.state = values[at.state];
  row.start = values[at.start];
  row.startedBefore = values[at.startedBefore];
  row.last = values[at.last];
  row.end = values[at.end];
  row.sent = values[at.sent];
  row.received = values[at.received];
  row.sentRate = values[at.sentRate];
  row.receivedRate = values[at.receivedRate];
  row.ownerMethod = values[at.ownerMethod];
  row.ownerConfidence = values[at.ownerConfidence];
  row.reason = values[at.reason];
  row.holders = values[at.holders];
  row.isNetmon = values[at.isNetmon];
  row.remainder = values[at.remainder];
  row.rttMilliseconds = values[at.rttMilliseconds];
  row.retransmits = values[at.retransmits];
  row.sentPayload = values[at.sentPayload];
  row.receivedPayload = values[at.receivedPayload];
  row.unnamedReason = values[at.unnamedReason];
}

export const newApp = () => new App();
export const newProcess = () => new Process();
export const newDomain = () => new Domain();
export const newRow = () => new Row();

// Columns whose property is named otherwise.
const RATES = { ds: "sentRate", dr: "receivedRate" };

/** How the arrays of one kind are read. */
export class Reader {
  constructor(columns, create, fill, names, identity) {
    this.create = create;
    this.fillFrom = fill;
    this.at = {};
    columns.forEach((column, place) => (this.at[names[column] ?? camelCase(column)] = place));
    // What is not sent comes after what is: its defaults are put there.
    this.defaults = [];
    for (const [property, value] of Object.entries(create())) {
      if (property in this.at || property === "spark") continue; // sparks are the store's own
      this.at[property] = columns.length + this.defaults.length;
      this.defaults.push(value);
    }
    this.identityPlaces = identity.map((property) => this.at[property]);
  }

  n(values) {
    return values[this.at.n];
  }

  /** What stays the same when the hub, and with it every n, is another. */
  identity(values) {
    const [first, second] = this.identityPlaces;
    return second === undefined ? values[first] : `${values[first]} ${values[second]}`;
  }

  /** Set what the array holds. ds and dr land in the rates as bytes, links as n: the caller turns them. */
  fill(target, values) {
    this.fillFrom(target, this.defaults.length === 0 ? values : [...values, ...this.defaults], this.at);
  }
}

export const appReader = (columns) => new Reader(columns, newApp, fillApp, RATES, ["id"]);
export const processReader = (columns) => new Reader(columns, newProcess, fillProcess, {}, ["pid", "start"]);
export const domainReader = (columns) => new Reader(columns, newDomain, fillDomain, RATES, ["name", "isOthers"]);
export const rowReader = (columns) => new Reader(columns, newRow, fillRow, { ...RATES, process: "proc" }, ["id"]);

function camelCase(column) {
  return column.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
