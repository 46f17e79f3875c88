/**
 * The face of the live component: Streamlit's page calls `mount` with its element, and gets the function that unmounts.
 *
 * This module and all that it imports live as long as the document: the store and its socket go on through page
 * switches, only the view is made anew. Streamlit calls `mount` again on the same element after a run of its script;
 * that must change nothing on screen.
 */

import { ChosenUnits } from "./config/chosen_units.js";
import { link } from "./data/link.js";
import { store } from "./data/store.js";
import { Address, pageOfPath } from "./frame/address.js";
import { Frame } from "./frame/frame.js";

const address = new Address();
const units = new ChosenUnits(store);
/** @type {WeakMap<ShadowRoot, Frame>} */
const frames = new WeakMap();

/**
 * @typedef {object} Component as Streamlit hands it over
 * @property {ShadowRoot} parentElement
 * @property {{page?: string, messages?: object[]}|null} data `messages`: in place of the socket, for tests and
 *   development
 */

/** @param {Component} component @returns {() => void} unmounts; may be called twice */
export function mount(component) {
  const shadow = component.parentElement;
  const page = component.data?.page ?? (pageOfPath(location.pathname) || "overview");
  let frame = frames.get(shadow);
  if (frame === undefined || frame.isDestroyed || frame.page !== page) {
    frame?.destroy();
    frame = new Frame({ component, page, store, link: linkFor(component), address });
    frames.set(shadow, frame);
  }
  frame.component = component;
  units.follow(page === "config" ? component : null);
  for (const message of component.data?.messages ?? []) store.receive(message);
  return () => frame.destroy();
}

/** With messages in the data there is no socket: the link never connects, and counts as connected. */
function linkFor(component) {
  if (component.data?.messages !== undefined) {
    link.watch = () => {};
    link.isConnected = true;
    link.onchange();
  }
  return link;
}
