"""What the recorder asks of a storage. SQLite is the one that comes with it; a columnar server fits behind it too.

Batches of typed rows go in, typed questions are answered, upkeep goes in steps that its caller paces. Nothing here
knows tables or a query language. Times are Unix seconds; the clock is the caller's (`now`).

Every method may be called from any thread, and may block on the disk: not from an event loop. Questions that make no
sense raise ValueError naming the field of the contract; a storage that cannot do its work raises `StorageError`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    BrowserDomains,
    BrowserQuery,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    EntityPage,
    EntityQuery,
    ExportItem,
    ExportQuery,
    HistoryGap,
    StorageStatus,
    Timeline,
    TimelineQuery,
    UsageAnswer,
    UsageQuery,
    UsageRow,
)


class StorageError(Exception):
    """The storage cannot do its work. What was asked for did not happen, in no part."""


class StorageFull(StorageError):
    """No room on the disk, or the quota is reached: try the same again later."""


class StorageHeld(StorageFull):
    """A reader from outside keeps the journal from being written back: try the same again later."""


class StorageOverQuota(StorageFull):
    """The quota is reached: try the same again after a cleanup."""


class StorageBroken(StorageError):
    """What it is kept in is damaged, gone or cannot be used: the next batch opens it anew."""


class StorageTaken(StorageError):
    """Another recorder writes to it: end. ``pid`` is its process id, 0 where it is not known."""

    def __init__(self, message: str, pid: int = 0) -> None:
        super().__init__(message)
        self.pid = pid


class StorageTooNew(StorageError):
    """A newer version of netmon made it: update, or move it away. It was not touched."""


class AskedName(NamedTuple):
    """A user by name and number, and a domain that processes of this user asked for; empty: the user alone."""

    user: str
    uid: int
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """Somebody who sees their own part alone: their number, and the name that it has now (its digits without one)."""

    uid: int
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageBatch:
    """What is to be kept, all of it or nothing.

    ``rows``: their start is taken down to its minute, and they add to what is kept of the same minute and key, so a
    minute may come in several batches, and late. More than `ROWS_A_MINUTE` of a minute are folded.
    ``seconds``: parts of these rows, by second and with the process in their keys; never more than the rows in all.
    ``gaps``: one of the same kind and start replaces the one before; so a gap that lasted is ended.
    ``until_time``: all that happened before is in this batch or in earlier ones; sent each minute even without rows,
    since it tells at the next start since when the recorder was off.
    ``asked``: whose the users and domains in the keys of the rows are; what was told before need not come again.
    ``checkpoint``: the writer's own note on how far it is, kept with this batch or not at all; None: as it was.
    """

    until_time: float
    rows: tuple[UsageRow, ...] = ()
    seconds: tuple[UsageRow, ...] = ()
    gaps: tuple[HistoryGap, ...] = ()
    asked: tuple[AskedName, ...] = ()
    checkpoint: bytes | None = None


ROWS_A_MINUTE = 100
"""Rows of one minute that are kept apart. Of the rest first the hosts and domains are folded, then all.

Where a minute comes in several batches, those of the first ones stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Where the writer before ended: its last ``until_time`` and checkpoint; None: nothing was ever written.

    ``open_gaps`` have no end yet: the new writer ends them, or lets them last.
    """

    until_time: float | None = None
    checkpoint: bytes | None = None
    open_gaps: tuple[HistoryGap, ...] = ()


class UsageWriter(Protocol):
    """Takes what is recorded. One writer at a time."""

    def resume_point(self) -> ResumePoint:
        """Give where the writer before ended."""
        ...

    def append(self, batch: UsageBatch) -> None:
        """Keep a batch. When this returns it survives a kill of the process. Raises `StorageFull`.

        What was found broken since the batch before is opened anew first, and set aside where it is damaged.
        """
        ...


class UsageReader(Protocol):
    """Answers questions about usage. `now` bounds the range, tells the running bucket and ends open gaps.

    For an ``onlooker`` (None: one who sees all) with what is theirs, and all that is not as one sum.
    """

    def usage(self, query: UsageQuery, now: float, onlooker: Onlooker | None = None) -> UsageAnswer:
        """Give usage by bucket and group."""
        ...

    def entities(self, query: EntityQuery, now: float, onlooker: Onlooker | None = None) -> EntityPage:
        """Give a page of the applications, domains, hosts and so on."""
        ...

    def timeline(self, query: TimelineQuery, now: float, onlooker: Onlooker | None = None) -> Timeline:
        """Give when things were active."""
        ...

    def browser_domains(self, query: BrowserQuery, now: float, onlooker: Onlooker | None = None) -> BrowserDomains:
        """Give browsers, each with its domains."""
        ...

    def export(self, query: ExportQuery, now: float, onlooker: Onlooker | None = None) -> Iterator[ExportItem]:
        """Give a header, batches of rows in the order of time, an end; in bounded memory, holding no lock between."""
        ...


class StorageKeeper(Protocol):
    """Looks after what is kept."""

    def status(self, now: float) -> StorageStatus:
        """Give the state, sizes and ages."""
        ...

    def run_aggregation(self, now: float) -> AggregationReport:
        """Hold the roll-ups against what they are made of, and mend them; days of another zone are made anew."""
        ...

    def cleanup_plan(self, selection: CleanupSelection, now: float) -> CleanupPlan:
        """Give what `cleanup` would delete."""
        ...

    def cleanup(self, selection: CleanupSelection, now: float) -> Iterator[CleanupProgress]:
        """Delete in small steps, one each time that the next item is asked for; the last one says so.

        What is not asked for any more stays. The writer gets in between any two steps.
        """
        ...

    def needs_cleanup(self) -> bool:
        """Tell whether the quota is so near that a cleanup should not wait for its hour."""
        ...

    def refresh_caches(self) -> CacheReport:
        """Forget keys and names that nothing is of any more, and read the rest anew."""
        ...


class AlertBook(Protocol):
    """Keeps the rules of alerts and when they fired."""

    def put_rule(self, rule: AlertRule) -> bool:
        """Save a rule; give whether one of its name was replaced."""
        ...

    def rules(self) -> tuple[AlertRule, ...]:
        """Give all rules, by name."""
        ...

    def delete_rule(self, name: str) -> AlertRule | None:
        """Delete a rule and give it; None where there is none of that name. Its firings stay."""
        ...

    def add_firing(self, firing: AlertFiring) -> AlertFiring:
        """Keep a firing and give it with its sequence, which the storage chooses. The oldest of 10,000 go."""
        ...

    def firings(self, *, after_sequence: int = 0, name: str = "", limit: int = 100) -> tuple[AlertFiring, ...]:
        """Give the newest firings, newest first: after a sequence, of one rule where a name is given."""
        ...

    def firing_counts(self) -> dict[str, int]:
        """Give how many firings are kept of each name."""
        ...


class HistoryStore(UsageWriter, UsageReader, StorageKeeper, AlertBook, Protocol):
    """A whole storage. Alerts are held against it by `usage` with one bucket that is the range."""

    def close(self) -> None:
        """Write what waits, say that the end was clean, and let go. May be called twice."""
        ...
