"""Batches in: each is one transaction that adds its rows to seconds, minutes, quarters, days and months alike.

Writing the roll-ups at once, and not later out of the minutes, keeps them whole at every moment: the running hour and
day are right, a late row finds its way, and there is no mark of how far a roll-up is that could be wrong after a kill.
"""

import sqlite3
from collections import defaultdict
from typing import Final

from netmon.model import BucketSize, HistoryGap, RetentionPolicy, UsageKey, UsageSums
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar
from netmon_recorder.store.folding import fold_targets, regrouped
from netmon_recorder.store.keys import KeyBook
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.port import ROWS_A_MINUTE, UsageBatch
from netmon_recorder.store.ranges import Tier
from netmon_recorder.store.seconds import SecondsOfBatch


def write_batch(
    connection: sqlite3.Connection,
    batch: UsageBatch,
    keys: KeyBook,
    day_calendar: ZoneCalendar,
    policy: RetentionPolicy,
) -> None:
    """Write a batch, inside a transaction. ``day_calendar``: whose days and months are kept."""
    minutes: defaultdict[int, dict[UsageKey, UsageSums]] = defaultdict(dict)
    for row in batch.rows:
        rows = minutes[int(row.start_time // 60)]
        known = rows.get(row.key)
        rows[row.key] = row.sums if known is None else known.plus(row.sums)
    sums = _Sums(day_calendar, policy)
    seconds = SecondsOfBatch(batch.seconds) if policy.second_seconds else None
    for minute, rows in minutes.items():
        targets = fold_targets(rows, ROWS_A_MINUTE, keys.of_minute(minute))
        numbers: dict[UsageKey, int] = {}
        for key, moved in regrouped(rows, targets).items():
            numbers[key] = keys.number(connection, key, minute)
            sums.add(minute, numbers[key], moved)
        if seconds is not None:
            seconds.add(minute, rows, targets, numbers)
    sums.write(connection)
    if seconds is not None:
        seconds.write(connection)
    keys.note_asked(connection, batch.asked)
    for gap in batch.gaps:
        write_gap(connection, gap)
    notes = Notes(connection)
    first = min(minutes, default=None)
    begin = int(batch.until_time // 60) * 60 if first is None else first * 60
    notes.extend_kept(begin, day_calendar, policy)
    notes.put("until_time", batch.until_time)
    if batch.checkpoint is not None:
        notes.put("checkpoint", batch.checkpoint)


def write_gap(connection: sqlite3.Connection, gap: HistoryGap) -> None:
    """Write a gap; one of the same kind and start is replaced."""
    connection.execute(
        "INSERT INTO gap (since, kind, until, dropped_packets) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (since, kind) DO UPDATE SET until = excluded.until, dropped_packets = excluded.dropped_packets",
        (gap.since_time, int(gap.kind), gap.until_time, gap.dropped_packets),
    )


_OF_SECONDS: Final = frozenset({Tier.SECOND, Tier.PROCESS})
"""Tiers that `SecondsOfBatch` writes."""


class _Sums:
    """What a batch adds to each tier: a bucket's row is written once, however many minutes it has in the batch."""

    def __init__(self, days: ZoneCalendar, policy: RetentionPolicy) -> None:
        self._days = days
        is_kept = {Tier.MINUTE: policy.minute_seconds > 0, Tier.QUARTER: policy.hour_seconds > 0}
        self._tiers: dict[Tier, dict[tuple[int, int], UsageSums]] = {
            tier: {} for tier in Tier if tier not in _OF_SECONDS and is_kept.get(tier, True)
        }
        self._minute = -1
        self._buckets: list[tuple[dict[tuple[int, int], UsageSums], int]] = []

    def add(self, minute: int, key: int, sums: UsageSums) -> None:
        """Add what a key moved in a minute."""
        if minute != self._minute:
            self._minute = minute
            self._buckets = [(rows, self._bucket(tier, minute)) for tier, rows in self._tiers.items()]
        for rows, bucket in self._buckets:
            known = rows.get((bucket, key))
            rows[bucket, key] = sums if known is None else known.plus(sums)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all of it, inside a transaction. Sorted, so that each leaf of the trees is visited once."""
        for tier, rows in self._tiers.items():
            connection.executemany(
                add_statement(tier), [(bucket, key, *rows[bucket, key]) for bucket, key in sorted(rows)]
            )

    def _bucket(self, tier: Tier, minute: int) -> int:
        if tier is Tier.MINUTE:
            return minute
        if tier is Tier.QUARTER:
            return minute // 15
        size = BucketSize.DAY if tier is Tier.DAY else BucketSize.MONTH
        return self._days.start(size, minute * 60) // QUARTER_SECONDS


def add_statement(tier: Tier) -> str:
    """Give the statement that adds sums to a row."""
    return (
        f"INSERT INTO {tier.table} (bucket, key, sent_bytes, received_bytes, packet_count, connection_count)"  # noqa: S608 -- a name of ours
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (bucket, key) DO UPDATE SET"
        " sent_bytes = sent_bytes + excluded.sent_bytes, received_bytes = received_bytes + excluded.received_bytes,"
        " packet_count = packet_count + excluded.packet_count,"
        " connection_count = connection_count + excluded.connection_count"
    )
