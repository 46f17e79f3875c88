/** @file Where somebody's attention is within a table: the pointer on it, the focus among its rows, keys pressed there. */

export class Attention {
  /** Is the focus among the rows? */
  isFocused = false;

  /**
   * @param {{element: HTMLElement, body: HTMLElement}} table body: what holds the rows
   * @param {{onPoint: (isPointed: boolean) => void, onFocus: (isFocused: boolean) => void,
   *   onKey: (event: KeyboardEvent) => boolean}} told onKey: asked of keys without modifiers; whether it was one of ours
   */
  constructor({ element, body }, told) {
    this.told = told;
    element.addEventListener("pointerenter", () => told.onPoint(true));
    element.addEventListener("pointerleave", () => told.onPoint(false));
    body.addEventListener("focusin", () => this.#focused(true));
    body.addEventListener("focusout", (event) => this.#focused(body.contains(event.relatedTarget)));
    body.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #focused(isFocused) {
    if (isFocused === this.isFocused) return;
    this.isFocused = isFocused;
    this.told.onFocus(isFocused);
  }

  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.told.onKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
