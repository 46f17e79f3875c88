"""Old rows out, in steps that each hold the writer up for some milliseconds, and their room back to the disk."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from netmon.model import (
    BucketSize,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    RetentionPolicy,
    StorageTier,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.ranges import Kept, Tier

_STEP_ROWS: Final = 5000
_STEP_PAGES: Final = 500

SIZES: Final = {
    Tier.MINUTE: BucketSize.MINUTE,
    Tier.QUARTER: BucketSize.HOUR,
    Tier.DAY: BucketSize.DAY,
    Tier.MONTH: BucketSize.MONTH,
}
_NOTES: Final = {
    Tier.MINUTE: "kept_minute",
    Tier.QUARTER: "kept_quarter",
    Tier.DAY: "kept_day",
    Tier.MONTH: "kept_month",
}

# `execute` would stop after its first row, which is one page; `executescript` runs it to its end (measured).
_GIVE_BACK: Final = f"PRAGMA incremental_vacuum({_STEP_PAGES})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """All of a tier before a bucket goes."""

    tier: Tier
    before: int


def cuts_of(
    connection: sqlite3.Connection,
    selection: CleanupSelection,
    policy: RetentionPolicy,
    now: float,
    days: ZoneCalendar,
) -> list[Cut]:
    """Give what goes: by age, and then as much of the finest as the quota asks for."""
    wanted = selection.policy or policy
    cuts = {tier: _before(tier, time, days) for tier, time in _ends(selection, wanted, now).items()}
    if selection.older_than_time is None and wanted.quota_bytes:
        _cut_to_quota(connection, cuts, wanted.quota_bytes, days)
    return [Cut(tier=tier, before=before) for tier, before in cuts.items()]


def plan_of(connection: sqlite3.Connection, cuts: list[Cut]) -> CleanupPlan:
    """Give what would go."""
    bytes_a_row = row_bytes(connection, row_counts(connection))
    tiers: list[StorageTier] = []
    for cut in cuts:
        table, unit = cut.tier.table, cut.tier.unit_seconds
        count, first, last = connection.execute(
            f"SELECT count(*), min(bucket), max(bucket) FROM {table} WHERE bucket < ?",  # noqa: S608 -- a name of ours
            (cut.before,),
        ).fetchone()
        if count:
            tiers.append(
                StorageTier(
                    bucket=SIZES[cut.tier],
                    row_count=count,
                    byte_count=int(count * bytes_a_row),
                    oldest_time=first * unit,
                    newest_time=last * unit,
                )
            )
    return CleanupPlan(
        tiers=tuple(tiers),
        row_count=sum(tier.row_count for tier in tiers),
        freed_bytes=sum(tier.byte_count for tier in tiers),
        oldest_time=min((tier.oldest_time for tier in tiers if tier.oldest_time is not None), default=None),
    )


def clean(
    connection: sqlite3.Connection,
    path: Path,
    cuts: list[Cut],
    alone: AbstractContextManager[object],
    write: Callable[[Callable[[], None]], None],
) -> Iterator[CleanupProgress]:
    """Delete step by step. ``alone`` keeps the writer out; ``write`` does one piece of work in a transaction of it."""
    with alone:
        total = plan_of(connection, cuts).row_count
    size_before = path.stat().st_size
    deleted = 0
    for cut in cuts:
        step = _Step(connection, cut)
        while not step.is_last:
            step = _Step(connection, cut)
            write(step.run)
            deleted += step.row_count
            with alone:
                _give_back(connection)
            yield _progress(path, size_before, deleted, total)
    write(lambda: _forget_gaps(connection))
    while True:
        with alone:
            has_more = _give_back(connection)
        if not has_more:
            break
        yield _progress(path, size_before, deleted, total)
    with alone:  # the file shrinks only when the journal is written back
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield replace(_progress(path, size_before, deleted, deleted), is_done=True)


def _progress(path: Path, size_before: int, deleted: int, total: int) -> CleanupProgress:
    freed = max(0, size_before - path.stat().st_size)
    return CleanupProgress(deleted_row_count=deleted, row_count=max(total, deleted), freed_bytes=freed)


def row_counts(connection: sqlite3.Connection) -> dict[Tier, int]:
    """Give how many rows each tier has: a walk over its pages, 20 ms a million rows."""
    return {
        tier: connection.execute(f"SELECT count(*) FROM {tier.table}").fetchone()[0]  # noqa: S608 -- a name of ours
        for tier in Tier
    }


def row_bytes(connection: sqlite3.Connection, counts: dict[Tier, int]) -> float:
    """Give about how many bytes of the file a row takes, its share of names and keys included."""
    (pages,), (free,), (size,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    rows = sum(counts.values())
    return (pages - free) * size / rows if rows else 0.0


class _Step:
    """Deletes whole buckets from the front, of about so many rows as take some milliseconds."""

    def __init__(self, connection: sqlite3.Connection, cut: Cut) -> None:
        self._connection = connection
        self._cut = cut
        self.row_count = 0
        self.is_last = False

    def run(self) -> None:
        """Do it, inside a transaction."""
        table, before = self._cut.tier.table, self._cut.before
        row = self._connection.execute(
            f"SELECT bucket FROM {table} WHERE bucket < ? ORDER BY bucket LIMIT 1 OFFSET ?",  # noqa: S608 -- a name of ours
            (before, _STEP_ROWS),
        ).fetchone()
        self.is_last = row is None
        end = before if row is None else row[0] + 1
        deleted = self._connection.execute(f"DELETE FROM {table} WHERE bucket < ?", (end,))  # noqa: S608 -- a name of ours
        self.row_count = deleted.rowcount
        Notes(self._connection).cut_kept(_NOTES[self._cut.tier], end * self._cut.tier.unit_seconds)


def _give_back(connection: sqlite3.Connection) -> bool:
    """Give some free pages back; tell whether there are more."""
    connection.executescript(_GIVE_BACK)
    return bool(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _forget_gaps(connection: sqlite3.Connection) -> None:
    kept = Notes(connection).kept()
    oldest = kept.oldest(BucketSize.DAY)
    if oldest is not None:
        connection.execute("DELETE FROM gap WHERE until IS NOT NULL AND until < ?", (oldest,))


def _ends(selection: CleanupSelection, policy: RetentionPolicy, now: float) -> dict[Tier, float]:
    """Give the time before which each tier goes; a tier that is kept for ever is left out."""
    if selection.older_than_time is not None:
        return dict.fromkeys(Tier, min(selection.older_than_time, now))
    ends = {Tier.MINUTE: now - policy.minute_seconds, Tier.QUARTER: now - policy.hour_seconds}
    if policy.day_seconds:
        ends[Tier.DAY] = ends[Tier.MONTH] = now - policy.day_seconds
    return ends


def _before(tier: Tier, time: float, days: ZoneCalendar) -> int:
    """Give the first bucket that stays.

    Quarters go by whole days, so that those of another zone can still be made, and days by whole months, so that a
    month is always the sum of its days.
    """
    if tier is Tier.MINUTE:
        start = time
    else:
        start = days.start(BucketSize.DAY if tier is Tier.QUARTER else BucketSize.MONTH, time)
    return int(start // tier.unit_seconds)


def _cut_to_quota(connection: sqlite3.Connection, cuts: dict[Tier, int], quota_bytes: int, days: ZoneCalendar) -> None:
    """Move the cuts on until what is left fits: the oldest of the finest first."""
    (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    bytes_a_row = row_bytes(connection, row_counts(connection))
    going = sum(
        connection.execute(f"SELECT count(*) FROM {tier.table} WHERE bucket < ?", (before,)).fetchone()[0]  # noqa: S608 -- a name of ours
        for tier, before in cuts.items()
    )
    left = (pages - free) * size - going * bytes_a_row - quota_bytes
    for tier in Tier:
        if left <= 0 or not bytes_a_row:
            return
        first = cuts.get(tier, 0)
        row = connection.execute(
            f"SELECT bucket FROM {tier.table} WHERE bucket >= ? ORDER BY bucket LIMIT 1 OFFSET ?",  # noqa: S608 -- a name of ours
            (first, int(left / bytes_a_row)),
        ).fetchone()
        if row is None:
            (newest,) = connection.execute(f"SELECT max(bucket) FROM {tier.table}").fetchone()  # noqa: S608 -- a name of ours
            target = first if newest is None else newest
        else:
            target = row[0] + 1
        if tier is not Tier.MINUTE:
            target = _before(tier, target * tier.unit_seconds, days)
        target = max(target, first)
        (count,) = connection.execute(
            f"SELECT count(*) FROM {tier.table} WHERE bucket >= ? AND bucket < ?",  # noqa: S608 -- a name of ours
            (first, target),
        ).fetchone()
        cuts[tier] = target
        if tier is Tier.DAY:
            cuts[Tier.MONTH] = target
            return
        left -= count * bytes_a_row


def tiers_of(connection: sqlite3.Connection, kept: Kept) -> tuple[StorageTier, ...]:
    """Give what is kept at each grain, months with the days that they are made of."""
    counts = row_counts(connection)
    bytes_a_row = row_bytes(connection, counts)
    begins = {Tier.MINUTE: kept.minute, Tier.QUARTER: kept.quarter, Tier.DAY: kept.day, Tier.MONTH: kept.day}
    tiers: list[StorageTier] = []
    for tier in Tier:
        (last,) = connection.execute(f"SELECT max(bucket) FROM {tier.table}").fetchone()  # noqa: S608 -- a name of ours
        tiers.append(
            StorageTier(
                bucket=SIZES[tier],
                row_count=counts[tier],
                byte_count=int(counts[tier] * bytes_a_row),
                oldest_time=begins[tier] if counts[tier] else None,
                newest_time=None if last is None else last * tier.unit_seconds,
            )
        )
    return tuple(tiers)
