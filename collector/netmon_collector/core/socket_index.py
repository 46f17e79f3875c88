"""A listing of sockets, asked for the one that a packet belongs to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from netmon.model import OwnerConfidence, OwnerMethod, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.sockets import SocketRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Sockets without a fixed peer that fit: the one to credit, and others that share the endpoint.

    Of those that the same processes hold only the first is among them.
    """

    row: SocketRow
    others: tuple[SocketRow, ...]
    method: OwnerMethod
    confidence: OwnerConfidence


class SocketIndex:
    """Sockets without a fixed peer by IP protocol and local port: UDP-Lite has ports of its own (RFC 3828)."""

    def __init__(self, rows: Iterable[SocketRow]) -> None:
        """Index the rows of one listing."""
        self._by_port: defaultdict[tuple[int, int], list[SocketRow]] = defaultdict(list)
        self._matches: dict[tuple[int, bytes, int], Match | None] = {}
        for row in rows:
            if row.remote_address is None:
                self._by_port[row.number, row.local_port].append(row)

    def match(self, key: FlowKey) -> Match | None:
        """Find the sockets that take packets for ``key``'s local end, the most closely bound first.

        The kernel prefers a socket bound to the address to one bound to any (net/ipv4/inet_hashtables.c,
        compute_score); one bound to ``::`` takes IPv4 too unless it is told otherwise.
        """
        local = (key.ip_protocol, key.local_address, key.local_port)
        if local not in self._matches:
            self._matches[local] = self._find(key)
        return self._matches[local]

    def _find(self, key: FlowKey) -> Match | None:
        candidates = self._by_port.get((key.ip_protocol, key.local_port))
        if not candidates:
            return None
        any_address = bytes(len(key.local_address))
        for address in (key.local_address, any_address, bytes(16)):
            fitting = [row for row in candidates if row.local_address == address]
            if fitting:
                return _match(key, fitting)
        if key.local_address[0] in {0xE0, 0xEF, 0xFF}:
            # A group's packets go to every socket on the port that joined it, whatever else it is bound to.
            return _match(key, candidates)
        return None


def _match(key: FlowKey, fitting: list[SocketRow]) -> Match:
    # Each stands for all that the same processes hold: of one server there may be thousands (SO_REUSEPORT).
    distinct: dict[tuple[str, tuple[str, ...]], SocketRow] = {}
    for row in fitting:
        distinct.setdefault((row.process_id, row.holder_ids), row)
    named = sorted(distinct.values(), key=lambda row: not row.process_id)
    is_listener = key.protocol is Protocol.TCP
    processes = {row.process_id for row in fitting}
    is_certain = not is_listener and len(processes) == 1
    return Match(
        row=named[0],
        others=tuple(named[1:]),
        method=OwnerMethod.LISTENER if is_listener else OwnerMethod.WILDCARD,
        confidence=OwnerConfidence.CERTAIN if is_certain else OwnerConfidence.INFERRED,
    )
