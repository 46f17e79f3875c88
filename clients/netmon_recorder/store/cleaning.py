"""Old rows out, in steps that each hold the writer up for some milliseconds, and their room back to the disk."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from netmon.model import (
    BucketSize,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    RetentionPolicy,
    StorageTier,
)
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar
from netmon_recorder.store.connections import Connections
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.quota import (
    TARGET_SHARE,
    bytes_a_row,
    cut_to_quota,
    is_over,
    row_bytes,
    row_counts,
)
from netmon_recorder.store.ranges import Kept, Tier
from netmon_recorder.store.seconds import forget_processes

_STEP_ROWS: Final = 5000
_STEP_PAGES: Final = 500

SIZES: Final = {
    Tier.SECOND: BucketSize.SECOND,
    Tier.PROCESS: BucketSize.SECOND,  # they come and go with the seconds
    Tier.MINUTE: BucketSize.MINUTE,
    Tier.QUARTER: BucketSize.HOUR,
    Tier.DAY: BucketSize.DAY,
    Tier.MONTH: BucketSize.MONTH,
}
_NOTES: Final = {
    Tier.SECOND: "kept_second",
    Tier.PROCESS: "kept_process",
    Tier.MINUTE: "kept_minute",
    Tier.QUARTER: "kept_quarter",
    Tier.DAY: "kept_day",
    Tier.MONTH: "kept_month",
}

_FREE_ENDS: Final = frozenset({Tier.SECOND, Tier.PROCESS, Tier.MINUTE})
"""Tiers that are cut at any minute: nothing is made of them any more."""

_MONTH_OF_DAYS: Final = (
    "INSERT INTO usage_month SELECT ?, key, sum(sent_bytes), sum(received_bytes), sum(packet_count),"
    " sum(connection_count) FROM usage_day WHERE bucket >= ? AND bucket < ? GROUP BY key"
)

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
    if selection.older_than_time is None and is_over(connection, wanted.quota_bytes, TARGET_SHARE):
        cut_to_quota(connection, cuts, wanted.quota_bytes, now, days)
    return [Cut(tier=tier, before=before) for tier, before in cuts.items()]


def plan_of(connection: sqlite3.Connection, cuts: list[Cut]) -> CleanupPlan:
    """Give what would go. What it frees is that of the rows, and of pages that were free already: they go too."""
    tiers: list[StorageTier] = []
    for cut in cuts:
        if cut.tier is Tier.PROCESS:
            continue
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
                    byte_count=int(count * bytes_a_row(connection, cut.tier)),
                    oldest_time=first * unit,
                    newest_time=last * unit,
                )
            )
    free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size"))
    return CleanupPlan(
        tiers=tuple(tiers),
        row_count=sum(tier.row_count for tier in tiers),
        freed_bytes=free * size + sum(tier.byte_count for tier in tiers),
        oldest_time=min((tier.oldest_time for tier in tiers if tier.oldest_time is not None), default=None),
    )


def clean(
    connections: Connections, cuts: list[Cut], days: ZoneCalendar, forget: Callable[[], object]
) -> Iterator[CleanupProgress]:
    """Delete step by step. Raises `StorageError`.

    ``days``: whose days are kept. ``forget``: deletes the names that nothing is of any more; it reads every row, and is
    called only where history begins later than before.
    """
    with connections.writing() as writer:
        oldest = _oldest(writer)
        total = plan_of(writer, cuts).row_count
        size_before = _size(writer)
    deleted = 0
    for cut in cuts:
        step = _Step(connections, cut, days)
        while not step.is_last:
            step = _Step(connections, cut, days)
            connections.write(step.run)
            deleted += step.row_count
            with connections.writing() as writer:
                _give_back(writer)
                progress = _progress(writer, size_before, deleted, total)
            yield progress
    connections.write(lambda: _forget_gaps(connections.writer))
    connections.write(lambda: forget_processes(connections.writer))
    with connections.writing() as writer:
        begins_later = _oldest(writer) != oldest
    if begins_later:
        forget()
    while True:
        with connections.writing() as writer:
            has_more = _give_back(writer)
            progress = _progress(writer, size_before, deleted, total)
        if not has_more:
            break
        yield progress
    with connections.writing() as writer:  # the file shrinks only when the journal is written back
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield replace(progress, row_count=max(deleted, progress.deleted_row_count), is_done=True)


def _progress(connection: sqlite3.Connection, size_before: int, deleted: int, total: int) -> CleanupProgress:
    freed = max(0, size_before - _size(connection))
    return CleanupProgress(deleted_row_count=deleted, row_count=max(total, deleted), freed_bytes=freed)


def _size(connection: sqlite3.Connection) -> int:
    """Give the bytes of the file as they are once the journal is written back."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


