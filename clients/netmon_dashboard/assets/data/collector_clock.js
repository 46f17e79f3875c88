/** @file The collector's wall time, told from the times of its messages. */

const JUMP_SECONDS = 2;

export class CollectorClock {
  /** @param {{monotonic: () => number, wall: () => number}} room clocks in seconds; `wall` until one is heard */
  constructor(room) {
    this.room = room;
    this.offset = null;
  }

  /** Unix seconds. */
  time() {
    return this.offset === null ? this.room.wall() : this.room.monotonic() + this.offset;
  }

  /** Messages come late, never early: the least late one is nearest to the truth, unless the clock was set. */
  heard(time) {
    const offset = time - this.room.monotonic();
    if (this.offset === null || offset > this.offset || offset < this.offset - JUMP_SECONDS) this.offset = offset;
  }
}
