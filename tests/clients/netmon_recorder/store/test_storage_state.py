"""State of the storage."""

from contextlib import suppress
from pathlib import Path

from netmon.model import StorageState
from netmon_recorder.store import StorageError
from tests.support.history_stage import NOON, keep, opened, row


def test_the_state_tells_what_is_kept_and_where(tmp_path: Path) -> None:
    with opened(tmp_path, zone="Asia/Kolkata", first_day=5) as store:
        keep(store, row(NOON), row(NOON + 60))
        status = store.status(NOON)
    assert (status.engine, status.path, status.state) == ("sqlite", str(tmp_path / "history.db"), StorageState.WRITING)
    assert [(tier.bucket.name, tier.row_count) for tier in status.tiers] == [
        ("MINUTE", 2), ("HOUR", 1), ("DAY", 1), ("MONTH", 1)
    ]  # fmt: skip
    assert (status.calendar.time_zone, status.calendar.month_first_day) == ("Asia/Kolkata", 5)
    assert status.last_write_time == NOON + 120
    assert status.file_bytes > 1024 * 1024  # with its ballast
    assert status.disk_available_bytes > 0


def test_a_history_that_cannot_be_read_still_has_a_state(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        with suppress(StorageError), store._connections.reading() as connection:
            connection.close()
        status = store.status(NOON)
        assert status.state is StorageState.FAILED
        assert [note.code for note in status.degraded] == ["history.failed"]
        assert status.file_bytes > 1024 * 1024
