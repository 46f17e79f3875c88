"""Rows summed by group: which keys count is found once a question, and days of another zone are made of ours."""

import heapq
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netmon.model import NO_USAGE, UsageDimension, UsageSums
from netmon_recorder.store.filtering import Condition
from netmon_recorder.store.grouping import NO_GROUP, Numbers, columns, names
from netmon_recorder.store.ranges import Segment, Tier

_SUMS = "sum(u.sent_bytes), sum(u.received_bytes), sum(u.packet_count), sum(u.connection_count)"
_NAMED_SUMS = (
    "sum(u.sent_bytes) AS sent, sum(u.received_bytes) AS received, sum(u.packet_count) AS packets,"
    " sum(u.connection_count) AS connections"
)
BARE_SUMS = "u.sent_bytes, u.received_bytes, u.packet_count, u.connection_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCondition:
    """Which rows of usage count, by the numbers of their keys. Empty ``text``: all."""

    text: str = ""
    values: tuple[str | int, ...] = ()


def row_condition(connection: sqlite3.Connection, where: Condition) -> RowCondition:
    """Find the keys that fit. The smaller set is written down: a row then costs a look into few numbers, or none."""
    if not where.text:
        return RowCondition()
    others = _keys(connection, f"NOT ({where.text})", where)
    if not others:
        return RowCondition()
    (known,) = connection.execute("SELECT count(*) FROM key").fetchone()
    if len(others) <= known // 2:
        return of_keys("NOT IN", others)
    return of_keys("IN", _keys(connection, where.text, where))


def _keys(connection: sqlite3.Connection, text: str, where: Condition) -> list[int]:
    rows = connection.execute(f"SELECT k.id FROM key k WHERE {text}", where.values)  # noqa: S608 -- names of ours; all values are marks
    return [number for (number,) in rows]


def of_processes(rows: RowCondition, numbers: Sequence[int]) -> RowCondition:
    """Let no rows count but those of some processes, by their numbers."""
    text = f"{rows.text} AND u.process IN (SELECT value FROM json_each(?))"  # noqa: S608 -- names of ours; all values are marks
    return RowCondition(text=text, values=(*rows.values, json.dumps(list(numbers))))


class KeptCondition:
    """A row condition for a long while: keys that were made since are asked too."""

    def __init__(self, where: Condition) -> None:
        self._where = where
        self._newest: int | None = None
        self._rows = RowCondition()

    def now(self, connection: sqlite3.Connection) -> RowCondition:
        """Give it as it is in a connection's state of the database."""
        (newest,) = connection.execute("SELECT coalesce(max(id), 0) FROM key").fetchone()
        if newest != self._newest:
            self._newest, self._rows = newest, row_condition(connection, self._where)
        return self._rows


def sums_of(
    connection: sqlite3.Connection, parts: Sequence[Segment], group: str, rows: RowCondition
) -> dict[Numbers, UsageSums]:
    """Give the sums of each group in the parts of a stretch."""
    found: dict[Numbers, UsageSums] = {}
    for part in parts:
        within = f"FROM {part.tier.table} u WHERE u.bucket >= ? AND u.bucket < ?{rows.text}"
        if group == NO_GROUP:  # no look at keys at all
            statement = f"SELECT {_SUMS}, 0 {within}"
        elif "u." in group or ("k.domain" not in group and "k.remote_host" not in group):
            statement = _row_by_row(part, group, rows)
        else:
            # Of many groups by key first: its names are then looked up once, and not for each of its rows.
            statement = (
                f"SELECT sum(t.sent), sum(t.received), sum(t.packets), sum(t.connections), {group}"  # noqa: S608 -- as above
                f" FROM (SELECT u.key, {_NAMED_SUMS} {within} GROUP BY u.key) t"
                f" CROSS JOIN key k ON k.id = t.key GROUP BY {group}"
            )
        for row in connection.execute(statement, (part.first, part.last, *rows.values)):
            if row[0] is None:  # nothing there
                continue
            numbers: Numbers = row[4:]
            sums = UsageSums(*row[:4])
            found[numbers] = found[numbers].plus(sums) if numbers in found else sums
    return found


def _row_by_row(part: Segment, group: str, rows: RowCondition, more: str = "") -> str:
    # CROSS JOIN keeps SQLite from going through all keys first (its manual, "Manual Control Of Query Plans").
    return (
        f"SELECT {_SUMS}, {group}{more} FROM {part.tier.table} u CROSS JOIN key k ON k.id = u.key"  # noqa: S608 -- names of ours
        f" WHERE u.bucket >= ? AND u.bucket < ?{rows.text} GROUP BY {group}"
    )


