"""The dictionary of names and keys."""

from pathlib import Path

from netmon.model import CleanupSelection
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
        list(store.cleanup(CleanupSelection(older_than_time=at("2026-04-01")), at("2026-06-01")))
        report = store.refresh_caches()
        assert (report.removed_key_count, report.removed_name_count) == (1, 2)
        keep(store, row(at("2026-05-11"), domain="gone.example"))
        assert store.status(NOON).key_count == 2


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
