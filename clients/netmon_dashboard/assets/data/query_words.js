/** @file The closed sets of words of the filter language, as netmon_client.query_words; a test compares them. */

/** Short names of the fields and what they stand for in the contract, in the order of the grammar. */
export const FIELDS = new Map([
  ["app", "application"],
  ["pid", "pid"],
  ["user", "user"],
  ["unit", "unit"],
  ["exe", "executable"],
  ["proto", "protocol"],
  ["port", "port"],
  ["lport", "local_port"],
  ["rport", "remote_port"],
  ["ip", "address"],
  ["lip", "local_address"],
  ["rip", "remote_address"],
  ["domain", "domain"],
  ["state", "state"],
  ["dir", "direction"],
  ["scope", "scope"],
  ["iface", "interface"],
  ["sent", "sent_bytes"],
  ["received", "received_bytes"],
  ["rate", "rate"],
  ["sent_rate", "sent_rate"],
  ["received_rate", "received_rate"],
  ["total", "total"],
  ["age", "age"],
  ["source", "domain_source"],
  ["is", "is"],
]);

export const SHORT_NAMES = new Map([...FIELDS].map(([name, field]) => [field, name]));

export const WHOLE_NUMBERS = new Set(["pid", "port", "local_port", "remote_port"]);
export const RATES = new Set(["rate", "sent_rate", "received_rate"]);
export const SIZES = new Set(["sent_bytes", "received_bytes", "total", ...RATES]);
export const NUMBERS = new Set([...WHOLE_NUMBERS, ...SIZES, "age"]);
export const ADDRESSES = new Set(["address", "local_address", "remote_address"]);

/** The words that a field can have, for the fields that have a closed set. */
export const WORDS = new Map([
  ["protocol", ["tcp", "udp", "icmp", "sctp", "other"]],
  [
    "state",
    [
      "listen", "syn_sent", "syn_recv", "established", "fin_wait_1", "fin_wait_2", "close_wait", "closing", "last_ack",
      "time_wait", "closed", "active", "idle",
    ],
  ],
  ["direction", ["outbound", "inbound", "forwarded"]],
  ["scope", ["loopback", "lan", "internet"]],
  ["domain_source", ["sni", "quic", "dns", "hosts_file"]],
  ["is", ["local", "remote", "listen", "active", "idle", "new", "closed", "unknown", "own"]],
]);

/** What people who know the words of the contract or of other tools write in place of a field. */
export const FIELD_SYNONYMS = new Map(
  Object.entries({
    application: "app",
    process: "app",
    name: "app",
    executable: "exe",
    path: "exe",
    protocol: "proto",
    interface: "iface",
    direction: "dir",
    address: "ip",
    host: "rip",
    remote: "rip",
    dst: "rip",
    local: "lip",
    src: "lip",
    dport: "rport",
    sport: "lport",
    container: "unit",
    dns: "domain",
    sent_bytes: "sent",
    received_bytes: "received",
    up: "sent",
    down: "received",
    bytes: "total",
    speed: "rate",
  }),
);

/** The same for the words of the closed sets; a suggestion is made only where the field has the word. */
export const WORD_SYNONYMS = new Map(
  Object.entries({
    out: "outbound",
    outgoing: "outbound",
    in: "inbound",
    incoming: "inbound",
    private: "lan",
    lo: "loopback",
    localhost: "loopback",
    public: "internet",
    wan: "internet",
    open: "established",
    listening: "listen",
    hosts: "hosts_file",
    tls: "sni",
    icmpv6: "icmp",
    icmp6: "icmp",
    tcp6: "tcp",
    udp6: "udp",
  }),
);

/**
 * The known word that was meant; "" if none is near. A synonym, else a word that begins so (three letters or more),
 * else the one with the fewest edits (a letter more, less, other, or two swapped): at most one, or two in words of five
 * letters or more. The first of equals wins.
 * @param {string} word
 * @param {string[]} known in lower case
 * @param {Map<string, string>} synonyms
 */
export function nearest(word, known, synonyms = new Map()) {
  word = word.toLowerCase();
  const synonym = synonyms.get(word);
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  const letters = Array.from(word);
  if (letters.length >= 3) {
    const longer = known.find((candidate) => candidate.startsWith(word));
    if (longer !== undefined) return longer;
  }
  const limit = letters.length >= 5 ? 2 : 1;
  let best = "";
  let fewest = limit + 1;
  for (const candidate of known) {
    const others = Array.from(candidate);
    if (Math.abs(others.length - letters.length) >= fewest) continue; // as many edits at least
    const count = edits(letters, others);
    if (count < fewest) [best, fewest] = [candidate, count];
  }
  return best;
}

/** Edits between two words (optimal string alignment). */
function edits(first, second) {
  let older = [];
  let previous = Array.from({ length: second.length + 1 }, (_, place) => place);
  first.forEach((letter, i) => {
    const row = [i + 1];
    second.forEach((other, j) => {
      let cost = Math.min(previous[j + 1] + 1, row[j] + 1, previous[j] + (letter === other ? 0 : 1));
      if (i > 0 && j > 0 && letter === second[j - 1] && first[i - 1] === other) cost = Math.min(cost, older[j - 1] + 1);
      row.push(cost);
    });
    [older, previous] = [previous, row];
  });
  return previous[second.length];
}