class _Step:
    """Deletes whole buckets from the front, of about so many rows as take some milliseconds."""

    def __init__(self, connections: Connections, cut: Cut, days: ZoneCalendar) -> None:
        self._connections = connections
        self._cut = cut
        self._days = days
        self.row_count = 0
        self.is_last = False

    def run(self) -> None:
        """Do it, inside a transaction."""
        table, before = self._cut.tier.table, self._cut.before
        connection = self._connections.writer
        row = connection.execute(
            f"SELECT bucket FROM {table} WHERE bucket < ? ORDER BY bucket LIMIT 1 OFFSET ?",  # noqa: S608 -- a name of ours
            (before, _STEP_ROWS),
        ).fetchone()
        self.is_last = row is None
        end = before if row is None else row[0] + 1
        deleted = connection.execute(f"DELETE FROM {table} WHERE bucket < ?", (end,))  # noqa: S608 -- a name of ours
        # Those of processes are counted as the seconds that they are made of.
        self.row_count = 0 if self._cut.tier is Tier.PROCESS else deleted.rowcount
        if self._cut.tier is Tier.DAY:
            self.row_count += self._cut_months(end)
        kept = end * self._cut.tier.unit_seconds
        if self._cut.tier is Tier.QUARTER:  # whole from the next day on: days of another zone are made of them
            kept = self._days.first_from(BucketSize.DAY, kept)
        Notes(connection).cut_kept(_NOTES[self._cut.tier], kept)

    def _cut_months(self, end: int) -> int:
        """Delete the months before, and make the one in which the cut lies of the days that stay; give how many went.

        With the days, so that a month is the sum of its days also where nobody asks for the next step.
        """
        connection = self._connections.writer
        month = self._days.start(BucketSize.MONTH, end * QUARTER_SECONDS)
        first, last = month // QUARTER_SECONDS, self._days.next(BucketSize.MONTH, month) // QUARTER_SECONDS
        deleted = connection.execute("DELETE FROM usage_month WHERE bucket < ?", (first,)).rowcount
        if first < end:
            connection.execute("DELETE FROM usage_month WHERE bucket = ?", (first,))
            connection.execute(_MONTH_OF_DAYS, (first, end, last))
        return deleted


def _give_back(connection: sqlite3.Connection) -> bool:
    """Give some free pages back; tell whether there are more. A file that keeps its pages (auto_vacuum) gives none."""
    (before,) = connection.execute("PRAGMA freelist_count").fetchone()
    connection.executescript(_GIVE_BACK)
    (left,) = connection.execute("PRAGMA freelist_count").fetchone()
    return 0 < left < before


def _oldest(connection: sqlite3.Connection) -> int | None:
    return Notes(connection).kept().oldest(BucketSize.DAY)


def _forget_gaps(connection: sqlite3.Connection) -> None:
    oldest = _oldest(connection)
    if oldest is not None:
        connection.execute("DELETE FROM gap WHERE until IS NOT NULL AND until < ?", (oldest,))


def _ends(selection: CleanupSelection, policy: RetentionPolicy, now: float) -> dict[Tier, float]:
    """Give the time before which each tier goes; a tier that is kept for ever is left out."""
    if selection.older_than_time is not None:
        return dict.fromkeys(Tier, min(selection.older_than_time, now))
    ends = {
        Tier.SECOND: now - policy.second_seconds,
        Tier.PROCESS: now - policy.second_seconds,
        Tier.MINUTE: now - policy.minute_seconds,
        Tier.QUARTER: now - policy.hour_seconds,
    }
    if policy.day_seconds:
        ends[Tier.DAY] = ends[Tier.MONTH] = now - policy.day_seconds
    return ends


def _before(tier: Tier, time: float, days: ZoneCalendar) -> int:
    """Give the first bucket that stays.

    Quarters go by whole days, so that those of another zone can still be made, and days by whole months, so that no
    month is shown that is less than it was.
    """
    if tier in _FREE_ENDS:
        start = time // 60 * 60
    else:
        start = days.start(BucketSize.DAY if tier is Tier.QUARTER else BucketSize.MONTH, time)
    return int(start // tier.unit_seconds)


def tiers_of(connection: sqlite3.Connection, kept: Kept) -> tuple[StorageTier, ...]:
    """Give what is kept at each grain, months with the days that they are made of."""
    counts = row_counts(connection)
    bytes_a_row = row_bytes(connection, counts)
    begins = {
        Tier.SECOND: kept.second,
        Tier.MINUTE: kept.minute,
        Tier.QUARTER: kept.quarter,
        Tier.DAY: kept.day,
        Tier.MONTH: kept.day,
    }
    tiers: list[StorageTier] = []
    for tier in Tier:
        if tier is Tier.PROCESS or (tier is Tier.SECOND and not counts[tier]):
            continue  # they are an extra: who keeps none need not read of them
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
