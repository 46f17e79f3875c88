/** Applications and connections as the store holds them, for tests. */

import { newApp, newProcess, newRow } from "../../../../../clients/netmon_dashboard/assets/data/entries.js";

export function app(n, name, values = {}) {
  return { ...newApp(), n, id: `exe:/usr/bin/${name}`, name, path: `/usr/bin/${name}`, connections: 1, ...values };
}

export function process(n, pid, owner, values = {}) {
  return { ...newProcess(), n, pid, name: owner.name, user: "alice", app: owner, ...values };
}

export function row(n, owner, values = {}) {
  return { ...newRow(), n, id: `c${n}`, app: owner, protocol: "tcp", localAddress: "10.0.0.1", localPort: 40_000 + n, remoteAddress: "192.0.2.1",
    remotePort: 443, state: "established", start: 1000, last: 1000, ...values };
}

export function store(apps, rows) {
  return { dataTime: 1000, apps: new Map(apps.map((one) => [one.n, one])), rows: new Map(rows.map((one) => [one.n, one])) };
}
