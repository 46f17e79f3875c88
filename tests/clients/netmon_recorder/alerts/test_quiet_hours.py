from dataclasses import replace

import pytest

from netmon.model import QuietHours
from netmon_recorder.alerts.quiet_hours import check_quiet_hours, quiet_hours_end
from tests.support.history_stage import at

NIGHT = QuietHours(begin_minute=22 * 60, end_minute=7 * 60, time_zone="Europe/Berlin")
NOON_REST = QuietHours(begin_minute=12 * 60, end_minute=13 * 60, time_zone="Asia/Kathmandu")


def end(hours: QuietHours, text: str, zone: str = "Europe/Berlin") -> float | None:
    return quiet_hours_end(hours, at(text, zone), "UTC")


def test_a_night_ends_the_next_morning() -> None:
    assert end(NIGHT, "2026-06-01 21:59") is None
    assert end(NIGHT, "2026-06-01 22:00") == at("2026-06-02 07:00", "Europe/Berlin")
    assert end(NIGHT, "2026-06-02 06:59") == at("2026-06-02 07:00", "Europe/Berlin")
    assert end(NIGHT, "2026-06-02 07:00") is None


def test_hours_of_one_day_are_those_of_their_zone() -> None:
    assert end(NOON_REST, "2026-06-01 12:30", "Asia/Kathmandu") == at("2026-06-01 13:00", "Asia/Kathmandu")
    assert end(NOON_REST, "2026-06-01 12:30", "UTC") is None
    assert end(replace(NOON_REST, time_zone=""), "2026-06-01 12:30", "UTC") == at("2026-06-01 13:00")


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_they_hold_through_a_change_of_the_clocks(day: str) -> None:
    begin = at(f"{day} 22:00", "Europe/Berlin")
    until = end(NIGHT, f"{day} 22:00")
    assert until is not None
    assert until - begin in {8 * 3600, 10 * 3600}
    for minute in range(0, int(until - begin) // 60, 15):
        found = quiet_hours_end(NIGHT, begin + minute * 60, "UTC")
        assert found == until
    assert quiet_hours_end(NIGHT, until, "UTC") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"begin_minute": 1_440}, "begin_minute"),
        ({"end_minute": 1_320}, "end_minute"),
        ({"time_zone": "X/Y"}, "time_z"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_field(changes: dict[str, object], field: str) -> None:
    check_quiet_hours(NIGHT)
    with pytest.raises(ValueError, match=rf"quiet_hours\.{field}"):
        check_quiet_hours(replace(NIGHT, **changes))  # type: ignore[arg-type]
