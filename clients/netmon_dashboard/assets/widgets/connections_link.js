/** @file A link to the page of connections, with a query. */

import { h, setAttr, setText } from "../dom.js";
import { changedQuery, PAGES } from "../frame/address.js";

/**
 * It keeps the socket unless a new tab is asked for.
 * @param {string} kind class of its own @param {(query: string) => void} go
 */
export function connectionsLink(kind, go) {
  let query = "";
  const node = h("a", { class: `nm-tree-link ${kind}`, tabindex: "-1", onclick: (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(query);
  } });
  return {
    node,
    show(words, wanted, title) {
      setText(node, words);
      if (wanted !== query) setAttr(node, "href", PAGES.connections + changedQuery("", { q: wanted }));
      query = wanted;
      setAttr(node, "title", title);
    },
  };
}
