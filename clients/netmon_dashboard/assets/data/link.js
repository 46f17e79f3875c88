/**
 * @file The WebSocket to the dashboard's server: one a document, which lives through page switches.
 *
 * Losing the collector is a message on a living socket; losing the dashboard is the socket closing. A socket that was
 * refused with 403 (the server has a new token, the cookie is gone) is told apart by asking for the health page.
 */

const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_SECONDS = 5;
const ANSWER_SECONDS = 5;
const SILENCE_SECONDS = 10;
const SILENT_INTERVALS = 3;
const OPEN = 1; // WebSocket.OPEN

/** An answer that says no. `command` is the exact next command, or "". */
export class AskError extends Error {
  constructor(text, command = "") {
    super(text);
    this.name = "AskError";
    this.command = command;
  }
}

/** What the link needs of the browser; tests hand in their own. */
function browserRoom() {
  return {
    connect: () => new WebSocket(new URL("/netmon/live", document.baseURI).href.replace(/^http/, "ws")),
    isRefused: async () => {
      const answer = await fetch("/_stcore/health", { cache: "no-store" });
      return answer.status === 403;
    },
    later: (run, seconds) => setTimeout(run, seconds * 1000),
    cancel: (timer) => clearTimeout(timer),
    monotonic: () => performance.now() / 1000,
    random: Math.random,
  };
}

export class Link {
  /** @param {ReturnType<typeof browserRoom>} room */
  constructor(room = browserRoom()) {
    this.room = room;
    this.socket = null;
    this.isConnected = false;
    /** "" | "gone" | "refused": why there is no socket. @type {string} */
    this.problem = "";
    /** When the next try comes, on the room's monotonic clock; null while connected. @type {number|null} */
    this.retryAt = null;
    this.wantsDomains = false;
    this.wantsRows = null; // null: nothing was watched yet, the socket stays closed
    this.isPaused = false;
    /** How often ticks come, seconds; null while none need come (stopped, the collector is away). */
    this.tickSeconds = null;
    /** A message of the server. @type {(message: object) => void} */
    this.onmessage = () => {};
    /** The socket opened, closed, or it became clear why. @type {() => void} */
    this.onchange = () => {};
    this.failures = 0;
    this.nextId = 1;
    this.asked = new Map();
    this.retryTimer = null;
    this.silenceTimer = null;
  }

  /** Say what this tab shows; connects at first. Answered with "full". */
  watch(rows, domains = false) {
    if (this.wantsRows === rows && this.wantsDomains === domains) return;
    this.wantsRows = rows;
    this.wantsDomains = domains;
    if (this.socket === null && this.retryTimer === null) this.#connect();
    else this.resync();
  }

  /** Ask for a "full": a tick was missed, or it spoke of something unknown. */
  resync() {
    const domains = this.wantsDomains ? { domains: true } : {};
    this.#send({ type: "watch", rows: this.wantsRows === true, ...domains });
  }

  pause() {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#send({ type: "pause" });
    this.#heard();
  }

  /** Answered with "full". */
  resume() {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#send({ type: "resume" });
    this.#heard();
  }

  /** Try at once instead of waiting for the next try. */
  retryNow() {
    if (this.retryTimer === null) return;
    this.room.cancel(this.retryTimer);
    this.#connect();
  }

  /**
   * Ask the server. Rejects with AskError when it says no, when the socket closes and after 5 s.
   * @param {"range"|"trace"|"payload"|"explain"|"status"|"start"|"stop"|"clear"} what
   * @returns {Promise<object>} the answer's data
   */
  ask(what, params = {}) {
    if (!this.isConnected) return Promise.reject(new AskError("The dashboard's server is not connected."));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = this.room.later(() => {
        this.asked.delete(id);
        reject(new AskError(`The dashboard's server gave no answer within ${ANSWER_SECONDS} s.`));
      }, ANSWER_SECONDS);
      this.asked.set(id, { resolve, reject, timer });
      this.#send({ ...params, type: "ask", id, what });
    });
  }

  /** For tests and for the end of the document. */
  close() {
    this.wantsRows = null;
    this.room.cancel(this.retryTimer);
    this.retryTimer = null;
    this.#drop();
  }

  #connect() {
    this.retryTimer = null;
    this.tickSeconds = 0; // the first message tells
    const socket = this.room.connect();
    this.socket = socket;
    // Events of a socket that was given up come late: they are another's.
    socket.onopen = () => this.socket === socket && this.#opened();
    socket.onmessage = (event) => this.socket === socket && this.#received(event.data);
    socket.onclose = () => this.socket === socket && this.#closed();
    this.#heard(); // a connection that neither opens nor fails is given up too
  }

  #opened() {
    this.isConnected = true;
    this.problem = "";
    this.retryAt = null;
    this.resync();
    if (this.isPaused) this.#send({ type: "pause" });
    this.#heard();
    this.onchange();
  }

  #received(text) {
    this.#heard();
    this.failures = 0; // not at opening: a server that takes and drops would be asked twice a second for ever
    const message = JSON.parse(text);
    if (message.type === "answer") this.#answered(message);
    else this.onmessage(message);
  }

  #answered(message) {
    const asked = this.asked.get(message.id);
    if (asked === undefined) return; // it came after the 5 s
    this.asked.delete(message.id);
    this.room.cancel(asked.timer);
    if (message.ok) asked.resolve(message.data);
    else asked.reject(new AskError(message.text, message.command));
  }

  #closed() {
    this.#drop();
    const wait = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** this.failures);
    this.failures += 1;
    const varied = wait * (0.9 + 0.2 * this.room.random()); // tabs do not all come at the same moment
    this.retryAt = this.room.monotonic() + varied;
    this.retryTimer = this.room.later(() => this.#connect(), varied);
    if (this.problem === "") this.problem = "gone";
    this.onchange();
    this.#learnWhy();
  }

  async #learnWhy() {
    let problem = "gone";
    try {
      if (await this.room.isRefused()) problem = "refused";
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch's error for "nobody answers": gone
    }
    if (this.isConnected || this.wantsRows === null || problem === this.problem) return;
    this.problem = problem;
    this.onchange();
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.isConnected = false;
    this.room.cancel(this.silenceTimer);
    this.silenceTimer = null;
    if (socket !== null) socket.close();
    const asked = [...this.asked.values()];
    this.asked.clear();
    for (const { reject, timer } of asked) {
      this.room.cancel(timer);
      reject(new AskError("The connection to the dashboard's server was lost."));
    }
  }

  /**
   * How often ticks come from now on, seconds; null: silence means nothing, as while monitoring is stopped.
   * @param {number|null} seconds
   */
  expect(seconds) {
    if (this.tickSeconds === seconds) return;
    this.tickSeconds = seconds;
    this.#heard();
  }

  /** Something came, or it is another thing that is waited for: the silence begins anew. */
  #heard() {
    this.room.cancel(this.silenceTimer);
    this.silenceTimer = null;
    if (this.socket === null) return;
    if (this.isConnected && (this.isPaused || this.tickSeconds === null)) return;
    const patience = Math.max(SILENCE_SECONDS, SILENT_INTERVALS * (this.tickSeconds ?? 0));
    this.silenceTimer = this.room.later(() => this.#closed(), patience);
  }

  #send(message) {
    if (this.socket !== null && this.socket.readyState === OPEN) this.socket.send(JSON.stringify(message));
  }
}

export const link = new Link();
