/** Domains as the store holds them, for tests. */

import { newApp, newDomain } from "../../../../../clients/netmon_dashboard/assets/data/entries.js";

export const app = (n, name, values = {}) => ({ ...newApp(), n, id: `exe:/usr/bin/${name}`, name, ...values });

/** shares: [app, sent, received][] */
export function domain(n, name, shares, values = {}) {
  const apps = shares.map(([owner, sent, received]) => ({ app: owner, name: owner?.name ?? "", sent, received }));
  const sum = (key) => apps.reduce((all, each) => all + each[key], 0);
  const registrable = name.split(".").slice(-2).join(".");
  return { ...newDomain(), n, name, registrable, source: "sni", apps, sent: sum("sent"), received: sum("received"), connections: 1, first: 10 + n, last: 20 + n, ...values };
}

export const itself = (one) => one;
