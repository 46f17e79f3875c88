/**
 * @file What the recorder knows of the past, asked for now and then beside the live data; null where it cannot be had.
 * No page waits for it.
 */

const ASK_SECONDS = 60;
const ASK_AGAIN_SECONDS = 15; // where there was none: a recorder that is started is soon seen
const TODAY_PATH = "/netmon/past/today";
const DOMAINS_PATH = "/netmon/past/domains";

/** What it needs of the browser; tests hand in their own. */
function browserRoom() {
  return {
    ask: async (path) => (await fetch(new URL(path, document.baseURI), { cache: "no-store" })).json(),
    later: (run, seconds) => setTimeout(run, seconds * 1000),
    cancel: (timer) => clearTimeout(timer),
    isHidden: () => document.hidden,
  };
}

/** The newest answers, by path: a page that is shown again begins with what it had. @type {Map<string, object>} */
const newest = new Map();

export class PastFeed {
  /** @param {string} path @param {() => void} onchange @param {ReturnType<typeof browserRoom>} room */
  constructor(path, onchange, room = browserRoom(), kept = newest) {
    this.path = path;
    this.onchange = onchange;
    this.room = room;
    this.kept = kept;
    this.isEnded = false;
    this.timer = null;
    this.#ask();
  }

  /** What was answered last; null where the recorder was not to be had. @type {object|null} */
  get figures() {
    return this.kept.get(this.path) ?? null;
  }

  end() {
    this.isEnded = true;
    this.room.cancel(this.timer);
  }

  async #ask() {
    let figures = null;
    if (this.room.isHidden()) {
      this.#askIn(ASK_AGAIN_SECONDS);
      return;
    }
    try {
      const answer = await this.room.ask(this.path);
      if (answer.known) figures = answer;
    } catch (error) {
      // fetch's error for "nobody answers", and that of a refusal, which is no JSON; the frame says what it is.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
    if (this.isEnded) return;
    const wasKnown = this.figures !== null;
    if (figures === null) this.kept.delete(this.path);
    else this.kept.set(this.path, figures);
    this.#askIn(figures === null ? ASK_AGAIN_SECONDS : ASK_SECONDS);
    if (wasKnown || figures !== null) this.onchange();
  }

  #askIn(seconds) {
    this.timer = this.room.later(() => this.#ask(), seconds);
  }
}

/** Today's sums by application. @param {() => void} onchange */
export const todayFeed = (onchange) => new PastFeed(TODAY_PATH, onchange);

/** The lanes of domains, of the day before what is live. @param {() => void} onchange */
export const lanesFeed = (onchange) => new PastFeed(DOMAINS_PATH, onchange);
