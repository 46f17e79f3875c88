"""The dictionary of names and keys."""

from pathlib import Path

import pytest

from netmon_recorder.store import StorageError, UsageBatch, keys
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, at, keep, opened, row


def test_a_key_is_kept_once_however_often_it_is_seen(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for minute in range(20):
            keep(store, row(NOON + minute * 60), row(NOON + minute * 60, domain="b.example"))
        status = store.status(NOON)
    # Names: user, host, two domains, interface; and one application.
    assert (status.key_count, status.name_count) == (2, 6)
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        assert store.status(NOON).key_count == 2


def test_an_application_shows_its_newest_name(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON, application_name="old"))
        keep(store, row(NOON, application_name="new", domain="b.example"))
        keep(store, row(NOON, application_name="", domain="c.example"))
        rows = store._writer.execute("SELECT identity, name FROM application").fetchall()
    assert rows == [("exe:firefox", "new")]


def test_what_nothing_is_of_any_more_is_forgotten(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(at("2026-01-10"), domain="gone.example", remote_host="203.0.113.99"), row(at("2026-05-10")))
        for table in ("usage_minute", "usage_quarter", "usage_day"):
            store._writer.execute(f"DELETE FROM {table} WHERE bucket < (SELECT max(bucket) FROM {table})")  # noqa: S608 -- names of this test
        report = store.refresh_caches()
        assert (report.removed_key_count, report.removed_name_count) == (1, 2)
        keep(store, row(at("2026-05-11"), domain="gone.example"))
        assert store.status(NOON).key_count == 2


def numbers(store: SqliteStore) -> set[tuple[str, int]]:
    tables = ("key", "name", "application")
    return {(table, number) for table in tables for (number,) in store._writer.execute(f"SELECT id FROM {table}")}  # noqa: S608 -- names of this test


def test_a_number_of_what_was_forgotten_is_given_to_nothing_else(tmp_path: Path) -> None:
    seen: set[tuple[str, int]] = set()
    with opened(tmp_path) as store:
        for each in range(3):
            keep(store, row(NOON, application_id=f"exe:{each}", domain=f"{each}.example"))
            assert not numbers(store) & seen
            seen |= numbers(store)
            for table in ("usage_minute", "usage_quarter", "usage_day"):
                store._writer.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of this test
            store.refresh_caches()
            assert numbers(store) == set()


def test_the_last_minute_is_found_again_after_a_kill(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        quarter = NOON // 900 * 900
        keep(store, row(quarter))
        keep(store, row(quarter + 300))
        store._keys._waiting.clear()  # as a kill would
        marker = tmp_path / "history.db.running"
    marker.touch()
    with opened(tmp_path) as store:
        (minute,) = store._writer.execute("SELECT last_minute FROM key").fetchone()
    assert minute * 60 == quarter + 300


def last_minutes(store: SqliteStore) -> dict[str, float]:
    """Give when each host was seen last, in Unix seconds."""
    store.refresh_caches()
    rows = store._writer.execute("SELECT value, 60.0 * last_minute FROM key JOIN name ON name.id = key.remote_host")
    return dict(rows.fetchall())


def test_a_last_minute_that_waits_is_no_other_keys_where_the_file_was_begun_anew(tmp_path: Path) -> None:
    quarter = NOON // 900 * 900
    with opened(tmp_path) as store:
        keep(store, row(quarter))
        keep(store, row(quarter + 300))
        (tmp_path / "history.db").unlink()
        keep(store, row(quarter - 3600, remote_host="192.0.2.1"))
        assert last_minutes(store) == {"192.0.2.1": quarter - 3600}


def test_a_last_minute_of_a_batch_that_failed_is_no_other_keys_and_what_waited_before_waits_on(tmp_path: Path) -> None:
    quarter = NOON // 900 * 900
    failing = (row(quarter, remote_host="192.0.2.1"), row(quarter + 300, remote_host="192.0.2.1"))
    with opened(tmp_path) as store:
        keep(store, row(quarter))
        keep(store, row(quarter + 120))
        with pytest.raises(StorageError):
            store.append(UsageBatch(until_time=quarter, rows=failing, checkpoint=object()))  # type: ignore[arg-type]
        keep(store, row(quarter - 3600, remote_host="192.0.2.2"))
        assert last_minutes(store) == {"203.0.113.7": quarter + 120, "192.0.2.2": quarter - 3600}


def test_keys_that_come_and_go_leave_little_in_memory(tmp_path: Path) -> None:
    """As hosts do: each is seen for two minutes and never again."""
    count = (2 * keys._MOST_KNOWN // 100 + 1) * 100
    with opened(tmp_path) as store:
        for first in range(0, count, 100):
            hosts = [f"2001:db8::{number:x}" for number in range(first, first + 100)]
            for minute in (first // 100 * 2, first // 100 * 2 + 1):
                keep(store, *(row(NOON + minute * 60, remote_host=host) for host in hosts))
        book = store._keys
        assert len(book._keys) <= keys._MOST_KNOWN
        assert len(book._last_minutes) <= keys._MOST_KNOWN
        assert len(book._waiting) <= keys._MOST_KNOWN
        assert store.status(NOON).key_count == count
        # What waited was written, not forgotten.
        waiting = book.waiting()
        stored = dict(store._writer.execute("SELECT id, last_minute FROM key").fetchall())
    seen = {number: max(minute, waiting.get(number, 0)) for number, minute in stored.items()}
    assert sorted(seen.values()) == sorted(int(NOON) // 60 + number // 100 * 2 + 1 for number in range(count))
