"""A year of a busy desktop in SQLite: how big, how fast to ask, what a minute costs."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from netmon.model import (
    BrowserQuery,
    BucketSize,
    Calendar,
    CleanupSelection,
    EntityOrder,
    EntityQuery,
    Filter,
    FilterField,
    RetentionPolicy,
    Term,
    TimelineQuery,
    UsageDimension,
    UsageQuery,
    UsageRow,
)
from netmon_client.history_query import application_sums_since
from netmon_client.testing import a_connection, a_process
from netmon_recorder.recording.meter import Counts, RowDelta
from netmon_recorder.recording.usage_book import UsageBook
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import SqliteStore, open_store
from tests.bench.table import Row
from tests.support.export_run import run_export
from tests.support.history_year import days_of_quarters, hours

_DAY = 86_400
_START = 1_735_686_000  # 2025-01-01 00:00 in Berlin
_DAYS = 365
_MINUTE_DAYS = 30
_BERLIN = Calendar(time_zone="Europe/Berlin")
_D = UsageDimension
_B = BucketSize

_ROWS_A_SECOND = 50
_WITH_SECONDS = RetentionPolicy(second_seconds=_DAY)

_QUERY_BUDGET_MS = 200.0


def measure() -> list[Row]:
    """Give bytes of the file and milliseconds of CPU of each question of the pages, median of 5."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        begun = time.monotonic()
        cost = build(path)
        made = ("make the file (s)", time.monotonic() - begun, None, None)
        keeping = ("keep a minute of 25 rows (ms of CPU)", cost, None, None)
        return [made, *_sizes(path), keeping, *questions(path), *seconds(Path(folder)), *export(Path(folder))]


def build(path: Path, days: int = _DAYS, start: int = _START) -> float:
    """Make the file; give the milliseconds that keeping a minute took at its end, each in a batch of its own.

    ``start``: a whole hour in Unix seconds.
    """
    # Minutes are kept for 30 days: of those before, only what they leave is made, a day in a batch.
    minute_days = min(_MINUTE_DAYS, days)
    old_days = days - minute_days
    old = RetentionPolicy(minute_seconds=0, hour_seconds=2 * 366 * _DAY)
    with_old = open_store(path, policy=old, calendar=_BERLIN, now=float(start))
    for rows in days_of_quarters(old_days, start):
        _keep(with_old, rows, 900)
    with_old.close()
    store = open_store(path, calendar=_BERLIN, now=float(start))
    made = hours(minute_days * 24, start + old_days * _DAY)
    for rows in islice(made, minute_days * 24 - 1):
        _keep(store, rows, 60)
    took: list[float] = []
    rows = next(made)
    for minute in sorted({row.start_time for row in rows}):
        batch = UsageBatch(until_time=minute + 60, rows=tuple(row for row in rows if row.start_time == minute))
        begun = time.process_time()
        store.append(batch)
        took.append((time.process_time() - begun) * 1000)
    store.close()
    return statistics.median(took)


def _keep(store: SqliteStore, rows: list[UsageRow], seconds: int) -> None:
    store.append(UsageBatch(until_time=rows[-1].start_time + seconds, rows=tuple(rows)))


def _sizes(path: Path) -> list[Row]:
    return [("file of a year (MB)", path.stat().st_size / 1e6, 1000.0, None)]


def seconds(folder: Path, minutes: int = 180) -> list[Row]:
    """Give what raw seconds cost at 50 rows a second: CPU of recorder and storage together, and bytes of the file."""
    with_seconds = _kept_minutes(folder / "seconds.db", minutes, keeps_seconds=True)
    without = _kept_minutes(folder / "minutes.db", minutes, keeps_seconds=False)
    cost, size = (with_seconds[0] - without[0], with_seconds[1] - without[1])
    store = open_store(folder / "seconds.db", policy=_WITH_SECONDS, calendar=_BERLIN, now=float(_START))
    now = float(_START + minutes * 60)
    by_second = UsageQuery(since_time=now - 300, bucket=_B.SECOND, group_by=(_D.PROCESS,))
    over_all = UsageQuery(since_time=float(_START), bucket=_B.RANGE, group_by=(_D.PROCESS,))
    by_domain = replace(over_all, group_by=(_D.PROCESS, _D.DOMAIN), compare=True)
    # The most that may be asked for are 10,000 buckets.
    all_seconds = UsageQuery(since_time=now - 9_990, bucket=_B.SECOND)
    try:
        return [
            ("seconds, 50 rows each: CPU (ms a second)", cost / (minutes * 60), 10.0, None),
            ("  file (MB an hour)", size / 1e6 * 60 / minutes, None, None),
            ("  bytes a row", size / (minutes * 60 * _ROWS_A_SECOND), None, None),
            _timed("  5 minutes by second, by process (ms)", lambda: store.usage(by_second, now)),
            _timed("  3 hours by process", lambda: store.usage(over_all, now)),
            _timed("  3 hours by minute, by process", lambda: store.usage(replace(over_all, bucket=_B.MINUTE), now)),
            _timed("  3 hours by process and domain, compared", lambda: store.usage(by_domain, now)),
            _timed("  10,000 seconds (no page asks for so many)", lambda: store.usage(all_seconds, now)),
        ]
    finally:
        store.close()


