/**
 * What state the view is in, out of the store: one word, and the texts of it. No elements here.
 *
 * Words: "connecting", "live", "paused", "stale", "stopped", "unavailable", "refused", "version" as the server says
 * them, and two of our own for the socket: "gone" (no dashboard answers) and "locked" (it does not know us any more).
 */

const LOOKS = {
  live: ["green", "●"],
  paused: ["blue", "‖"],
  stale: ["yellow", "◔"],
  stopped: ["grey", "■"],
  connecting: ["grey", "…"],
  unavailable: ["red", "✕"],
  refused: ["red", "✕"],
  version: ["red", "✕"],
  gone: ["red", "✕"],
  locked: ["red", "✕"],
};

const RETRIED = new Set(["unavailable", "refused", "version"]);
const LONGEST_WAIT_SECONDS = 120;
const OVERDUE_SECONDS = 1.5;

const OWN_TEXTS = {
  gone: {
    title: "The dashboard is gone",
    text: "Its server on this machine does not answer: it was stopped, or it failed. This page tries again by itself.",
    command: "netmon-dashboard",
  },
  locked: {
    title: "This page's key is no longer valid",
    text:
      "The dashboard was started anew, and with it came a new key. " +
      "Open the link that netmon-dashboard printed where it was started.",
    command: "",
  },
  connecting: { title: "Connecting…", text: "Waiting for the first data of the collector.", command: "" },
};

/** @param {import("../data/store.js").Store} store @returns {string} one of the words above */
export function conditionOf(store) {
  if (!store.connected) {
    if (store.socketProblem === "refused") return "locked";
    return store.socketProblem === "" ? "connecting" : "gone";
  }
  const word = store.state?.state ?? "connecting";
  if (word === "live" && store.view.paused) return "paused";
  return word in LOOKS ? word : "unavailable";
}

/** Is what is shown older than it should be, through no wish of the viewer? */
export function isOutOfDate(condition) {
  return condition !== "live" && condition !== "paused";
}

/**
 * The status chip.
 * @param {import("../data/store.js").Store} store
 * @param {(unixSeconds: number) => string} clock gives the time of day as HH:MM
 * @returns {{condition: string, tone: string, glyph: string, text: string}}
 */
export function chipOf(store, clock) {
  const condition = conditionOf(store);
  const [tone, glyph] = LOOKS[condition];
  return { condition, tone, glyph, text: chipText(condition, store, clock) };
}

function chipText(condition, store, clock) {
  const state = store.state;
  const now = store.time();
  switch (condition) {
    case "live":
      return "Live";
    case "paused":
      return `Paused, ${wholeSeconds(store.behindSeconds())} behind`;
    case "stale":
      return `Stale ${wholeSeconds(store.dataTime > 0 ? store.behindSeconds() : now - state.since)}`;
    case "stopped":
      return `Stopped since ${clock(state.since)}`;
    case "unavailable":
      return `Collector unavailable${retryText(retrySeconds(condition, store))}`;
    case "refused":
      return "Not permitted";
    case "version":
      return "Versions do not fit";
    case "gone":
      return `Dashboard gone${retryText(retrySeconds(condition, store))}`;
    case "locked":
      return "Key not valid";
    default:
      return "Connecting…";
  }
}

/**
 * What stands in the banner, or on the whole page where there never was data. Null while all is well.
 * @returns {{condition: string, tone: string, title: string, text: string, command: string}|null}
 */
export function noticeOf(store) {
  const condition = conditionOf(store);
  if (!isOutOfDate(condition)) return null;
  const [tone] = LOOKS[condition];
  const texts = OWN_TEXTS[condition] ?? store.state ?? {};
  const { title, text, command } = condition === "connecting" && store.state?.title ? store.state : texts;
  if (condition === "stale" && store.dataTime > 0) {
    // The server said it once; meanwhile it has become longer.
    const since = `No sign of life from the collector for ${wholeSeconds(store.behindSeconds())}`;
    return { condition, tone, title: since, text, command };
  }
  return { condition, tone, title: title ?? "", text: text ?? "", command: command ?? "" };
}

/** `4 s`, `3 min`, `2 h`: how far behind, in as few signs as say it. */
export function wholeSeconds(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return `${Math.round(whole / 3600)} h`;
}

/**
 * Seconds until the next try, 0 or less while it goes on; null where none is due. The server says its tries in the
 * machine's own time, which is not that of a recording; a clock that is far off (a browser elsewhere) gives null.
 * @param {string} condition
 */
export function retrySeconds(condition, store, wall = Date.now() / 1000) {
  if (condition === "gone") return store.socketRetryAt === null ? null : store.socketRetryAt - store.time();
  if (!RETRIED.has(condition)) return null;
  const at = store.state?.retry_at ?? null;
  if (at === null || Math.abs(at - wall) > LONGEST_WAIT_SECONDS) return null;
  return at - wall;
}

function retryText(seconds) {
  if (seconds === null) return "";
  if (isOverdue(seconds)) return ", retrying";
  return seconds > 0 ? `, retry in ${Math.ceil(seconds)} s` : ", trying again…";
}

/** The server says when it tries first; after that it tries each second, and says so no more. */
export function isOverdue(seconds) {
  return seconds < -OVERDUE_SECONDS;
}
