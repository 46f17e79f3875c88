import assert from "node:assert/strict";
import { test } from "node:test";
import { Attention } from "../../../../../clients/netmon_dashboard/assets/widgets/attention.js";

class Part extends EventTarget {
  inside = new Set();

  contains(node) {
    return this.inside.has(node);
  }
}

function aTable() {
  const table = { element: new Part(), body: new Part(), said: [] };
  table.attention = new Attention(table, {
    onPoint: (isPointed) => table.said.push(["point", isPointed]),
    onFocus: (isFocused) => table.said.push(["focus", isFocused]),
    onKey: ({ key }) => key === "Enter",
  });
  return table;
}

const anEvent = (type, more) => Object.assign(new Event(type, { cancelable: true }), more);

test("the focus that goes from row to row stays among them", () => {
  const { body, said, attention } = aTable();
  const row = {};
  body.inside.add(row);
  body.dispatchEvent(anEvent("focusin"));
  body.dispatchEvent(anEvent("focusout", { relatedTarget: row }));
  assert.equal(attention.isFocused, true);
  body.dispatchEvent(anEvent("focusout", { relatedTarget: null }));
  assert.deepEqual(said, [["focus", true], ["focus", false]]);
});

test("the pointer is told of when it comes and when it goes", () => {
  const { element, said } = aTable();
  for (const type of ["pointerenter", "pointerleave"]) element.dispatchEvent(anEvent(type));
  assert.deepEqual(said, [["point", true], ["point", false]]);
});

test("only a key of ours, without modifiers, is kept from the browser", () => {
  const { body } = aTable();
  const isKept = (key, more = {}) => {
    const event = anEvent("keydown", { key, ...more });
    body.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.deepEqual([isKept("Enter"), isKept("Tab"), isKept("Enter", { ctrlKey: true })], [true, false, false]);
});
