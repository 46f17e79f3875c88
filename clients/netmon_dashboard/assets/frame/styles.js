/**
 * Style sheets of this server, fetched once a document and adopted by each shadow root: a page switch shows nothing
 * unstyled, and asks the server for nothing.
 */

/** @type {Map<string, Promise<CSSStyleSheet|null>>} */
const sheets = new Map();

/**
 * Puts sheets of /netmon/assets/style/ into a shadow root, in this order; one that is missing is left out.
 * @param {ShadowRoot} shadow @param {string[]} names file names
 */
export async function adopt(shadow, names) {
  const found = await Promise.all(names.map(sheetOf));
  const missing = found.filter((sheet) => sheet !== null && !shadow.adoptedStyleSheets.includes(sheet));
  shadow.adoptedStyleSheets.push(...missing);
}

function addressOf(name) {
  return new URL(`/netmon/assets/style/${name}`, document.baseURI).pathname;
}

function sheetOf(name) {
  if (!sheets.has(name)) sheets.set(name, fetchSheet(name));
  return sheets.get(name);
}

async function fetchSheet(name) {
  const sheet = new CSSStyleSheet();
  try {
    const answer = await fetch(addressOf(name));
    if (!answer.ok) throw new TypeError(`status ${answer.status}`);
    return await sheet.replace(await answer.text());
  } catch (error) {
    sheets.delete(name); // asked again by the next page
    console.warn(`netmon: style ${name} is missing:`, error);
    return null;
  }
}
