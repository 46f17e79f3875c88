"""Rules of alerts outlive the history that they are held against."""

import json
import stat
from pathlib import Path

import pytest

from netmon.model import AlertMeasure, AlertRule, QuietHours
from netmon_client import parse_query
from netmon_recorder.store.alert_records import rule_to_text
from netmon_recorder.store.database import beside
from netmon_recorder.store.rule_copy import RuleCopy
from tests.support.history_stage import NOON, keep, opened, row

RULE = AlertRule(
    name="backup",
    filter=parse_query("app:backup"),
    query="app:backup",
    measure=AlertMeasure.TOTAL_BYTES,
    bound=5_000_000_000,
    window_seconds=3600,
    quiet_hours=QuietHours(begin_minute=60, end_minute=120, time_zone="Europe/Berlin"),
)


def damage(path: Path, first: int, last: int) -> None:
    """Overwrite pages of a database, the first one being 0."""
    with path.open("r+b") as file:
        file.seek(first * 4096)
        file.write(b"\xa5" * 4096 * (last - first))


def test_a_damaged_file_is_set_aside_without_the_rules_of_alerts(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        store.put_rule(RULE)
        store.put_rule(AlertRule(name="gone"))
        store.delete_rule("gone")
        for minute in range(50):
            keep(store, *(row(NOON + minute * 60, domain=f"{each}.example") for each in range(40)))
    damage(path, 1, path.stat().st_size // 4096)  # all but what says that it is a database: no table can be read
    beside(path, ".running").touch()
    with opened(tmp_path) as store:
        assert [note.code for note in store.status(NOON).degraded] == ["history.set_aside"]
        assert store.rules() == (RULE,)
    with opened(tmp_path) as store:
        assert store.rules() == (RULE,), "they are in the new database too"


def test_damage_that_is_met_after_a_clean_end_costs_no_rule(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        store.put_rule(RULE)
    # Nobody looks at all pages then: the first question finds it.
    damage(path, 1, path.stat().st_size // 4096)
    with opened(tmp_path) as store:
        assert [note.code for note in store.status(NOON).degraded] == ["history.set_aside"]
        assert store.rules() == (RULE,)
        keep(store, row(NOON))


def test_rules_of_before_there_was_a_copy_are_copied_at_the_start(tmp_path: Path) -> None:
    copy = tmp_path / "history.db.alerts"
    with opened(tmp_path) as store:
        store.put_rule(RULE)
    copy.unlink()
    with opened(tmp_path):
        assert RuleCopy(copy).read() == (RULE,)
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_without_rules_no_file_is_made(tmp_path: Path) -> None:
    with opened(tmp_path):
        assert not (tmp_path / "history.db.alerts").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[1, null]", b'["{}", "[]", "{"]', b"[" * 100_000])
def test_what_is_no_copy_holds_no_rule(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "copy"
    path.write_bytes(content)
    assert RuleCopy(path).read() == ()


def test_of_a_copy_that_is_damaged_in_part_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_text(json.dumps(["no rule", rule_to_text(RULE)]))
    assert RuleCopy(path).read() == (RULE,)


def test_a_copy_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    copy = RuleCopy(tmp_path / "copy")
    copy.write((RULE,))
    (tmp_path / "copy.part").mkdir()  # as a full disk does: the new one cannot be made
    copy.write(())
    assert copy.read() == (RULE,)
