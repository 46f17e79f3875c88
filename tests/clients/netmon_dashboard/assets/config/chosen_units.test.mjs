import assert from "node:assert/strict";
import { test } from "node:test";
import { ChosenUnits, sizeUnits } from "../../../../../clients/netmon_dashboard/assets/config/chosen_units.js";

function aPage(units, shown) {
  const said = [];
  const store = { view: { units }, subscribe: (told) => (store.tell = told) };
  const chosen = new ChosenUnits(store);
  const component = { data: { units: shown }, setStateValue: (name, value) => said.push([name, value]) };
  chosen.follow(component);
  return { store, chosen, component, said };
}

test("nothing is said where the page shows what was chosen, so most openings run its script once", () => {
  assert.deepEqual(aPage("si", "si").said, []);
  assert.deepEqual(aPage("bit", "si").said, []);
  assert.deepEqual(aPage("iec", "iec").said, []);
});

test("other units are said at once, and when they are chosen", () => {
  assert.deepEqual(aPage("iec", "si").said, [["units", "iec"]]);
  const { store, said } = aPage("si", "si");
  store.view.units = "iec";
  store.tell("view");
  assert.deepEqual(said, [["units", "iec"]]);
  store.tell("tick");
  assert.equal(said.length, 1);
});

test("pages that show no sizes of the server's are told nothing", () => {
  const { store, chosen, said } = aPage("si", undefined);
  store.view.units = "iec";
  store.tell("view");
  chosen.follow(null);
  store.tell("view");
  assert.deepEqual(said, []);
});

test("sizes are in bytes also where speeds are in bits", () => {
  assert.deepEqual(["si", "bit", "iec"].map(sizeUnits), ["si", "si", "iec"]);
});
