"""What goes for the quota: how much room there is, and the oldest of the finest until the rest fits."""

import sqlite3
from typing import Final

from netmon.model import BucketSize
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar
from netmon_recorder.store.ranges import Tier

TARGET_SHARE: Final = 0.9
"""Of the quota that a cleanup leaves used: else one would be due each minute."""

NEAR_SHARE: Final = 0.97
"""Of the quota: from there on a cleanup is due."""


def is_over(connection: sqlite3.Connection, quota_bytes: int, share: float) -> bool:
    """Tell whether what is used is at least so much of the quota. Pages that are free to be used again do not count."""
    return quota_bytes > 0 and used_bytes(connection) >= quota_bytes * share


def used_bytes(connection: sqlite3.Connection) -> int:
    """Give how many bytes of the file are in use."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def cut_to_quota(
    connection: sqlite3.Connection, cuts: dict[Tier, int], quota_bytes: int, now: float, days: ZoneCalendar
) -> None:
    """Move the cuts on until what is left fits: the oldest of the finest first.

    The running day goes last, and only where cleanups before have left nothing else, not even keys of rows that went.
    """
    left = used_bytes(connection) - int(quota_bytes * TARGET_SHARE)
    has_rows = False
    for tier, before in cuts.items():
        going = _count(connection, tier, 0, before)
        has_rows = has_rows or going > 0
        left -= going * bytes_a_row(connection, tier) if going else 0
    for tier in (Tier.SECOND, Tier.MINUTE, Tier.QUARTER, Tier.DAY):
        row_size = bytes_a_row(connection, tier) if tier is not Tier.DAY else _bytes_a_day_row(connection)
        if left <= 0 or not row_size:
            continue
        first = cuts.get(tier, 0)
        cuts[tier] = max(first, _target(connection, tier, first, int(left / row_size), now, days))
        going = _count(connection, tier, first, cuts[tier])
        has_rows = has_rows or going > 0
        left -= going * row_size
    if not has_rows and is_over(connection, quota_bytes, NEAR_SHARE) and not _has_unused_keys(connection):
        _cut_all(connection, cuts, now)
    cuts[Tier.PROCESS] = cuts[Tier.SECOND] // 60
    if Tier.DAY in cuts:
        cuts[Tier.MONTH] = days.start(BucketSize.MONTH, cuts[Tier.DAY] * QUARTER_SECONDS) // QUARTER_SECONDS


def _target(
    connection: sqlite3.Connection, tier: Tier, first: int, row_count: int, now: float, days: ZoneCalendar
) -> int:
    """Give the bucket before which so many rows lie, or the last one that may stay alone.

    Of quarters whole days go, but of the newest day any; of days whole ones, but not the running one.
    """
    (newest,) = connection.execute(f"SELECT max(bucket) FROM {tier.table}").fetchone()  # noqa: S608 -- a name of ours
    row = connection.execute(
        f"SELECT bucket FROM {tier.table} WHERE bucket >= ? ORDER BY bucket LIMIT 1 OFFSET ?",  # noqa: S608 -- a name of ours
        (first, row_count),
    ).fetchone()
    target = int(newest if row is None else row[0] + 1)
    if tier is Tier.SECOND:
        return -(-target // 60) * 60
    if tier is Tier.MINUTE:
        return target
    day = days.first_from(BucketSize.DAY, target * QUARTER_SECONDS) // QUARTER_SECONDS
    if tier is Tier.QUARTER:
        return day if day <= newest else target
    return min(day, max(newest, days.start(BucketSize.DAY, now) // QUARTER_SECONDS))  # the clock may be set back


def _cut_all(connection: sqlite3.Connection, cuts: dict[Tier, int], now: float) -> None:
    """Have all go: history then begins anew, with the quarter that comes."""
    for tier in (Tier.SECOND, Tier.MINUTE, Tier.QUARTER, Tier.DAY):
        (newest,) = connection.execute(f"SELECT max(bucket) FROM {tier.table}").fetchone()  # noqa: S608 -- a name of ours
        if newest is not None:
            cuts[tier] = newest + 1 if tier is not Tier.DAY else max(newest, int(now // QUARTER_SECONDS)) + 1


def _has_unused_keys(connection: sqlite3.Connection) -> bool:
    """Tell whether there are keys that no day has: what is finer has none beside them by now."""
    (found,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM key WHERE id NOT IN (SELECT key FROM usage_day))"
    ).fetchone()
    return bool(found)


def _count(connection: sqlite3.Connection, tier: Tier, first: int, last: int) -> int:
    (count,) = connection.execute(
        f"SELECT count(*) FROM {tier.table} WHERE bucket >= ? AND bucket < ?",  # noqa: S608 -- a name of ours
        (first, last),
    ).fetchone()
    return int(count)


def bytes_a_row(connection: sqlite3.Connection, tier: Tier) -> float:
    """Give how many bytes of the file a row of a tier takes: a walk over its pages (SQLite's dbstat), 1 ms a MB."""
    (count,) = connection.execute(f"SELECT count(*) FROM {tier.table}").fetchone()  # noqa: S608 -- a name of ours
    try:
        (size,) = connection.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE", (tier.table,)
        ).fetchone()
    except sqlite3.OperationalError:  # an SQLite that was built without it
        return row_bytes(connection, row_counts(connection))
    return size / count if count else 0.0


def _bytes_a_day_row(connection: sqlite3.Connection) -> float:
    """Give how many bytes go with a row of a day: those of its month, its key and its names too, if it was the last."""
    finer = (Tier.SECOND, Tier.PROCESS, Tier.MINUTE, Tier.QUARTER)
    counts = row_counts(connection)
    rest = used_bytes(connection) - sum(counts[tier] * bytes_a_row(connection, tier) for tier in finer)
    return rest / counts[Tier.DAY] if counts[Tier.DAY] else 0.0


def row_counts(connection: sqlite3.Connection) -> dict[Tier, int]:
    """Give how many rows each tier has: a walk over its pages, 20 ms a million rows."""
    return {
        tier: connection.execute(f"SELECT count(*) FROM {tier.table}").fetchone()[0]  # noqa: S608 -- a name of ours
        for tier in Tier
    }


def row_bytes(connection: sqlite3.Connection, counts: dict[Tier, int]) -> float:
    """Give about how many bytes of the file a row takes, its share of names and keys included."""
    rows = sum(counts.values())
    return used_bytes(connection) / rows if rows else 0.0
