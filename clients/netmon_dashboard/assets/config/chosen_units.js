/**
 * @file The units of sizes that this browser chose, told to Streamlit's part of the page, which cannot know them. Said only
 * where it shows others, so that most openings of the page need no second run of its script.
 */

/** Sizes are in bytes also where speeds are in bits. @param {"si"|"bit"|"iec"} units @returns {"si"|"iec"} */
export const sizeUnits = (units) => (units === "iec" ? "iec" : "si");

export class ChosenUnits {
  /** @param {{view: {units: "si"|"bit"|"iec"}, subscribe: (told: (kind: string) => void) => unknown}} store */
  constructor(store) {
    this.store = store;
    this.component = null;
    store.subscribe((kind) => kind === "view" && this.#tell());
  }

  /** @param {{data: {units?: string}|null, setStateValue: Function}|null} component the page's, null on other pages */
  follow(component) {
    this.component = component;
    this.#tell();
  }

  #tell() {
    const wanted = sizeUnits(this.store.view.units);
    const shown = this.component?.data?.units;
    if (shown !== undefined && shown !== wanted) this.component.setStateValue("units", wanted);
  }
}
