"""State of the storage, for people and for programs that watch it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from netmon.model import Calendar, Degradation, RetentionPolicy, StorageState, StorageStatus
from netmon_recorder.store.cleaning import tiers_of
from netmon_recorder.store.database import Ballast, beside
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.port import StorageError
from netmon_recorder.store.ranges import Kept
from netmon_recorder.store.schema import MIGRATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of the storage beside its tables.

    ``wanted``: the calendar that the recorder was started with; ``failure``: why the last batch could not be kept.
    """

    path: Path
    ballast: Ballast
    policy: RetentionPolicy
    wanted: Calendar
    state: StorageState
    failure: str
    notes: tuple[Degradation, ...]


def status_of(connection: sqlite3.Connection, place: Place) -> StorageStatus:
    """Give the state, sizes and ages."""
    notes = Notes(connection)
    kept = notes.kept()
    page_bytes, pages, free_pages = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
    )
    state = place.state
    if state is StorageState.WRITING and 0 < place.policy.quota_bytes < (pages - free_pages) * page_bytes:
        state = StorageState.QUOTA_REACHED
    return StorageStatus(
        engine="sqlite",
        path=str(place.path),
        schema_version=len(MIGRATIONS),
        state=state,
        file_bytes=_file_bytes(place.path),
        reusable_bytes=free_pages * page_bytes,
        disk_available_bytes=place.ballast.available_bytes,
        policy=place.policy,
        tiers=tiers_of(connection, kept),
        key_count=_count(connection, "SELECT count(*) FROM key"),
        name_count=_count(connection, "SELECT (SELECT count(*) FROM name) + count(*) FROM application"),
        gap_count=_count(connection, "SELECT count(*) FROM gap"),
        last_write_time=notes.number("until_time"),
        last_aggregation_time=notes.number("last_aggregation_time"),
        last_cleanup_time=notes.number("last_cleanup_time"),
        calendar=Calendar(time_zone=kept.day_zone, month_first_day=kept.month_first_day),
        degraded=(*place.notes, *_shortcomings(place, kept)),
    )


def unreadable(place: Place, error: StorageError) -> StorageStatus:
    """Give the state of a storage that cannot be asked: what is known from outside."""
    failed = Degradation(code="history.failed", text=f"history cannot be read: {error}", remedy="")
    return StorageStatus(
        engine="sqlite",
        path=str(place.path),
        schema_version=len(MIGRATIONS),
        state=StorageState.FAILED,
        file_bytes=_file_bytes(place.path),
        disk_available_bytes=place.ballast.available_bytes,
        policy=place.policy,
        calendar=place.wanted,
        degraded=(*place.notes, failed),
    )


def _file_bytes(path: Path) -> int:
    files = [path, *(beside(path, suffix) for suffix in ("-wal", "-shm", ".ballast"))]
    return sum(_size(file) for file in files)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _shortcomings(place: Place, kept: Kept) -> list[Degradation]:
    wanted = place.wanted
    found: list[Degradation] = []
    if (kept.day_zone, kept.month_first_day) != (wanted.time_zone, wanted.month_first_day):
        text = (
            f"days are kept in {kept.day_zone} and months from day {kept.month_first_day}: the recorder's are"
            f" {wanted.time_zone} and {wanted.month_first_day}"
        )
        found.append(Degradation(code="history.zone", text=text, remedy="netmon-cli aggregate"))
    if place.state is StorageState.DISK_FULL:
        text = f"the disk is full: nothing is kept until {place.ballast.reserve_bytes:,} bytes are free"
        found.append(Degradation(code="history.disk_full", text=text, remedy="netmon-cli cleanup --dry-run"))
    if place.state is StorageState.QUOTA_REACHED:
        text = f"the quota of {place.policy.quota_bytes:,} bytes is reached: nothing is kept until there is room"
        found.append(Degradation(code="history.quota", text=text, remedy="netmon-cli cleanup --dry-run"))
    if place.state is StorageState.FAILED:
        text = f"history cannot be written, and waits in memory: {place.failure}"
        found.append(Degradation(code="history.failed", text=text, remedy=""))
    return found


def _count(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])
