/** The place of the page: brings its module, keeps it told, and shows what happened where it fails. Never blank. */

import { clear, h } from "../dom.js";
import { PAGES } from "./address.js";

export class PageSlot {
  /** @param {{page: string, context: object}} parts */
  constructor({ page, context }) {
    this.page = page;
    this.context = context;
    this.element = h("div", { class: "nm-page" });
    this.instance = null;
    this.module = null;
    this.isDestroyed = false;
  }

  /** Brings the module and makes the page. */
  async open() {
    try {
      if (!(this.page in PAGES)) throw new TypeError(`there is no page "${this.page}"`);
      const module = await import(`../${this.page}/page.js`);
      if (this.isDestroyed) return;
      this.module = module;
      this.instance = module.create(this.element, this.context);
      this.instance.update("full");
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells the page what changed. @param {Iterable<string>} kinds */
  update(kinds) {
    if (this.instance === null) return;
    try {
      for (const kind of kinds) this.instance?.update(kind);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Handlers of keys that the page has for its own. @returns {Object<string, () => void>} */
  get keys() {
    return this.instance?.keys ?? {};
  }

  /** The command that shows the same in a terminal, or null. */
  cliCommand() {
    return this.module?.cliCommand?.(this.context) ?? null;
  }

  destroy() {
    this.isDestroyed = true;
    this.#close();
  }

  #close() {
    const instance = this.instance;
    this.instance = null;
    try {
      instance?.destroy();
    } catch (error) {
      console.error("netmon: a page failed while it was closed:", error);
    }
  }

  #fail(error) {
    console.error(`netmon: the page "${this.page}" failed:`, error);
    if (this.isDestroyed) return;
    this.#close();
    clear(this.element);
    this.element.append(errorBox(this.page, error));
  }
}

function errorBox(page, error) {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return h(
    "section",
    { class: "nm-notice nm-tone-red", role: "alert" },
    h("h2", { class: "nm-notice-title" }, "This page failed"),
    h("p", null, `A mistake in the page "${page}" stopped it. The rest of the dashboard goes on; nothing was lost.`),
    h("pre", { class: "nm-error-what", tabindex: "0" }, error?.stack?.includes(what) ? error.stack : what),
    h("button", { type: "button", class: "nm-button", onclick: () => location.reload() }, "Reload the page"),
  );
}
