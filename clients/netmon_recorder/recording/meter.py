"""What monotone counters moved since they were read last: for each connection, and for what no connection shows.

Pure. The collector's promise: counters of a connection and of a scope only grow while it runs, whatever is cleared.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, NamedTuple

from netmon.model import Connection, ConnectionFacts, Remainder, Scope, Snapshot, Traffic

ABSENT_ROUNDS: Final = 4
"""A connection that so many tidyings did not see is forgotten: an ended one may speak again while it is listed (60 s,
longer in TIME_WAIT), and a tidying is a minute."""

MARK_LIMIT: Final = 40_000
"""Marks above which absent connections are forgotten at once: 20,000 rows are the most that a snapshot holds."""


class Counts(NamedTuple):
    """IP bytes each way, and packets both ways together."""

    sent_bytes: int = 0
    received_bytes: int = 0
    packet_count: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Give both together."""
        return Counts(
            self.sent_bytes + other.sent_bytes,
            self.received_bytes + other.received_bytes,
            self.packet_count + other.packet_count,
        )

    def minus(self, other: "Counts") -> "Counts":
        """Give what is left, below zero too."""
        return Counts(
            self.sent_bytes - other.sent_bytes,
            self.received_bytes - other.received_bytes,
            self.packet_count - other.packet_count,
        )

    def at_least_nothing(self) -> "Counts":
        """Give it with 0 for what is below."""
        return Counts(max(0, self.sent_bytes), max(0, self.received_bytes), max(0, self.packet_count))

    def at_most(self, limit: "Counts") -> "Counts":
        """Give the smaller of both, each for itself."""
        return Counts(
            min(self.sent_bytes, limit.sent_bytes),
            min(self.received_bytes, limit.received_bytes),
            min(self.packet_count, limit.packet_count),
        )


NOTHING: Final = Counts()


class RowDelta(NamedTuple):
    """What one connection moved. ``is_new``: it began since the snapshot before.

    ``is_late``: when it was first seen, or again after it was forgotten, it had ended, or had begun before the snapshot
    before: it may have moved all of that earlier.
    """

    facts: ConnectionFacts
    counts: Counts
    last_time: float | None
    is_new: bool
    has_ended: bool
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a snapshot adds: by connection, and by scope what no connection of it shows."""

    rows: tuple[RowDelta, ...] = ()
    rest: tuple[tuple[Scope, Counts], ...] = ()
    dropped_packets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Where all counters stood: what a checkpoint keeps. ``owed``: of scopes, not yet given out as rest."""

    rows: dict[str, Counts] = field(default_factory=dict[str, Counts])
    scopes: dict[int, Counts] = field(default_factory=dict[int, Counts])
    owed: dict[int, Counts] = field(default_factory=dict[int, Counts])
    dropped_packets: int = 0


