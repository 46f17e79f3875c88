/** Command lines of netmon-cli that show what a view shows. */

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word as a POSIX shell reads it back. Control characters are written as $'\x..', so that none is pasted raw. */
export function shellWord(word) {
  const text = String(word);
  if (PLAIN.test(text)) return text;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text)) return ansiWord(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function ansiWord(text) {
  const signs = [...text].map((sign) => {
    const code = sign.codePointAt(0);
    if (sign === "'" || sign === "\\") return `\\${sign}`;
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code > 0xffff) return `\\U${code.toString(16).padStart(8, "0")}`;
    return code > 0x7e ? `\\u${code.toString(16).padStart(4, "0")}` : sign;
  });
  return `$'${signs.join("")}'`;
}

/**
 * @param {string[]} words of the command, without the program
 * @param {string} socket of the collector, "" for the usual one
 */
export function commandOf(words, socket = "") {
  const before = socket === "" ? [] : ["--socket", socket];
  return ["netmon-cli", ...before, ...words].map(shellWord).join(" ");
}