def biggest_groups(
    connection: sqlite3.Connection,
    part: Segment,
    dimensions: Sequence[UsageDimension],
    rows: RowCondition,
    most: int,
) -> tuple[list[Numbers], int]:
    """Give those that moved most in one part, biggest first (as `biggest` does), and how many groups there are.

    No more than ``most`` are held at a time. Where processes come by the second there are thousands of them, each hour
    more, and what one question took stays with the recorder: 6.5 MB for 12,000 of them as a mapping, 0.02 so.
    """
    count = 0
    statement = _row_by_row(part, columns(dimensions), rows, "".join(f", {name}" for name in names(dimensions)))
    end = 4 + len(dimensions) + 1

    def moved() -> Iterator[tuple[int, tuple[str | int, ...], int, Numbers]]:
        nonlocal count
        for row in connection.execute(statement, (part.first, part.last, *rows.values)):
            count += 1
            yield -(row[0] + row[1]), row[end:], row[end - 1], row[4:end]

    return [numbers for *_, numbers in heapq.nsmallest(most, moved())], count


def sums_by_second(
    connection: sqlite3.Connection, first: int, last: int, group: str, rows: RowCondition
) -> dict[int, dict[Numbers, UsageSums]]:
    """Give the sums of each group in each second of a stretch: one walk, and not a statement each."""
    joined, names = ("", "") if group == NO_GROUP else ("CROSS JOIN key k ON k.id = u.key", f", {group}")
    found: dict[int, dict[Numbers, UsageSums]] = {}
    for row in connection.execute(
        f"SELECT u.bucket, {_SUMS}{names} FROM {Tier.SECOND.table} u {joined}"  # noqa: S608 -- names of ours; all values are marks
        f" WHERE u.bucket >= ? AND u.bucket < ?{rows.text} GROUP BY u.bucket{names}",
        (first, last, *rows.values),
    ):
        found.setdefault(row[0], {})[row[5:] or (0,)] = UsageSums(*row[1:5])
    return found


class SomeGroups:
    """Sums of a few groups, by the numbers of their keys: the names of all other rows are not looked at."""

    def __init__(self, connection: sqlite3.Connection, group: str, wanted: Sequence[Numbers]) -> None:
        self._connection = connection
        chosen = frozenset(wanted)
        rows = connection.execute(f"SELECT k.id, {group} FROM key k")  # noqa: S608 -- names of ours
        self._groups: dict[int, Numbers] = {row[0]: row[1:] for row in rows if row[1:] in chosen}
        self._condition = of_keys("IN", list(self._groups))

    def sums_of(self, parts: Sequence[Segment], rows: RowCondition) -> dict[Numbers, UsageSums]:
        """Give the sums of each of them in the parts of a stretch."""
        # Added up in place: there may be tens of thousands of rows.
        found: dict[Numbers, list[int]] = {}
        groups = self._groups
        for part in parts:
            statement = (
                f"SELECT u.key, {BARE_SUMS} FROM {part.tier.table} u WHERE u.bucket >= ? AND u.bucket < ?"  # noqa: S608 -- names of ours; all values are marks
                f"{self._condition.text}{rows.text}"
            )
            values = (part.first, part.last, *self._condition.values, *rows.values)
            for key, sent, received, packets, connections in self._connection.execute(statement, values):
                known = found.setdefault(groups[key], [0, 0, 0, 0])
                known[0] += sent
                known[1] += received
                known[2] += packets
                known[3] += connections
        return {numbers: UsageSums(*sums) for numbers, sums in found.items()}


def moved_edges(
    whole: Sequence[dict[Numbers, UsageSums]], edges: Sequence[tuple[int, dict[Numbers, UsageSums]]]
) -> list[dict[Numbers, UsageSums]]:
    """Give buckets whose bounds lie a bit beside those of ``whole``.

    ``edges``: for each bound 1 and what lies between it and the known bound after it, or -1 and what lies between the
    known bound and it. What belongs to the one bucket does not to the one before.
    """
    buckets: list[dict[Numbers, UsageSums]] = []
    for known, (begin, end) in zip(whole, pairwise(edges), strict=True):
        bucket = dict(known)
        for sign, (factor, sums) in ((1, begin), (-1, end)):
            for numbers, moved in sums.items():
                bucket[numbers] = combined(bucket.get(numbers, NO_USAGE), moved, sign * factor)
        buckets.append({numbers: sums for numbers, sums in bucket.items() if sums != NO_USAGE})
    return buckets


def combined(sums: UsageSums, other: UsageSums, sign: int) -> UsageSums:
    """Give both together, or with -1 what is left of the first."""
    return UsageSums(
        sums[0] + sign * other[0], sums[1] + sign * other[1], sums[2] + sign * other[2], sums[3] + sign * other[3]
    )


def added(each: Iterable[UsageSums]) -> UsageSums:
    """Give all together."""
    sent = received = packets = connections = 0
    for sums in each:
        sent += sums[0]
        received += sums[1]
        packets += sums[2]
        connections += sums[3]
    return UsageSums(sent, received, packets, connections)


def of_keys(word: str, numbers: Sequence[int]) -> RowCondition:
    """Let rows count by their keys: IN these numbers, or NOT IN them."""
    text = f" AND u.key {word} (SELECT value FROM json_each(?))"  # noqa: S608 -- one of two words of ours
    return RowCondition(text=text, values=(json.dumps(list(numbers)),))
