"""The storage that comes with the recorder: SQLite in one file, one writer, readers beside it."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    BrowserDomains,
    BrowserQuery,
    CacheReport,
    Calendar,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    EntityPage,
    EntityQuery,
    ExportItem,
    ExportQuery,
    RetentionPolicy,
    StorageState,
    StorageStatus,
    Timeline,
    TimelineQuery,
    UsageAnswer,
    UsageQuery,
)
from netmon_client.clock import monotonic
from netmon_recorder.store import alert_table
from netmon_recorder.store.aggregation import Aggregation
from netmon_recorder.store.browsers import answer_browsers
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.cleaning import clean, cuts_of, plan_of
from netmon_recorder.store.database import (
    Ballast,
    OpenedFile,
    close_file,
    connect,
    explained,
    in_transaction,
    open_file,
)
from netmon_recorder.store.entities import list_entities
from netmon_recorder.store.exporting import export_rows
from netmon_recorder.store.keys import KeyBook, forget_unused, last_minutes_again
from netmon_recorder.store.missing import open_gaps
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.port import ResumePoint, StorageError, StorageFull, UsageBatch
from netmon_recorder.store.storage_state import Place, status_of
from netmon_recorder.store.timelines import answer_timeline
from netmon_recorder.store.usage import answer_usage
from netmon_recorder.store.writing import write_batch

_T = TypeVar("_T")

_READERS: Final = 2
"""Connections for questions; each keeps up to 2 MB of pages. More questions at once wait their turn."""

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""Free space below which nothing is written; on disks under 1.3 GB a twentieth of them."""

BALLAST_BYTES: Final = 1024 * 1024


def open_store(
    path: Path,
    *,
    policy: RetentionPolicy | None = None,
    calendar: Calendar | None = None,
    now: float,
    reserve_bytes: int = RESERVE_BYTES,
    ballast_bytes: int = BALLAST_BYTES,
) -> "SqliteStore":
    """Open or begin a history. ``calendar``: whose days are kept; None: UTC.

    Raises `StorageTaken`, `StorageTooNew`, `StorageFull` or `StorageError`; ValueError for a zone that is not known.
    """
    days = ZoneCalendar(calendar or Calendar())
    opened = open_file(path, now)
    ballast = Ballast(path, ballast_bytes, reserve_bytes)
    return SqliteStore(opened, policy or RetentionPolicy(), days, ballast)