class Meter:
    """Reads the snapshots of one run of the collector.

    ``marks`` None: all that it ever counted is new; with ``skips_first`` the first snapshot only sets the marks.
    """

    def __init__(self, marks: Marks | None = None, *, skips_first: bool = False) -> None:
        marks = marks or Marks()
        self._rows = dict(marks.rows)
        self._scopes = dict(marks.scopes)
        self._owed = dict(marks.owed)
        self._dropped_packets = marks.dropped_packets
        self._skips_next = skips_first
        self._absent: dict[str, int] = {}
        self._newest: tuple[Connection, ...] = ()
        self._read_time = 0.0

    def read(self, snapshot: Snapshot) -> Reading:
        """Give what was moved since the snapshot before.

        Together the rows and the rest are exactly what the collector's totals grew by. What a row shows that ended
        unseen, or was forgotten here, and speaks again was in the rest: it is not given twice. Where it was something
        else that came twice, it is taken off the rest until that is even.
        """
        self._newest = snapshot.connections
        rows = list(self._read_rows(snapshot.connections))
        dropped, self._dropped_packets = self._dropped_packets, _dropped(snapshot)
        shown = _by_scope(rows)
        for part in snapshot.scopes:
            now = _counts(part.traffic)
            moved = now.minus(self._scopes.get(part.scope, NOTHING))
            self._scopes[part.scope] = now
            self._owe(part.scope, moved)
        for scope, counts in shown.items():
            self._owe(scope, NOTHING.minus(counts))
        rows = list(self._without_repeated(rows))
        self._read_time = snapshot.time
        if self._skips_next:
            self._skips_next = False
            self._owed.clear()
            return Reading()
        drops = max(0, self._dropped_packets - dropped)
        return Reading(rows=tuple(rows), rest=tuple(self._take_owed()), dropped_packets=drops)

    def tidy(self) -> None:
        """Forget connections that have been gone for long. Once a minute."""
        present = {row.facts.id for row in self._newest}
        limit = 0 if len(self._rows) > MARK_LIMIT else ABSENT_ROUNDS
        absent = {key: self._absent.get(key, 0) + 1 for key in self._rows if key not in present}
        for key in [key for key, rounds in absent.items() if rounds > limit]:
            del self._rows[key], absent[key]
        self._absent = absent

    def marks(self) -> Marks:
        """Give where all counters stand."""
        return Marks(
            rows=dict(self._rows),
            scopes=dict(self._scopes),
            owed={scope: counts for scope, counts in self._owed.items() if counts != NOTHING},
            dropped_packets=self._dropped_packets,
        )

    def _read_rows(self, connections: Iterable[Connection]) -> Iterable[RowDelta]:
        marks = self._rows
        for row in connections:
            facts, traffic = row.facts, row.traffic
            if facts.remainder is not Remainder.UNSPECIFIED:
                continue
            before, now = marks.get(facts.id), _counts(traffic)
            # A row that moved nothing has no mark, so that its first packet tells that it began.
            if now == (before or NOTHING):
                continue
            marks[facts.id] = now
            moved = now.minus(before or NOTHING).at_least_nothing()
            is_new, has_ended = before is None and not facts.started_before, row.end_time is not None
            is_late = before is None and (has_ended or facts.start_time < self._read_time)
            yield RowDelta(facts, moved, row.last_time, is_new, has_ended, is_late)

    def _without_repeated(self, rows: Iterable[RowDelta]) -> Iterable[RowDelta]:
        """Take off late rows what all of them show beyond what the totals grew by."""
        excess = NOTHING.minus(_sum(self._owed.values())).at_least_nothing()
        for row in rows:
            repeated = row.counts.at_most(excess) if row.is_late else NOTHING
            if repeated == NOTHING:
                yield row
                continue
            excess = excess.minus(repeated)
            self._owe(row.facts.scope, repeated)
            if row.counts != repeated:
                # One that is open and shows more than is new was counted as a connection already.
                is_new = row.is_new and row.has_ended
                yield row._replace(counts=row.counts.minus(repeated), is_new=is_new)

    def _owe(self, scope: int, counts: Counts) -> None:
        self._owed[scope] = self._owed.get(scope, NOTHING).plus(counts)

    def _take_owed(self) -> Iterable[tuple[Scope, Counts]]:
        allowed = _sum(self._owed.values()).at_least_nothing()
        for scope, counts in self._owed.items():
            given = counts.at_least_nothing().at_most(allowed)
            if given != NOTHING:
                allowed = allowed.minus(given)
                self._owed[scope] = counts.minus(given)
                yield Scope(scope), given


def _sum(parts: Iterable[Counts]) -> Counts:
    return reduce(Counts.plus, parts, NOTHING)


def _by_scope(rows: Iterable[RowDelta]) -> dict[int, Counts]:
    sums: dict[int, Counts] = {}
    for row in rows:
        scope = row.facts.scope
        sums[scope] = sums.get(scope, NOTHING).plus(row.counts)
    return sums


def _counts(traffic: Traffic) -> Counts:
    return Counts(traffic.sent_bytes, traffic.received_bytes, traffic.sent_packets + traffic.received_packets)


def _dropped(snapshot: Snapshot) -> int:
    return snapshot.drops.kernel_dropped_packets + snapshot.drops.interface_dropped_packets
