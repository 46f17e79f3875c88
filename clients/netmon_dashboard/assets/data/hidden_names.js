/**
 * @file Names kept off the screen: each is shown as bullets and a number, the same one as long as the document lives, so
 * that what belongs together still can be seen to.
 */

const MOST_REMEMBERED = 20_000;
/** @type {Map<string, number>} */
const numbers = new Map();

/** @param {string} name @returns {string} `••• 7` */
export function hiddenName(name) {
  let number = numbers.get(name);
  if (number === undefined) {
    if (numbers.size >= MOST_REMEMBERED) numbers.clear();
    number = numbers.size + 1;
    numbers.set(name, number);
  }
  return `••• ${number}`;
}