def _kept_minutes(path: Path, minutes: int, *, keeps_seconds: bool) -> tuple[float, int]:
    """Keep so many minutes of 50 connections that move something each second; give ms of CPU, and bytes."""
    policy = _WITH_SECONDS if keeps_seconds else RetentionPolicy()
    store = open_store(path, policy=policy, calendar=_BERLIN, now=float(_START))
    book = UsageBook(keeps_seconds=keeps_seconds)
    owners = [a_process(100 + number % 20, f"program-{number % 20}") for number in range(_ROWS_A_SECOND)]
    facts = [a_connection(f"c{number}", process=owner).facts for number, owner in enumerate(owners)]
    facts = [replace(each, domain=f"www.site-{number}.example") for number, each in enumerate(facts)]
    took = 0.0
    for minute in range(minutes):
        start = _START + minute * 60
        begun = time.process_time()
        for second in range(60):
            for each in facts:
                moved = Counts(1_000 + second, 30_000 + second, 25)
                book.add_row(RowDelta(each, moved, None, is_new=False, has_ended=False), float(start + second))
        store.append(UsageBatch(until_time=start + 60, rows=book.take(), seconds=book.take_seconds()))
        took += (time.process_time() - begun) * 1000
    store.close()
    return took, path.stat().st_size


def export(folder: Path) -> list[Row]:
    """Give what an export of the last 30 days takes: a million rows, by the command line, with gzip."""
    run = run_export(folder, "2025-12-01", "2026-01-01")
    return [
        ("export as .csv.gz: rows (million)", run.line_count / 1e6, None, None),
        ("  seconds", run.seconds, None, None),
        ("  recorder's peak memory before (MB)", run.recorder_before_bytes / 1e6, None, None),
        ("  recorder's peak memory after (MB)", run.recorder_bytes / 1e6, 80.0, None),
        ("  command line's peak memory (MB)", run.cli_bytes / 1e6, None, None),
    ]


def questions(path: Path, days: int = _DAYS) -> list[Row]:
    """Give what each question of the pages takes: CPU, which is all of it on a machine that has nothing else to do."""
    now = float(_START + days * _DAY - 30)
    store = open_store(path, calendar=_BERLIN, now=now)
    try:
        return [_timed(name, question) for name, question in _questions(store, now)]
    finally:
        store.close()


def _questions(store: SqliteStore, now: float) -> list[tuple[str, Callable[[], object]]]:
    app = Filter(terms=(Term(field=FilterField.APPLICATION, values=("fire*",)),))

    def usage(days: float, bucket: BucketSize, *group: UsageDimension, zone: str = "", **more: object) -> object:
        query = UsageQuery(
            since_time=now - days * _DAY,
            bucket=bucket,
            group_by=group,
            calendar=Calendar(time_zone=zone),
            **more,  # type: ignore[arg-type]
        )
        return store.usage(query, now)

    month = now - 30 * _DAY
    year = now - 364 * _DAY
    return [
        ("an hour by minute, by application (ms)", lambda: usage(1 / 24, _B.MINUTE, _D.APPLICATION)),
        ("24 hours by hour, by application", lambda: usage(1, _B.HOUR, _D.APPLICATION)),
        ("24 hours by hour, compared", lambda: usage(1, _B.HOUR, _D.APPLICATION, compare=True)),
        ("30 days by day, by application", lambda: usage(30, _B.DAY, _D.APPLICATION)),
        ("30 days by day, by domain, compared", lambda: usage(30, _B.DAY, _D.DOMAIN, compare=True)),
        ("30 days by day in Kathmandu", lambda: usage(30, _B.DAY, _D.APPLICATION, zone="Asia/Kathmandu")),
        ("12 months by month, by application", lambda: usage(364, _B.MONTH, _D.APPLICATION)),
        ("12 months by month, by domain", lambda: usage(364, _B.MONTH, _D.DOMAIN)),
        ("12 months by month, by app and domain", lambda: usage(364, _B.MONTH, _D.APPLICATION, _D.DOMAIN)),
        ("12 months by month, one application's hosts", lambda: usage(364, _B.MONTH, _D.REMOTE_HOST, filter=app)),
        ("today's sums by application", lambda: store.usage(application_sums_since(now - 0.9 * _DAY), now)),
        ("domains of 24 hours", lambda: store.entities(EntityQuery(dimension=_D.DOMAIN, since_time=now - _DAY), now)),
        ("domains of 30 days", lambda: store.entities(EntityQuery(dimension=_D.DOMAIN, since_time=month), now)),
        (
            "domains of all time, newest first",
            lambda: store.entities(EntityQuery(dimension=_D.DOMAIN, order=EntityOrder.FIRST_SEEN), now),
        ),
        (
            "lanes of 20 domains, 24 hours",
            lambda: store.timeline(_lanes(now - _DAY), now),
        ),
        ("lanes of 20 domains, 30 days", lambda: store.timeline(_lanes(month), now)),
        ("lanes of 20 domains, a year", lambda: store.timeline(_lanes(year), now)),
        ("browsers' domains, 30 days", lambda: store.browser_domains(BrowserQuery(since_time=month), now)),
        ("state of the storage", lambda: store.status(now)),
        ("preview of a cleanup", lambda: store.cleanup_plan(CleanupSelection(), now)),
    ]


def _lanes(since: float) -> TimelineQuery:
    names = tuple(f"www.site-{number}.example" for number in range(20))
    return TimelineQuery(dimension=_D.DOMAIN, values=names, since_time=since)


def _timed(name: str, question: Callable[[], object]) -> Row:
    took: list[float] = []
    for _ in range(5):
        begun = time.process_time()
        question()
        took.append((time.process_time() - begun) * 1000)
    return name, statistics.median(took), _QUERY_BUDGET_MS, None
