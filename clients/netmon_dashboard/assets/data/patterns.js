/**
 * @file Patterns: `*` stands for any characters, also none, `?` for one. No regular expressions: the time is at most
 * proportional to the text's length times the pattern's, whatever both are.
 */

/** Does a pattern fit more than itself? */
export function hasWildcard(pattern) {
  return pattern.includes("*") || pattern.includes("?");
}

/**
 * The test whether a whole text fits a pattern. Case counts.
 * @returns {(text: string) => boolean}
 */
export function globTest(pattern) {
  if (pattern.includes("?")) return walkingTest(pattern);
  if (!pattern.includes("*")) return (text) => text === pattern;
  return piecesTest(pattern);
}

/** The longest part without wildcards: a text that does not hold it cannot fit. */
export function longestPiece(pattern) {
  return pattern.split(/[*?]/).reduce((best, piece) => (piece.length > best.length ? piece : best), "");
}

/**
 * The test whether a text fits one of the patterns, without regard to case.
 * @param {string[]} patterns
 * @returns {(text: string) => boolean}
 */
export function anyPatternTest(patterns) {
  const lowered = patterns.map((pattern) => pattern.toLowerCase());
  const literals = new Set(lowered.filter((pattern) => !hasWildcard(pattern)));
  const globs = lowered.filter(hasWildcard).map(globTest);
  return remembering((text) => {
    const folded = text.toLowerCase();
    return literals.has(folded) || globs.some((fits) => fits(folded));
  });
}

// Most rows share their texts with others.
const REMEMBERED = 4096;

/** The same test, which keeps results: of 4,096 texts at most, then it begins anew. */
export function remembering(test) {
  const results = new Map();
  return (text) => {
    let result = results.get(text);
    if (result === undefined) {
      result = test(text);
      if (results.size >= REMEMBERED) results.clear();
      results.set(text, result);
    }
    return result;
  };
}

/** Look for what stands between the stars, each piece as early as it can be: a later place never helps. */
function piecesTest(pattern) {
  const middle = pattern.split("*");
  const first = middle.shift();
  const last = middle.pop();
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let position = first.length;
    for (const piece of middle) {
      const place = text.indexOf(piece, position);
      if (place < 0 || place + piece.length > end) return false;
      position = place + piece.length;
    }
    return true;
  };
}

/**
 * Walk both; after a mismatch only the last star takes one character more (an earlier one never helps), so that nothing
 * is tried twice from the same places.
 */
function walkingTest(pattern) {
  const piece = longestPiece(pattern);
  const wanted = Array.from(pattern); // "?" is one character, of one UTF-16 unit or two
  return (text) => {
    if (!text.includes(piece)) return false; // most texts fail here
    return walks(wanted, Array.from(text));
  };
}

function walks(wanted, given) {
  let [i, j] = [0, 0];
  let [star, taken] = [-1, 0];
  while (j < given.length) {
    if (i < wanted.length && wanted[i] === "*") {
      star = i;
      taken = j;
      i += 1;
    } else if (i < wanted.length && (wanted[i] === "?" || wanted[i] === given[j])) {
      i += 1;
      j += 1;
    } else if (star >= 0) {
      taken += 1;
      i = star + 1;
      j = taken;
    } else {
      return false;
    }
  }
  while (i < wanted.length && wanted[i] === "*") i += 1;
  return i === wanted.length;
}
