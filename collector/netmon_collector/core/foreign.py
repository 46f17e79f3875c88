"""Whose the traffic is that only passes this machine: sockets of its other network namespaces, such as containers'."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netmon.model import Direction, OwnerConfidence, OwnerMethod, Process, Protocol, UnattributedReason
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.frames import TCP
from netmon_collector.core.sockets import ForeignScan, SocketRow
from netmon_collector.core.succession import are_heirs, give_way, may_be_heirs

__all__ = ["Foreign"]

_End = tuple[bytes, int]


class _Found(NamedTuple):
    rows: tuple[SocketRow, ...]
    method: OwnerMethod


class Foreign:
    """Gives forwarded connections to the processes behind their ends, where these are on this machine."""

    def __init__(self, book: FlowBook) -> None:
        """Work on the connections of ``book``."""
        self._book = book

    @property
    def wanted(self) -> frozenset[bytes]:
        """The packed addresses of connections that pass this machine and could still get an owner."""
        keys = (flow.key for flow in self._book.table.awake() if _is_open(flow))
        return frozenset(address for key in keys for address in (key.local_address, key.remote_address))

    def settle(self, scan: ForeignScan, processes: Iterable[Process]) -> None:
        """Take the sockets of other namespaces, and the processes that they name."""
        named = {process.id: process for process in processes}
        index = _Index(scan)
        for flow in self._book.table:
            if _is_open(flow):
                self._settle_passing(flow, index, named)
        self.settle_outsides()

    def settle_outsides(self) -> None:
        """Take the outsides of translated connections for those of whoever has the inside."""
        inner: dict[tuple[Protocol, _End, int], list[Flow]] = defaultdict(list)
        for flow in self._book.table:
            if flow.direction is Direction.FORWARDED:
                for name in _names_outside(flow.key):
                    inner[name].append(flow)
        if inner:
            for flow in self._book.table:
                self._settle_masqueraded(flow, inner)

    def _settle_passing(self, flow: Flow, index: "_Index", named: Mapping[str, Process]) -> None:
        """Credit who has the end that opened it; who has the other end here too is named beside."""
        key = flow.key
        ours, theirs = (key.local_address, key.local_port), (key.remote_address, key.remote_port)
        opener = index.find(key.ip_protocol, ours, theirs, is_opener=True)
        server = index.find(key.ip_protocol, theirs, ours, is_opener=False)
        found = [one for one in (opener, server) if one is not None]
        hands = [_people(one, named) for one in found]
        people = [process for one in hands for process in one]
        if people and key.protocol is Protocol.UDP and are_heirs(flow, hands[0]):
            give_way(flow, self._book)
        elif people:
            first = found[0]
            is_sure = (
                not may_be_heirs(flow, hands[0])
                and first.method is OwnerMethod.EXACT
                and len(first.rows) == 1
                and bool(first.rows[0].process_id)
            )
            is_sure = is_sure and index.is_complete
            self._credit(flow, people, first.method, is_certain=is_sure)
        elif index.has_address(key.local_address) or index.has_address(key.remote_address):
            self._book.assign(flow, None, UnattributedReason.OTHER_NAMESPACE)

    def _settle_masqueraded(self, flow: Flow, inner: Mapping[tuple[Protocol, _End, int], list[Flow]]) -> None:
        """Credit the outside of a translated connection to who has the inside.

        It is known by the far end, and by the near port, which the kernel keeps where it is free
        (net/netfilter/nf_nat_core.c, get_unique_tuple). Of what came in, the far end alone tells.
        """
        key = flow.key
        is_asked = flow.owner is None and flow.reason in {UnattributedReason.GONE, UnattributedReason.FORWARDED}
        if flow.direction is Direction.FORWARDED or not is_asked or not flow.has_peer:
            return
        far = (key.remote_address, key.remote_port)
        port = 0 if flow.direction is Direction.INBOUND else key.local_port
        passing = inner.get((key.protocol, far, port), [])
        owners = {one.owner.process.id: one.owner for one in passing if one.owner is not None}
        if len(owners) == 1 and all(one.owner is not None for one in passing):
            (owner,) = owners.values()
            self._credit(flow, [owner.process, *owner.holders], OwnerMethod.WILDCARD, is_certain=False)
        elif passing:
            self._book.assign(flow, None, UnattributedReason.FORWARDED)

    def _credit(self, flow: Flow, people: list[Process], method: OwnerMethod, *, is_certain: bool) -> None:
        holders = {person.id: person for person in people[1:] if person.id != people[0].id}
        owner = Owner(
            process=people[0],
            holders=tuple(holders.values()),
            method=method,
            confidence=OwnerConfidence.CERTAIN if is_certain else OwnerConfidence.INFERRED,
        )
        self._book.assign(flow, owner, UnattributedReason.UNSPECIFIED)
        if not flow.is_new:
            self._book.corrected.append((flow, ""))
        self._book.table.promote(flow)


class _Index:
    """Sockets of all other namespaces by their ends."""

    def __init__(self, scan: ForeignScan) -> None:
        self.is_complete = not scan.left_out_count
        """Whether no other namespace that has one of the addresses too was left for the next time."""
        self._addresses = {address for place in scan.places for address in place.addresses}
        self._connected: defaultdict[tuple[int, _End, _End], list[SocketRow]] = defaultdict(list)
        self._bound: defaultdict[tuple[int, _End], list[SocketRow]] = defaultdict(list)
        for place in scan.places:
            for row in place.rows:
                here = (row.local_address, row.local_port)
                if row.remote_address is not None:
                    self._connected[row.number, here, (row.remote_address, row.remote_port)].append(row)
                elif any(row.local_address):
                    self._bound[row.number, here].append(row)
                else:
                    for address in place.addresses:
                        if len(address) == len(row.local_address) or len(row.local_address) == 16:
                            self._bound[row.number, (address, row.local_port)].append(row)

    def has_address(self, address: bytes) -> bool:
        return address in self._addresses

    def find(self, ip_protocol: int, here: _End, there: _End, *, is_opener: bool) -> _Found | None:
        """Give the sockets that have an end; who listens on a TCP port did not open the connection."""
        connected = self._connected.get((ip_protocol, here, there))
        if connected:
            return _Found(tuple(connected), OwnerMethod.EXACT)
        is_tcp = ip_protocol == TCP
        bound = self._bound.get((ip_protocol, here)) if not (is_tcp and is_opener) else None
        return _Found(tuple(bound), OwnerMethod.LISTENER if is_tcp else OwnerMethod.WILDCARD) if bound else None


def _people(found: _Found, named: Mapping[str, Process]) -> list[Process]:
    return [named[name] for row in found.rows for name in (row.process_id, *row.holder_ids) if name in named]


def _is_open(flow: Flow) -> bool:
    return flow.direction is Direction.FORWARDED and flow.owner is None and not flow.has_ended


def _names_outside(key: FlowKey) -> tuple[tuple[Protocol, _End, int], ...]:
    """Give what the outside of a passing connection is known by: called from here, and called from outside."""
    ours, theirs = (key.local_address, key.local_port), (key.remote_address, key.remote_port)
    return (key.protocol, theirs, key.local_port), (key.protocol, ours, 0)
