/**
 * The order of the list of applications: by smoothed speed, and calm. A row passes another only when it is clearly
 * faster, so that two of the same speed do not change places each second. Pure, so that node can test it.
 *
 * @typedef {{id: string, rate: number, total: number, name: string}} Contender rate in bytes a second, total in bytes
 */

/** Weight of the newest second in the smoothed speed. */
const NEWEST = 0.4;
/** How much faster a row must be to pass the one above it. */
const CLEARLY = 1.15;
/** And by how many bytes a second at least. */
const AT_LEAST = 200;
/** Below this a smoothed speed is silence. */
const SILENCE = 1;

export class CalmOrder {
  constructor() {
    /** @type {string[]} */
    this.keys = [];
    /** @type {Map<string, number>} */
    this.speeds = new Map();
    this.isHeld = false;
  }

  /**
   * The busiest row; null while nothing moves. The first, but for one that is silent or stands there only because the
   * places are kept: then the fastest.
   * @returns {string | null}
   */
  get busiest() {
    const [first = ""] = this.keys;
    if (!this.isHeld && this.speed(first) > 0) return first;
    const fastest = this.keys.reduce((best, id) => (this.speed(id) > this.speed(best) ? id : best), first);
    return this.speed(fastest) > 0 ? fastest : null;
  }

  /**
   * Take the rates of a tick.
   *
   * @param {readonly Contender[]} contenders
   * @param {boolean} held whether known rows keep their places (the pointer is on the list)
   * @returns {readonly string[]} all keys, the fastest first
   */
  follow(contenders, held = false) {
    const known = new Set(contenders.map((one) => one.id));
    this.#smooth(contenders);
    const kept = this.keys.filter((id) => known.has(id));
    const present = new Set(kept);
    const fresh = contenders.filter((one) => !present.has(one.id)).sort((a, b) => this.#compare(a, b));
    const keys = [...kept, ...fresh.map((one) => one.id)];
    this.isHeld = held;
    this.keys = held ? keys : this.#settled(keys);
    return this.keys;
  }

  /** The smoothed speed of a row, bytes a second. */
  speed(/** @type {string} */ id) {
    return this.speeds.get(id) ?? 0;
  }

  #smooth(/** @type {readonly Contender[]} */ contenders) {
    const next = new Map();
    for (const { id, rate } of contenders) {
      const before = this.speeds.get(id);
      const speed = before === undefined ? rate : before + (rate - before) * NEWEST;
      next.set(id, speed < SILENCE ? 0 : speed);
    }
    this.speeds = next;
  }

  /** Insertion from the top: nearly sorted already, so nearly linear. */
  #settled(/** @type {string[]} */ keys) {
    for (let index = 1; index < keys.length; index += 1) {
      for (let at = index; at > 0 && this.#passes(keys[at], keys[at - 1]); at -= 1) {
        [keys[at - 1], keys[at]] = [keys[at], keys[at - 1]];
      }
    }
    return keys;
  }

  #passes(/** @type {string} */ lower, /** @type {string} */ upper) {
    const faster = this.speed(lower);
    const slower = this.speed(upper);
    return faster > slower * CLEARLY && faster > slower + AT_LEAST;
  }

  #compare(/** @type {Contender} */ a, /** @type {Contender} */ b) {
    return (
      this.speed(b.id) - this.speed(a.id) ||
      b.total - a.total ||
      a.name.localeCompare(b.name) ||
      (a.id < b.id ? -1 : 1)
    );
  }
}
