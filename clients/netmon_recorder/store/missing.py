"""The gaps of a range as they are kept, and what is not kept at all."""

import sqlite3

from netmon.model import BucketSize, HistoryGap, HistoryGapKind
from netmon_recorder.store.ranges import Kept

_KINDS = tuple(HistoryGapKind)


def gaps_of(
    connection: sqlite3.Connection, since: float, until: float, size: BucketSize, kept: Kept
) -> tuple[HistoryGap, ...]:
    """Give what is missing in a range, oldest first."""
    oldest = kept.oldest(size)
    first: list[HistoryGap] = []
    if oldest is None:
        first = [HistoryGap(kind=HistoryGapKind.NOT_KEPT, since_time=since, until_time=until)]
    elif since < (begin := max(float(oldest), kept.first_time or 0.0)):
        # Of the first bucket of all what lies before the beginning is missing too.
        end = min(begin, until)
        first = [HistoryGap(kind=HistoryGapKind.NOT_KEPT, since_time=since, until_time=end)]
    rows = connection.execute(
        "SELECT kind, since, until, dropped_packets FROM gap WHERE since < ? AND (until IS NULL OR until > ?)"
        " ORDER BY since, kind",
        (until, since),
    )
    return (*first, *(_gap(row) for row in rows))


def open_gaps(connection: sqlite3.Connection) -> tuple[HistoryGap, ...]:
    """Give the gaps that have no end yet."""
    rows = connection.execute("SELECT kind, since, until, dropped_packets FROM gap WHERE until IS NULL ORDER BY since")
    return tuple(_gap(row) for row in rows)


def _gap(row: tuple[int, float, float | None, int]) -> HistoryGap:
    kind, since, until, dropped = row
    known = _KINDS[kind] if 0 <= kind < len(_KINDS) else HistoryGapKind.UNSPECIFIED
    return HistoryGap(kind=known, since_time=since, until_time=until, dropped_packets=dropped)
