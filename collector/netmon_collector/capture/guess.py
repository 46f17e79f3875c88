"""Which addresses are this machine's, guessed from packets: for capture files without a sidecar."""

import struct
from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from netmon_collector.core.batch import Batch
from netmon_collector.core.frames import Frame, parse_frame
from netmon_collector.core.sockets import LocalAddress, LocalNetwork

GUESS_PACKETS = 2_000
"""Looked at, from the start of the file."""

_ADDRESS_LIMIT = 8
_SMALLEST_SHARE = 0.05

_Ends = tuple[bytes, bytes]
"""Source and destination, packed."""


def guess_local_network(batches: Iterable[Batch]) -> LocalNetwork:
    """Guess from the first ``GUESS_PACKETS`` packets: what takes part in most of them is local.

    The address that is an end of most packets is taken, then the one that is an end of most of the packets that are
    left, and so on while one explains 5 % of all; loopback addresses always are local. Of two that are equal (one
    single flow) a private address is preferred, then the one that sent first. In a capture of a router, a mirror port
    or a busy server's segment the guess can be wrong, and with it what is sent and what is received.
    """
    interface = ""
    ends: list[_Ends] = []
    for batch in batches:
        interface = interface or batch.interface
        ends += _ends(batch)
        if len(ends) >= GUESS_PACKETS:
            break
    del ends[GUESS_PACKETS:]
    loopbacks = {address for pair in ends for address in pair if ip_address(address).is_loopback}
    found = _most_frequent([pair for pair in ends if not loopbacks.intersection(pair)])
    return LocalNetwork(
        addresses=tuple(
            LocalAddress(interface=interface, address=address, prefix_length=8 * len(address))
            for address in (*sorted(loopbacks), *found)
        )
    )


def _ends(batch: Batch) -> list[_Ends]:
    pairs: list[_Ends] = []
    for offset in range(0, len(batch.records), 16):
        _, _, start, captured = struct.unpack_from("=IIII", batch.records, offset)
        frame = parse_frame(batch.data, start, captured, batch.link_type, 0.0)
        if isinstance(frame, Frame):
            pairs.append((frame.packet.source, frame.packet.destination))
    return pairs


def _most_frequent(ends: list[_Ends]) -> list[bytes]:
    smallest = len(ends) * _SMALLEST_SHARE
    found: list[bytes] = []
    left: list[_Ends] = ends
    while left and len(found) < _ADDRESS_LIMIT:
        # A counter gives equal counts in the order of their first sight: sources come before destinations.
        counted = Counter(address for pair in left for address in dict.fromkeys(pair) if _can_be_local(address))
        best = max(counted, key=lambda address: (counted[address], _address(address).is_private), default=None)
        if best is None or counted[best] < smallest:
            break
        found.append(best)
        left = [pair for pair in left if best not in pair]
    return found


def _can_be_local(address: bytes) -> bool:
    parsed = _address(address)
    return not (parsed.is_multicast or parsed.is_unspecified or address == b"\xff" * 4)


def _address(packed: bytes) -> IPv4Address | IPv6Address:
    return ip_address(packed)
