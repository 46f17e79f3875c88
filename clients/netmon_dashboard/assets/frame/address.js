/**
 * Addresses of pages. Streamlit owns the path (its navigation switches pages without a reload); the query is ours.
 *
 * A page's own query survives a switch: `go` keeps it until the page is mounted, and writes it then, because Streamlit
 * sets the address itself when its link is clicked.
 */

/** Names of pages and their paths: Streamlit's default page lives at "/". */
export const PAGES = {
  overview: "/",
  connections: "/connections",
  applications: "/applications",
  domains: "/domains",
  history: "/history",
  config: "/config",
};
export const TITLES = {
  overview: "Overview",
  connections: "Connections",
  applications: "Applications",
  domains: "Domains",
  history: "History",
  config: "Config",
};
const SWITCH_SECONDS = 4;

/**
 * A query with some values changed: null, undefined and "" take a name out; names that are not given stay.
 * @param {string} search of the address, with or without "?" @param {Object<string, unknown>} changes
 * @returns {string} "" or "?a=b"
 */
export function changedQuery(search, changes) {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") params.delete(name);
    else params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** The page that a path shows, or "" for a path that is none of ours. @param {string} path */
export function pageOfPath(path) {
  const plain = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const entry = Object.entries(PAGES).find(([, known]) => known === plain);
  return entry === undefined ? "" : entry[0];
}

/** The one object of this document that knows where we are. */
export class Address {
  constructor() {
    /** What `go` was asked for and is not there yet. @type {{page: string, query: string, timer: number}|null} */
    this.pending = null;
  }

  /** The query now. */
  get params() {
    return new URLSearchParams(location.search);
  }

  /** Changes the query in place: no entry in the history, no load. */
  setParams(changes) {
    this.#write(changedQuery(location.search, changes));
  }

  /** To be called when a page is mounted: writes the query that was asked for it. */
  arrived(page) {
    const pending = this.pending;
    if (pending === null || pending.page !== page) return;
    clearTimeout(pending.timer);
    this.pending = null;
    this.#write(pending.query);
  }

  /**
   * Goes to another page without a load, by Streamlit's own link; it is in the document also where a narrow window
   * folds the navigation away. Where there is none, or it brings no page within 4 s, the address is loaded.
   * @param {string} page @param {Object<string, unknown>} params
   */
  go(page, params) {
    if (!(page in PAGES)) throw new TypeError(`no page "${page}"`);
    const query = changedQuery("", params);
    clearTimeout(this.pending?.timer);
    const link = navigationLink(page);
    const load = () => location.assign(PAGES[page] + query);
    this.pending = { page, query, timer: setTimeout(load, link === null ? 0 : SWITCH_SECONDS * 1000) };
    link?.click();
  }

  /** Another query of the page that is shown, as an entry of its own in the history. */
  push(params) {
    history.pushState(history.state, "", location.pathname + changedQuery("", params));
  }

  #write(query) {
    if (query === location.search) return;
    history.replaceState(history.state, "", location.pathname + query + location.hash);
  }
}

/** Streamlit's link to a page, at the top or in the side bar, told by where it leads; null where it shows none. */
function navigationLink(page) {
  const wanted = new URL(PAGES[page], document.baseURI).href;
  for (const link of document.querySelectorAll("a[href]")) {
    const isNavigation = (link.getAttribute("data-testid") ?? "").includes("Nav");
    if (isNavigation && link.href.split(/[?#]/, 1)[0] === wanted) return link;
  }
  return null;
}
