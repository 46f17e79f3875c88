"""A history to ask: made of a few rows, opened in a folder of the test."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netmon.model import Calendar, HistoryGap, RetentionPolicy, UsageKey, UsageRow, UsageSums
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import SqliteStore, open_store

NOON = 1_790_000_040.0 - 1_790_000_040 % 86_400 + 43_200
"""A noon in UTC."""


def at(text: str, zone: str = "UTC") -> float:
    """Give a local time, as in ``2026-03-29 01:30``, in Unix seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def row(time: float, received: int = 1000, **key: object) -> UsageRow:
    """Give one row: Firefox's, where nothing else is said."""
    usual = {"application_id": "exe:firefox", "application_name": "firefox", "remote_host": "203.0.113.7"}
    fields = {**usual, "domain": "www.example.com", "user": "anna", "protocol": 1, "scope": 3, "interface": "wlan0"}
    return UsageRow(time, UsageKey(**{**fields, **key}), UsageSums(received // 10, received, 3, 1))  # type: ignore[arg-type]


@contextmanager
def opened(
    folder: Path, *, zone: str = "UTC", first_day: int = 1, policy: RetentionPolicy | None = None, now: float = NOON
) -> Generator[SqliteStore]:
    """Open the folder's history, and close it."""
    calendar = Calendar(time_zone=zone, month_first_day=first_day)
    store = open_store(folder / "history.db", policy=policy, calendar=calendar, now=now)
    try:
        yield store
    finally:
        store.close()


def keep(store: SqliteStore, *rows: UsageRow, gaps: tuple[HistoryGap, ...] = ()) -> None:
    """Keep rows and gaps as one batch."""
    until = max([each.start_time + 60 for each in rows], default=NOON)
    store.append(UsageBatch(until_time=until, rows=rows, gaps=gaps))
