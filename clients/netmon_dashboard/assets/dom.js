/**
 * Elements from plain values. Whatever comes from the machine (names, domains, command lines) is set as text; there is
 * no way through this module to have it read as markup, as a script or as an address of another machine.
 */

const SVG = "http://www.w3.org/2000/svg";
const ADDRESSES = new Set(["href", "src", "action", "formaction", "xlink:href", "poster"]);
/** Set as properties: the attribute of these is only their first value. */
const PROPERTIES = new Set(["value", "checked", "selected", "indeterminate"]);

/**
 * Makes an element. Props: attributes by name; `onclick: fn` listens; null, undefined and false leave the attribute
 * out, true sets it empty; `dataset: {}`. Children: nodes, texts, numbers, lists of them; null and false are skipped.
 *
 * @param {string} tag @param {Object<string, unknown>|null} [props] @param {...unknown} children
 * @returns {any} the element
 */
export function h(tag, props, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/** The same for SVG. @param {string} tag @param {Object<string, unknown>|null} [attrs] @param {...unknown} children */
export function svg(tag, attrs, ...children) {
  return furnish(document.createElementNS(SVG, tag), attrs, children);
}

/** Writes the text of a node only where it changes: an unchanged text costs no layout. */
export function setText(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Sets an attribute only where it changes; null, undefined and false remove it. */
export function setAttr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const wanted = value === true ? "" : String(value);
  if (node.getAttribute(name) === wanted) return;
  if (ADDRESSES.has(name)) requireOwnAddress(wanted);
  node.setAttribute(name, wanted);
}

/** Takes all children away. */
export function clear(node) {
  node.replaceChildren();
}

function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) setProp(node, name, value);
  append(node, children);
  return node;
}

function setProp(node, name, value) {
  if (name.startsWith("on")) {
    if (value === null || value === undefined) return;
    if (typeof value !== "function") throw new TypeError(`${name} takes a function`);
    node.addEventListener(name.slice(2), value);
  } else if (name === "dataset") {
    Object.assign(node.dataset, value);
  } else if (PROPERTIES.has(name)) {
    node[name] = value;
  } else {
    setAttr(node, name, value);
  }
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : String(child));
  }
}

/** An address that leads off this server, or runs a script, is a mistake of ours: it must not reach the page. */
function requireOwnAddress(text) {
  if (text.startsWith("#")) return;
  const address = new URL(text, document.baseURI);
  if (address.origin !== new URL(document.baseURI).origin) throw new TypeError("an address off this server");
}
