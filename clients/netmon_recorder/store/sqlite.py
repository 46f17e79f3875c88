"""The storage that comes with the recorder: SQLite in one file, one writer, readers beside it."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
from netmon_recorder.store.calendar import ZoneCalendar, is_known
from netmon_recorder.store.cleaning import clean, cuts_of, plan_of
from netmon_recorder.store.connections import Connections
from netmon_recorder.store.database import Ballast, OpenedFile, beside, open_file
from netmon_recorder.store.entities import list_entities
from netmon_recorder.store.exporting import export_rows
from netmon_recorder.store.keys import KeyBook, forget_unused, last_minutes_again
from netmon_recorder.store.missing import open_gaps
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.port import (
    Onlooker,
    ResumePoint,
    StorageBroken,
    StorageError,
    StorageFull,
    StorageHeld,
    StorageOverQuota,
    UsageBatch,
)
from netmon_recorder.store.quota import NEAR_SHARE, is_over
from netmon_recorder.store.rule_copy import RuleCopy
from netmon_recorder.store.storage_state import Place, status_of, unreadable
from netmon_recorder.store.timelines import answer_timeline
from netmon_recorder.store.usage import answer_usage
from netmon_recorder.store.writing import write_batch

_T = TypeVar("_T")

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""Free space below which nothing is written; on disks under 1.3 GB a twentieth of them."""

BALLAST_BYTES: Final = 1024 * 1024

log = logging.getLogger(__name__)


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
    try:
        opened = open_file(path, now)
        ballast = Ballast(path, ballast_bytes, reserve_bytes)
    except StorageFull:
        # Room for what SQLite needs beside a history that is there: it is opened, and says that the disk is full.
        ballast = Ballast(path, ballast_bytes, reserve_bytes)
        ballast.give_up()
        opened = open_file(path, now)
    return SqliteStore(opened, policy or RetentionPolicy(), days, ballast, now)