class SqliteStore:
    """A `HistoryStore`. Made by `open_store`."""

    def __init__(self, opened: OpenedFile, policy: RetentionPolicy, calendar: ZoneCalendar, ballast: Ballast) -> None:
        self._opened = opened
        self._path = opened.path
        self._policy = policy
        self._calendar = calendar
        self._ballast = ballast
        self._writer = opened.connection
        self._writing = threading.RLock()
        self._keys = KeyBook()
        self._state = StorageState.WRITING
        self._is_closed = False
        if Notes(self._writer).get("day_zone") is None:
            self._write(self._begin)
        if opened.was_unclean:
            self._write(lambda: last_minutes_again(self._writer))
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        for _ in range(_READERS):
            self._readers.put(connect(self._path, read_only=True))
        ballast.take()

    def close(self) -> None:
        """Write what waits, say that the end was clean, and let go. May be called twice."""
        with self._writing:
            if self._is_closed:
                return
            self._is_closed = True
            for _ in range(_READERS):
                self._readers.get().close()
            try:
                self._write(lambda: self._keys.flush(self._writer))
            finally:
                close_file(self._opened)

    # --- The writer's side ---------------------------------------------------------------------------------------

    def resume_point(self) -> ResumePoint:
        """Give where the writer before ended."""
        with self._reading() as connection:
            notes = Notes(connection)
            checkpoint = notes.get("checkpoint")
            return ResumePoint(
                until_time=notes.number("until_time"),
                checkpoint=checkpoint if isinstance(checkpoint, bytes) else None,
                open_gaps=open_gaps(connection),
            )

    def append(self, batch: UsageBatch) -> None:
        """Keep a batch, all of it or nothing. Raises `StorageFull` where there is no room."""
        with self._writing:
            days = self._days(self._writer)
            try:
                self._ballast.check_room()
                self._write(lambda: write_batch(self._writer, batch, self._keys, days, self._policy))
            except StorageFull:
                self._keys.forget()
                self._state = StorageState.DISK_FULL
                self._ballast.give_up()
                raise
            except StorageError:
                self._keys.forget()
                self._state = StorageState.FAILED
                raise
            self._state = StorageState.WRITING
            self._ballast.take()

    # --- Questions -----------------------------------------------------------------------------------------------

    def usage(self, query: UsageQuery, now: float) -> UsageAnswer:
        """Give usage by bucket and group."""
        calendar = self._asked(query.calendar)
        return self._read(lambda connection: answer_usage(connection, query, now, calendar, Notes(connection).kept()))

    def entities(self, query: EntityQuery, now: float) -> EntityPage:
        """Give a page of the applications, domains, hosts and so on."""
        waiting = self._keys.waiting()
        return self._read(
            lambda connection: list_entities(
                connection, query, now, self._days(connection), Notes(connection).kept(), waiting
            )
        )

    def timeline(self, query: TimelineQuery, now: float) -> Timeline:
        """Give when things were active."""
        return self._read(
            lambda connection: answer_timeline(connection, query, now, self._days(connection), Notes(connection).kept())
        )

    def browser_domains(self, query: BrowserQuery, now: float) -> BrowserDomains:
        """Give browsers, each with its domains."""
        return self._read(
            lambda connection: answer_browsers(connection, query, now, self._days(connection), Notes(connection).kept())
        )

    def export(self, query: ExportQuery, now: float) -> Iterator[ExportItem]:
        """Give a header, batches of rows in the order of time, an end."""
        calendar = self._asked(query.calendar)
        with self._reading() as connection:
            kept = Notes(connection).kept()
        return export_rows(self._reading, query, now, calendar, kept)

    # --- Upkeep --------------------------------------------------------------------------------------------------

    def status(self, now: float) -> StorageStatus:  # noqa: ARG002 -- a storage on another machine needs it
        """Give the state, sizes and ages."""
        place = Place(
            path=self._path,
            ballast=self._ballast,
            policy=self._policy,
            wanted=self._calendar.calendar,
            state=self._state,
            notes=self._opened.notes,
        )
        return self._read(lambda connection: status_of(connection, place))

    def run_aggregation(self, now: float) -> AggregationReport:
        """Hold the roll-ups against what they are made of, and mend them; days of another zone are made anew."""
        start = monotonic()
        mended = Aggregation(self._writer, self._calendar, now, self._write).run()
        return AggregationReport(
            read_row_count=mended.read,
            mended_hour_row_count=mended.quarters,
            mended_day_row_count=mended.days,
            seconds=monotonic() - start,
        )

    def cleanup_plan(self, selection: CleanupSelection, now: float) -> CleanupPlan:
        """Give what `cleanup` would delete."""
        return self._read(
            lambda connection: plan_of(
                connection, cuts_of(connection, selection, self._policy, now, self._days(connection))
            )
        )

    def cleanup(self, selection: CleanupSelection, now: float) -> Iterator[CleanupProgress]:
        """Delete in small steps, one each time that the next item is asked for."""
        with self._reading() as connection:
            cuts = cuts_of(connection, selection, self._policy, now, self._days(connection))
        if self._state is StorageState.DISK_FULL:
            self._ballast.give_up()
        for progress in clean(self._writer, self._path, cuts, self._writing, self._write):
            if progress.is_done:
                self._write(lambda: Notes(self._writer).put("last_cleanup_time", now))
                self._ballast.take()
            yield progress

    def refresh_caches(self) -> CacheReport:
        """Forget keys and names that nothing is of any more, and read the rest anew."""
        removed: list[int] = []

        def work() -> None:
            self._keys.flush(self._writer)
            removed.extend(forget_unused(self._writer))
            self._keys.forget()

        with self._writing:
            self._write(work)
        return CacheReport(removed_key_count=removed[0], removed_name_count=removed[1])

    # --- Alerts --------------------------------------------------------------------------------------------------

    def put_rule(self, rule: AlertRule) -> bool:
        """Save a rule; give whether one of its name was replaced."""
        return self._written(lambda: alert_table.put_rule(self._writer, rule))

    def rules(self) -> tuple[AlertRule, ...]:
        """Give all rules, by name."""
        return self._read(alert_table.read_rules)

    def delete_rule(self, name: str) -> AlertRule | None:
        """Delete a rule and give it; None where there is none of that name."""
        return self._written(lambda: alert_table.delete_rule(self._writer, name))

    def add_firing(self, firing: AlertFiring) -> AlertFiring:
        """Keep a firing and give it with its sequence."""
        return self._written(lambda: alert_table.add_firing(self._writer, firing))

    def firings(self, *, after_sequence: int = 0, name: str = "", limit: int = 100) -> tuple[AlertFiring, ...]:
        """Give the newest firings, newest first."""
        return self._read(
            lambda connection: alert_table.read_firings(
                connection, after_sequence=after_sequence, name=name, limit=limit
            )
        )

    def firing_counts(self) -> dict[str, int]:
        """Give how many firings are kept of each name."""
        return self._read(alert_table.firing_counts)

    # --- Within --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        notes = Notes(self._writer)
        notes.put("day_zone", self._calendar.calendar.time_zone)
        notes.put("month_first_day", self._calendar.first_day)

    def _asked(self, calendar: Calendar) -> ZoneCalendar:
        """Give the calendar of a question; what it leaves open is the recorder's."""
        own = self._calendar.calendar
        return ZoneCalendar(
            Calendar(
                time_zone=calendar.time_zone or own.time_zone,
                month_first_day=calendar.month_first_day or own.month_first_day,
            )
        )

    def _days(self, connection: sqlite3.Connection) -> ZoneCalendar:
        """Give the calendar that days are kept in: the recorder's, or that of before until the next aggregation."""
        kept = Notes(connection).kept()
        return ZoneCalendar(Calendar(time_zone=kept.day_zone, month_first_day=kept.month_first_day))

    def _write(self, work: Callable[[], None]) -> None:
        with self._writing:
            try:
                in_transaction(self._writer, work)
            except sqlite3.Error as error:
                raise explained(error) from error

    def _written(self, work: Callable[[], _T]) -> _T:
        results: list[_T] = []
        self._write(lambda: results.append(work()))
        return results[0]

    def _read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._reading() as connection:
            return work(connection)

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        """Lend a connection, with one state of the database for as long as it is lent."""
        connection = self._readers.get()
        try:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise explained(error) from error
        finally:
            self._readers.put(connection)
