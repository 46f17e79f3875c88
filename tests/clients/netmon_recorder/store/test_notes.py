"""What the storage notes about itself."""

from pathlib import Path

from netmon.model import Calendar, RetentionPolicy
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.notes import Notes
from tests.support.history_stage import NOON, opened


def test_a_note_is_replaced_and_keeps_its_type(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        notes = Notes(store._writer)
        for value in ("text", b"\0bytes", 2.5, 7):
            notes.put("a", value)
            assert notes.get("a") == value
        assert notes.number("a") == 7
        assert notes.get("b") is None
        notes.put("b", "word")
        assert notes.number("b") is None


def test_what_is_kept_begins_with_the_earliest_and_is_cut_forwards(tmp_path: Path) -> None:
    days = ZoneCalendar(Calendar(time_zone="UTC"))
    with opened(tmp_path) as store:
        notes = Notes(store._writer)
        for begin in (int(NOON) + 60, int(NOON) - 600, int(NOON)):
            notes.extend_kept(begin, days, RetentionPolicy())
        kept = notes.kept()
        assert (kept.minute, kept.quarter, kept.day) == (NOON - 600, (NOON - 600) // 900 * 900, NOON - 43_200)
        notes.cut_kept("kept_minute", int(NOON))
        notes.cut_kept("kept_minute", 0)
        assert notes.kept().minute == NOON


def test_what_is_switched_off_claims_nothing_and_is_whole_again_only_from_its_next_bucket(tmp_path: Path) -> None:
    days = ZoneCalendar(Calendar(time_zone="UTC"))
    off, on = RetentionPolicy(minute_seconds=0, hour_seconds=0), RetentionPolicy()
    with opened(tmp_path) as store:
        notes = Notes(store._writer)
        notes.extend_kept(int(NOON), days, on)
        notes.extend_kept(int(NOON) + 60, days, off)
        kept = notes.kept()
        assert (kept.minute, kept.quarter, kept.day) == (None, None, NOON - 43_200)
        for minute in (2, 3, 40):
            notes.extend_kept(int(NOON) + minute * 60, days, on)
            kept = notes.kept()
            assert (kept.minute, kept.quarter, kept.day) == (NOON + 180, NOON + 43_200, NOON - 43_200)