class SqliteStore:
    """A `HistoryStore`. Made by `open_store`."""

    def __init__(
        self, opened: OpenedFile, policy: RetentionPolicy, calendar: ZoneCalendar, ballast: Ballast, now: float
    ) -> None:
        self._path = opened.path
        self._policy = policy
        self._calendar = calendar
        self._ballast = ballast
        self._connections = Connections(opened)
        self._keys = KeyBook()
        self._rule_copy = RuleCopy(beside(opened.path, ".alerts"))
        self._state = StorageState.WRITING
        self._failure = ""
        self._is_closed = False
        try:
            self._prepare(now, was_unclean=opened.was_unclean)
        except StorageBroken:  # damaged, though its end was clean: nobody has looked at its pages
            self._open_anew(now)
        ballast.take()

    def close(self) -> None:
        """Write what waits, say that the end was clean, and let go. May be called twice."""
        with self._connections.alone:
            if self._is_closed:
                return
            self._is_closed = True
            is_clean = False
            try:
                self._write(lambda: self._keys.flush(self._writer))
                is_clean = True
            except StorageError as error:  # the next start finds it out from the minutes
                log.warning("what waited could not be written: %s", type(error).__name__)
            finally:
                self._connections.close(is_clean=is_clean)

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
        with self._connections.alone:
            try:
                if self._connections.is_broken or self._connections.is_moved:
                    self._open_anew(batch.until_time)
                try:
                    self._append(batch)
                except StorageBroken:
                    self._open_anew(batch.until_time)
                    self._append(batch)
                except StorageFull:
                    self._ballast.check_writable()
                    raise
            except StorageError as error:
                self._failure = str(error)
                self._state = _state_after(error)
                if self._state is StorageState.DISK_FULL:
                    self._ballast.give_up()
                raise
            self._state = StorageState.WRITING
            self._ballast.take()

    # --- Questions -----------------------------------------------------------------------------------------------

    def usage(self, query: UsageQuery, now: float, onlooker: Onlooker | None = None) -> UsageAnswer:
        """Give usage by bucket and group."""
        calendar = self._asked(query.calendar)
        with self._reading(onlooker) as connection:
            return answer_usage(connection, query, now, calendar, Notes(connection).kept())

    def entities(self, query: EntityQuery, now: float, onlooker: Onlooker | None = None) -> EntityPage:
        """Give a page of the applications, domains, hosts and so on."""
        waiting = self._keys.waiting()
        with self._reading(onlooker) as connection:
            kept = Notes(connection).kept()
            return list_entities(connection, query, now, self._days(connection), kept, waiting)

    def timeline(self, query: TimelineQuery, now: float, onlooker: Onlooker | None = None) -> Timeline:
        """Give when things were active."""
        with self._reading(onlooker) as connection:
            return answer_timeline(connection, query, now, self._days(connection), Notes(connection).kept())

    def browser_domains(self, query: BrowserQuery, now: float, onlooker: Onlooker | None = None) -> BrowserDomains:
        """Give browsers, each with its domains."""
        with self._reading(onlooker) as connection:
            return answer_browsers(connection, query, now, self._days(connection), Notes(connection).kept())

    def export(self, query: ExportQuery, now: float, onlooker: Onlooker | None = None) -> Iterator[ExportItem]:
        """Give a header, batches of rows in the order of time, an end."""
        calendar = self._asked(query.calendar)
        with self._reading() as connection:
            kept = Notes(connection).kept()
        return export_rows(lambda: self._reading(onlooker), query, now, calendar, kept, is_part=onlooker is not None)

    # --- Upkeep --------------------------------------------------------------------------------------------------

    def status(self, now: float) -> StorageStatus:  # noqa: ARG002 -- a storage on another machine needs it
        """Give the state, sizes and ages."""
        place = Place(
            path=self._path,
            ballast=self._ballast,
            policy=self._policy,
            wanted=self._calendar.calendar,
            state=self._state,
            failure=self._failure,
            notes=self._connections.notes,
        )
        try:
            return self._read(lambda connection: status_of(connection, place))
        except StorageError as error:
            return unreadable(place, error)

    def run_aggregation(self, now: float) -> AggregationReport:
        """Hold the roll-ups against what they are made of, and mend them; days of another zone are made anew."""
        start = monotonic()
        kept = self._read(lambda connection: Notes(connection).kept())
        mended = self._aggregation(now).run(kept)
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
            days = self._days(connection)
            cuts = cuts_of(connection, selection, self._policy, now, days)
        if self._state is StorageState.DISK_FULL:
            self._ballast.give_up()
        for progress in clean(self._connections, cuts, days, self.refresh_caches):
            if progress.is_done:
                self._write(lambda: Notes(self._writer).put("last_cleanup_time", now))
                self._ballast.take()
            yield progress

    def needs_cleanup(self) -> bool:
        """Tell whether the quota is so near that a cleanup should not wait for its hour."""
        return self._read(lambda connection: is_over(connection, self._policy.quota_bytes, NEAR_SHARE))

    def refresh_caches(self) -> CacheReport:
        """Forget keys and names that nothing is of any more, and read the rest anew."""
        removed: list[int] = []

        def work() -> None:
            self._keys.flush(self._writer)
            removed.extend(forget_unused(self._writer))
            self._keys.forget()

        self._write_keys(work)
        return CacheReport(removed_key_count=removed[0], removed_name_count=removed[1])

    # --- Alerts --------------------------------------------------------------------------------------------------

    def put_rule(self, rule: AlertRule) -> bool:
        """Save a rule; give whether one of its name was replaced."""
        with self._connections.alone:
            is_replaced = self._written(lambda: alert_table.put_rule(self._writer, rule))
            self._rule_copy.write(self.rules())
        return is_replaced

    def rules(self) -> tuple[AlertRule, ...]:
        """Give all rules, by name."""
        return self._read(alert_table.read_rules)

    def delete_rule(self, name: str) -> AlertRule | None:
        """Delete a rule and give it; None where there is none of that name."""
        with self._connections.alone:
            deleted = self._written(lambda: alert_table.delete_rule(self._writer, name))
            self._rule_copy.write(self.rules())
        return deleted

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

    @property
    def _writer(self) -> sqlite3.Connection:
        return self._connections.writer

    def _prepare(self, now: float, *, was_unclean: bool) -> None:
        kept = self._read(lambda connection: Notes(connection).kept())
        if not kept.day_zone:
            self._write(lambda: self._begin(now))
        elif not is_known(kept.day_zone):  # as when a machine's list of zones became shorter
            log.warning("days were kept in a time zone that is not known here: they are made anew")
            self._aggregation(now).move(kept)
        if was_unclean:
            try:
                self._write(lambda: last_minutes_again(self._writer))
            except StorageFull as error:  # some last times stay up to a quarter of an hour behind
                log.warning("last times were not mended: %s", type(error).__name__)
        self._rule_copy.write(self.rules())

    def _open_anew(self, now: float) -> None:
        self._ballast.check_writable()  # before anything is closed: what is kept can still be read there
        self._keys.forget()
        self._connections.reopen(now)
        self._prepare(now, was_unclean=True)

    def _append(self, batch: UsageBatch) -> None:
        self._ballast.check_room()
        if self._read(lambda connection: is_over(connection, self._policy.quota_bytes, 1.0)):
            raise StorageOverQuota("the quota is reached")
        days = self._read(self._days)
        self._write_keys(lambda: write_batch(self._writer, batch, self._keys, days, self._policy))
        self._connections.forget_pages()

    def _aggregation(self, now: float) -> Aggregation:
        return Aggregation(self._writer, self._calendar, now, self._write)

    def _begin(self, now: float) -> None:
        notes = Notes(self._writer)
        notes.put("first_time", now)
        notes.put("day_zone", self._calendar.calendar.time_zone)
        notes.put("month_first_day", self._calendar.first_day)
        # Of the history before, where that was damaged or removed: rules are settings.
        for rule in self._rule_copy.read():
            alert_table.put_rule(self._writer, rule)

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
        self._connections.write(work)

    def _write_keys(self, work: Callable[[], None]) -> None:
        """Do what gives numbers to keys, or takes them; where it fails, none were given."""
        with self._connections.alone:
            self._keys.begin()
            try:
                self._write(work)
            except BaseException:
                self._keys.roll_back()
                raise

    def _written(self, work: Callable[[], _T]) -> _T:
        results: list[_T] = []
        self._write(lambda: results.append(work()))
        return results[0]

    def _read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._reading() as connection:
            return work(connection)

    def _reading(self, onlooker: Onlooker | None = None) -> AbstractContextManager[sqlite3.Connection]:
        return self._connections.reading(onlooker)


def _state_after(error: StorageError) -> StorageState:
    if isinstance(error, StorageOverQuota):
        return StorageState.QUOTA_REACHED
    is_full = isinstance(error, StorageFull) and not isinstance(error, StorageHeld)
    return StorageState.DISK_FULL if is_full else StorageState.FAILED
