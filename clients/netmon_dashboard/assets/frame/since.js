/**
 * "Since now": sums that begin at a moment of this tab. What was counted before it is taken off what is counted now;
 * rates, the store and other tabs stay as they are.
 *
 * Baselines hang on the collector's ids, not on the small numbers of the hub: they live through a restart of the
 * dashboard. A collector that was started anew, or statistics that were cleared, count from nothing: then there is
 * nothing to take off any more, and the sums are those since that later moment.
 */

const NOTHING = { sent: 0, received: 0 };

export class SinceNow {
  constructor() {
    /** Since when sums are shown, Unix seconds; null: since the collector's own epoch. @type {number|null} */
    this.time = null;
    /** @type {Map<string, {sent: number, received: number}>} */
    this.bases = new Map();
    this.hasRows = false;
    this.hasDomains = false;
    this.instance = null;
    this.epoch = null;
  }

  get isOn() {
    return this.time !== null;
  }

  /** Begins now. Rows need a store that has them: see `needsRows`. @param {import("../data/store.js").Store} store */
  begin(store) {
    this.end();
    this.time = store.dataTime;
    this.instance = store.hello?.instance_id ?? null;
    this.epoch = store.epoch;
    this.#keep("totals", store.totals);
    for (const app of store.apps.values()) this.#keep(`app ${app.id}`, app);
    for (const part of store.unattributed) this.#keep(`reason ${part.reason}`, part);
    if (store.hasRows) this.#keepRows(store);
    if (store.hasDomains) this.#keepDomains(store);
  }

  /** Sums are those of the collector again. */
  end() {
    this.time = null;
    this.bases.clear();
    this.hasRows = false;
    this.hasDomains = false;
  }

  /**
   * To be called after each change of the store.
   * @returns {boolean} whether anything of it changed by that
   */
  follow(store) {
    if (!this.isOn) return false;
    const instance = store.hello?.instance_id ?? null;
    if (instance === this.instance && store.epoch === this.epoch) {
      if (!this.hasRows && store.hasRows) this.#keepRows(store);
      if (!this.hasDomains && store.hasDomains) this.#keepDomains(store);
      return false;
    }
    const isNewer = store.epoch !== null && store.epoch > this.time;
    this.instance = instance;
    this.epoch = store.epoch;
    this.bases.clear();
    this.hasRows = this.hasDomains = true; // all that comes now counts from nothing
    if (isNewer) this.time = store.epoch;
    return true;
  }

  /** @returns {{sent: number, received: number}} bytes of the machine, loopback left out */
  totals(store) {
    return this.#less("totals", store.totals);
  }

  /** @param {import("../data/types.js").App} app */
  app(app) {
    return this.#less(`app ${app.id}`, app);
  }

  /** @param {import("../data/types.js").Row} row */
  row(row) {
    return this.#less(`row ${row.id}`, row);
  }

  /** @param {import("../data/types.js").Unattributed} part */
  unattributed(part) {
    return this.#less(`reason ${part.reason}`, part);
  }

  /** @param {import("../data/types.js").Domain} domain */
  domain(domain) {
    return this.#less(domainKey(domain), domain);
  }

  /**
   * What one application moved with a domain.
   * @param {import("../data/types.js").Domain} domain @param {import("../data/types.js").DomainPart} part
   */
  domainPart(domain, part) {
    return this.#less(partKey(domain, part), part);
  }

  /** What has no name, for one reason. @param {import("../data/types.js").Unattributed} part */
  unnamed(part) {
    return this.#less(`unnamed ${part.reason}`, part);
  }

  /** Must domains be asked for, so that those of this moment are known? */
  get needsDomains() {
    return this.isOn && !this.hasDomains;
  }

  /** Must rows be asked for, so that those of this moment are known? */
  get needsRows() {
    return this.isOn && !this.hasRows;
  }

  #keepRows(store) {
    this.hasRows = true;
    for (const row of store.rows.values()) this.#keep(`row ${row.id}`, row);
  }

  #keepDomains(store) {
    this.hasDomains = true;
    for (const domain of store.domains.all.values()) {
      this.#keep(domainKey(domain), domain);
      for (const part of domain.apps) {
        this.#keep(partKey(domain, part), part);
        // An application that ends meanwhile is known by its name alone.
        if (part.app) this.#keep(partKey(domain, { name: part.app.name ?? part.name }), part);
      }
    }
    for (const part of store.domains.unnamed) this.#keep(`unnamed ${part.reason}`, part);
  }

  #keep(key, { sent, received }) {
    this.bases.set(key, { sent, received });
  }

  #less(key, { sent, received }) {
    const base = (this.isOn && this.bases.get(key)) || NOTHING;
    // Counters only grow. One that is below its baseline was forgotten and began anew.
    if (sent < base.sent || received < base.received) return { sent, received };
    return { sent: sent - base.sent, received: received - base.received };
  }
}

const domainKey = (domain) => `domain ${domain.isOthers ? "others" : "is"} ${domain.name}`;
const partKey = (domain, { app, name }) => `part ${app?.id ?? `gone ${name}`} ${domainKey(domain)}`;
