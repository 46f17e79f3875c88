"""Raw, ping and packet sockets of a listing, asked for those that a flow without ports, or without a socket, can have.

Such sockets share what they see: every raw socket gets a copy of each packet of its protocol (net/ipv4/raw.c,
raw_local_deliver), and a packet socket sends what it likes. So an owner is certain only where no other process can
have it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from netmon.model import Direction, OwnerConfidence, OwnerMethod, Process, Protocol, UnattributedReason
from netmon_collector.core.applications import is_netmon
from netmon_collector.core.flow import Flow, FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.socket_index import Match
from netmon_collector.core.sockets import PacketSocketRow, SocketRow, SocketScan

__all__ = ["RawIndex", "is_asked_by_peer", "is_kernels_own", "is_portless"]

_ANY_PROTOCOL: Final = 255
"""IPPROTO_RAW: the socket sends packets whose IP header it wrote itself, and receives nothing (raw(7))."""

_KERNELS: Final = frozenset({2, 4, 41, 47, 50, 51})
"""IGMP, IP in IP, IPv6 in IP, GRE, ESP, AH: the kernel's own, unless a raw socket of the protocol is there."""


def is_portless(key: FlowKey) -> bool:
    """Whether a flow has no ports that a socket could be found by. A ping's identifier is none in this sense."""
    return key.protocol in {Protocol.ICMP, Protocol.OTHER}


def is_asked_by_peer(key: FlowKey) -> bool:
    """Whether a flow is the other side's pings of this machine, which the kernel answers (net/ipv4/icmp.c)."""
    return key.protocol is Protocol.ICMP and key.local_port == NO_PORT and key.remote_port != NO_PORT


def is_kernels_own(key: FlowKey) -> bool:
    """Whether a flow is most likely the kernel's: errors and neighbour discovery, groups, tunnels."""
    is_echo = key.local_port != NO_PORT or key.remote_port != NO_PORT
    return (key.protocol is Protocol.ICMP and not is_echo) or key.ip_protocol in _KERNELS


class RawIndex:
    """Sockets of one listing that are found by no port."""

    def __init__(self, scan: SocketScan, processes: Mapping[str, Process]) -> None:
        """Index the rows of ``scan``. The packet sockets of netmon itself only listen, and are left out."""
        self._pings: defaultdict[tuple[int, int], list[SocketRow]] = defaultdict(list)
        self._raws: defaultdict[tuple[int, int], list[SocketRow]] = defaultdict(list)
        for row in scan.rows:
            if row.is_raw:
                self._raws[row.ip_protocol, len(row.local_address)].append(row)
            elif row.protocol is Protocol.ICMP:
                self._pings[row.ip_protocol, row.local_port].append(row)
        self._is_forwarding = scan.is_forwarding
        self._packets = [row for row in scan.packet_sockets if not _is_netmons(row, processes)]

    def match(self, flow: Flow) -> Match | None:
        """Give the sockets that a flow without ports can belong to."""
        key = flow.key
        if is_asked_by_peer(key) or (key.protocol is Protocol.ICMP and is_kernels_own(key)):
            return None
        pings = self._pings.get((key.ip_protocol, key.local_port), [])
        fitting = [row for row in pings if _fits(row, key)]
        if not fitting:
            fitting = self._raw(key, key.ip_protocol)
            if flow.direction is not Direction.INBOUND:
                fitting = [*fitting, *self._raw(key, _ANY_PROTOCOL)]
        return _match(fitting, is_certain=not self._packets)

    def sender(self, flow: Flow) -> Match | None:
        """Give the one process that can have sent a flow which goes out and has no socket of its own.

        Where packets of others are passed on, they may go out under this machine's address: then nobody.
        """
        if self._is_forwarding:
            return None
        key = flow.key
        fitting = [*self._raw(key, key.ip_protocol), *self._raw(key, _ANY_PROTOCOL)]
        fitting += [_as_socket(row) for row in self._packets if row.interface in {"", flow.interface}]
        match = _match(fitting, is_certain=False)
        return match if match is not None and len({row.process_id for row in fitting}) == 1 else None

    def reason(self, flow: Flow) -> UnattributedReason:
        """Say why a flow without ports has no owner, where all users' sockets were seen."""
        key = flow.key
        if is_asked_by_peer(key) or (flow.direction is Direction.INBOUND and not flow.tally.sent_packets):
            return UnattributedReason.KERNEL
        if is_kernels_own(key):
            return UnattributedReason.PROTOCOL if self._raw(key, key.ip_protocol) else UnattributedReason.KERNEL
        return UnattributedReason.GONE

    def _raw(self, key: FlowKey, ip_protocol: int) -> list[SocketRow]:
        rows = self._raws.get((ip_protocol, len(key.local_address)), ())
        return [row for row in rows if _fits(row, key)]


def _fits(row: SocketRow, key: FlowKey) -> bool:
    return row.local_address == key.local_address or not any(row.local_address)


def _match(fitting: Iterable[SocketRow], *, is_certain: bool) -> Match | None:
    named = sorted(fitting, key=lambda row: not row.process_id)
    if not named:
        return None
    processes = {row.process_id for row in named} | {holder for row in named for holder in row.holder_ids}
    # A raw socket gets what all of its protocol get: whoever sent may have closed another one before the listing.
    is_sure = is_certain and len(processes) == 1 and not any(row.is_raw for row in named)
    return Match(
        row=named[0],
        others=tuple(named[1:]),
        method=OwnerMethod.WILDCARD,
        confidence=OwnerConfidence.CERTAIN if is_sure else OwnerConfidence.INFERRED,
    )


def _as_socket(row: PacketSocketRow) -> SocketRow:
    return SocketRow(
        protocol=Protocol.OTHER,
        local_address=b"",
        local_port=NO_PORT,
        process_id=row.process_id,
        holder_ids=row.holder_ids,
        is_raw=True,
    )


def _is_netmons(row: PacketSocketRow, processes: Mapping[str, Process]) -> bool:
    process = processes.get(row.process_id)
    return process is not None and is_netmon(process.application_name)
