"""The one law of a snapshot: owned rows + omitted + unattributed = totals, in total and in the interval."""

from collections.abc import Iterable

from netmon.model import Snapshot, Traffic

Sums = tuple[int, ...]


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
    everything = [*owned, *unattributed, snapshot.omitted.traffic]
    assert all(value >= 0 for part in everything for value in sums([part]))
