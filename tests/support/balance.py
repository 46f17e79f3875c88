"""The laws of a snapshot, in total and in the interval.

Owned rows + omitted + unattributed = totals; domains + unnamed = totals.
"""

from collections.abc import Iterable

from netmon.model import OTHER_USERS_ID, InterfaceLedger, LedgerSums, Remainder, Snapshot, Traffic
from netmon_collector.core.domain import OTHERS_ID

Sums = tuple[int, ...]
Amounts = tuple[tuple[int, int], tuple[int, int]]
"""Bytes and packets, in total and in the interval."""


def sums(parts: Iterable[Traffic]) -> Sums:
    """Add up bytes and packets, totals and intervals, both ways, and baselines."""
    rows = [
        (
            part.sent_bytes,
            part.received_bytes,
            part.sent_packets,
            part.received_packets,
            part.interval_sent_bytes,
            part.interval_received_bytes,
            part.interval_sent_packets,
            part.interval_received_packets,
            part.cleared_sent_bytes,
            part.cleared_received_bytes,
        )
        for part in parts
    ]
    return tuple(sum(column) for column in zip(*rows, strict=True)) if rows else (0,) * 10


def assert_balanced(snapshot: Snapshot) -> None:
    """Hold the rows, the applications and the scopes against the totals."""
    totals = sums([snapshot.totals])
    unattributed = [part.traffic for part in snapshot.unattributed]
    owned = [row.traffic for row in snapshot.connections if row.is_owned]
    assert sums([*owned, snapshot.omitted.traffic, *unattributed]) == totals
    assert sums([part.traffic for part in snapshot.scopes]) == totals
    if snapshot.applications:
        applications = [part.traffic for part in snapshot.applications]
        assert sums([*applications, *unattributed]) == totals
    domains = [part.traffic for part in snapshot.domains]
    unnamed = [part.traffic for part in snapshot.unnamed]
    if domains or unnamed:
        assert sums([*domains, *unnamed]) == totals
        for part in snapshot.domains:
            moved = sum(share.sent_bytes + share.received_bytes for share in part.applications)
            cleared = part.traffic.cleared_sent_bytes + part.traffic.cleared_received_bytes
            assert moved == part.traffic.sent_bytes + part.traffic.received_bytes - cleared
    everything = [*owned, *unattributed, snapshot.omitted.traffic, *domains, *unnamed]
    assert all(value >= 0 for part in everything for value in sums([part]))


def assert_is_own(snapshot: Snapshot, uid: int) -> None:
    """Hold what one user sees against the rule: rows, domains and their applications are of that user's alone."""
    assert snapshot.other_users is not None
    assert snapshot.is_partial
    for row in snapshot.connections:
        facts = row.facts
        if facts.remainder is Remainder.UNSPECIFIED:
            assert facts.process is not None
            assert {process.uid for process in (facts.process, *facts.holders)} == {uid}
            assert not facts.is_domain_borrowed
    others = [row.traffic for row in snapshot.connections if row.facts.remainder is Remainder.OTHER_USERS]
    assert others in ([], [snapshot.other_users.traffic])
    (sum_of_others,) = [row for row in snapshot.applications if row.id == OTHER_USERS_ID]
    assert sum_of_others.traffic == snapshot.other_users.traffic
    own_applications = {row.id for row in snapshot.applications} | {OTHERS_ID}
    for domain in snapshot.domains:
        moving = {part.application_id for part in domain.applications if part.sent_bytes or part.received_bytes}
        assert moving <= own_applications


def assert_adds_up(whole: Snapshot, own: Snapshot, uid: int) -> None:
    """Hold what one user sees against what everybody does: the same totals, and every row of theirs in full."""
    assert (own.totals, own.headline, own.scopes, own.unattributed, own.interfaces) == (
        whole.totals,
        whole.headline,
        whole.scopes,
        whole.unattributed,
        whole.interfaces,
    )
    seen = {row.id: row for row in own.connections}
    if not own.omitted.connection_count:
        theirs = [row for row in whole.connections if row.process is not None and row.process.uid == uid]
        assert {row.id for row in theirs} <= seen.keys()
        assert [row.traffic for row in theirs] == [seen[row.id].traffic for row in theirs]


def assert_interfaces_balanced(snapshot: Snapshot, ledgers: tuple[InterfaceLedger, ...]) -> None:
    """Hold what each interface carried, with and without an owner, against the sums of the whole machine."""
    totals = snapshot.totals
    whole = _amounts(totals)
    assert _added((_captured(each.total), _captured(each.interval)) for each in ledgers) == whole
    for part in snapshot.unattributed:
        kept = [
            tuple(
                next(((e.byte_count, e.packet_count) for e in sums.unattributed if e.reason is part.reason), (0, 0))
                for sums in (each.total, each.interval)
            )
            for each in ledgers
        ]
        assert _added(kept) == _amounts(part.traffic), part.reason
    for each in ledgers:
        for sums in (each.total, each.interval):
            assert sums.attributed_bytes >= 0
            assert sums.attributed_packets >= 0


def _amounts(traffic: Traffic) -> Amounts:
    return (
        (traffic.sent_bytes + traffic.received_bytes, traffic.sent_packets + traffic.received_packets),
        (
            traffic.interval_sent_bytes + traffic.interval_received_bytes,
            traffic.interval_sent_packets + traffic.interval_received_packets,
        ),
    )


def _captured(sums: LedgerSums) -> tuple[int, int]:
    return sums.attributed_bytes + sums.unattributed_bytes, sums.attributed_packets + sums.unattributed_packets


def _added(parts: Iterable[tuple[tuple[int, int], ...]]) -> Amounts:
    sums = [[0, 0], [0, 0]]
    for windows in parts:
        for window, (byte_count, packet_count) in zip(sums, windows, strict=True):
            window[0] += byte_count
            window[1] += packet_count
    (total_bytes, total_packets), (interval_bytes, interval_packets) = sums
    return (total_bytes, total_packets), (interval_bytes, interval_packets)
