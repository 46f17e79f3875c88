/** @file The fields of a filter that look at the ends of a connection. An end that is not there fits nothing. */

import { holds, parseAddress, parseNetwork } from "./addresses.js";
import { anyPatternTest, remembering } from "./patterns.js";

const PORTS = new Map([
  ["port", [(row) => row.localPort, (row) => row.remotePort]],
  ["local_port", [(row) => row.localPort]],
  ["remote_port", [(row) => row.remotePort]],
]);

const ADDRESSES = new Map([
  ["address", [(row) => row.localAddress, (row) => row.remoteAddress]],
  ["local_address", [(row) => row.localAddress]],
  ["remote_address", [(row) => row.remoteAddress]],
]);

export const END_FIELDS = new Set([...PORTS.keys(), ...ADDRESSES.keys()]);

/** The test of addresses or ports, of one end or of either. `numberTest` makes the test of a port's values. */
export function endTest(field, values, numberTest) {
  const ports = PORTS.get(field);
  if (ports !== undefined) return anyEnd(ports, null, numberTest(values));
  return anyEnd(ADDRESSES.get(field), "", addressTest(values));
}

function anyEnd([first, second], absent, fits) {
  const one = (row) => first(row) !== absent && fits(first(row));
  if (second === undefined) return one;
  return (row) => one(row) || (second(row) !== absent && fits(second(row)));
}

function addressTest(values) {
  const networks = values.flatMap(({ network }) => (network === undefined ? [] : [parseNetwork(network)]));
  const fitsText = anyPatternTest(values.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern])));
  return remembering((text) => {
    const [withoutZone] = text.split("%", 1);
    if (fitsText(text) || fitsText(withoutZone)) return true;
    if (networks.length === 0) return false;
    const address = parseAddress(withoutZone);
    return address !== null && networks.some((network) => holds(network, address));
  });
}
