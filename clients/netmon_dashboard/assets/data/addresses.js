/**
 * @file IP addresses and networks as text: what Python's ipaddress reads and writes, so that a filter means the same
 * here and in the collector. IPv6 text as RFC 5952 wants it.
 */

/**
 * @typedef {object} Address
 * @property {number[]} groups 2 (IPv4) or 8 (IPv6) numbers of 16 bits
 * @property {string} zone "" where there is none
 */

/** @returns {Address|null} null for what is no address */
export function parseAddress(text) {
  return parseIpv4(text) ?? parseIpv6(text);
}

/** @returns {Address|null} */
export function parseIpv6(text) {
  if (text.includes("/")) return null;
  const percent = text.indexOf("%");
  const zone = percent < 0 ? "" : text.slice(percent + 1);
  if (percent >= 0 && (zone === "" || zone.includes("%"))) return null;
  const groups = ipv6Groups(percent < 0 ? text : text.slice(0, percent));
  return groups === null ? null : { groups, zone };
}

/** @param {Address} address */
export function addressText({ groups, zone }) {
  const text = groups.length === 2 ? ipv4Text(groups) : ipv6Text(groups);
  return zone === "" ? text : `${text}%${zone}`;
}

/** An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) as its IPv4 address, any other as it is. */
export function unmapped(address) {
  const { groups } = address;
  const isMapped = groups.length === 8 && groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? { groups: groups.slice(6), zone: "" } : address;
}

/**
 * Read an address with a prefix length or, for IPv4, a netmask or hostmask. Bits of the host are cleared.
 * @returns {{address: Address, length: number}|null}
 */
export function parseNetwork(text) {
  const [before, after, ...more] = text.split("/");
  const address = parseAddress(before);
  if (address === null || after === undefined || more.length > 0) return null;
  const length = prefixLength(after, address.groups.length);
  if (length === null) return null;
  const groups = masked(address.groups, length);
  const isSame = groups.every((group, place) => group === address.groups[place]);
  return { address: isSame ? address : { groups, zone: "" }, length };
}

export function networkText({ address, length }) {
  return `${addressText(address)}/${length}`;
}

/** Does the network hold the address? */
export function holds(network, address) {
  const { groups } = network.address;
  if (groups.length !== address.groups.length) return false;
  return masked(address.groups, network.length).every((group, place) => group === groups[place]);
}

function parseIpv4(text) {
  const octets = octetsOf(text);
  return octets === null ? null : { groups: [octets[0] * 256 + octets[1], octets[2] * 256 + octets[3]], zone: "" };
}

function octetsOf(text) {
  const parts = text.split(".");
  // A leading zero would be octal to some readers: ipaddress takes none either.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return null;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : null;
}

function ipv6Groups(text) {
  const parts = text.split(":");
  if (parts.length < 3) return null;
  if (parts[parts.length - 1].includes(".")) {
    const last = parseIpv4(parts.pop());
    if (last === null) return null;
    parts.push(...last.groups.map((group) => group.toString(16)));
  }
  if (parts.length > 9) return null;
  const inner = parts.slice(1, -1);
  const hole = inner.indexOf("") + 1;
  if (hole === 0) return parts.length === 8 ? groupsOf(parts) : null;
  if (inner.lastIndexOf("") + 1 !== hole) return null;
  const before = parts.slice(0, hole);
  const after = parts.slice(hole + 1);
  if (before[0] === "" && before.shift() === "" && before.length > 0) return null;
  if (after[after.length - 1] === "" && after.pop() === "" && after.length > 0) return null;
  const zeros = 8 - before.length - after.length;
  return zeros < 1 ? null : groupsOf([...before, ...Array(zeros).fill("0"), ...after]);
}

function groupsOf(parts) {
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part)) ? parts.map((part) => Number.parseInt(part, 16)) : null;
}

function prefixLength(text, groupCount) {
  if (/^[0-9]+$/.test(text)) {
    const length = Number(text);
    return length <= groupCount * 16 ? length : null;
  }
  const mask = groupCount === 2 ? parseIpv4(text) : null;
  if (mask === null) return null;
  const bits = mask.groups.map((group) => group.toString(2).padStart(16, "0")).join("");
  if (/^1*0*$/.test(bits)) return bits.replaceAll("0", "").length;
  return /^0*1*$/.test(bits) ? bits.replaceAll("1", "").length : null;
}

function masked(groups, length) {
  return groups.map((group, place) => {
    const kept = Math.min(16, Math.max(0, length - place * 16));
    return group & (0xffff << (16 - kept));
  });
}

function ipv4Text([high, low]) {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function ipv6Text(groups) {
  const { start, length } = longestRunOfZeros(groups);
  const parts = groups.map((group) => group.toString(16));
  if (length < 2) return parts.join(":"); // RFC 5952, 4.2.2: one group of zeros is not shortened
  return `${parts.slice(0, start).join(":")}::${parts.slice(start + length).join(":")}`;
}

/** Of equally long runs the first one (RFC 5952, 4.2.3). */
function longestRunOfZeros(groups) {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, place) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: place - length + 1, length };
  });
  return best;
}
