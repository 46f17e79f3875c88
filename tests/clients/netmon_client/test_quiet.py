import pytest

from netmon.model import QuietHours
from netmon_client.quiet import parse_quiet_hours


def test_hours_of_a_day_are_read_past_midnight_too() -> None:
    assert parse_quiet_hours("22:00-07:00") == QuietHours(begin_minute=1320, end_minute=420)
    assert parse_quiet_hours(" 9:05 - 17:30 ") == QuietHours(begin_minute=545, end_minute=1050)


@pytest.mark.parametrize("text", ["", "1h", "22-7", "24:00-07:00", "22:60-07:00", "22:00", "at night"])
def test_what_is_no_hours_is_something_else(text: str) -> None:
    assert parse_quiet_hours(text) is None


def test_a_whole_day_is_none() -> None:
    with pytest.raises(ValueError, match="whole day"):
        parse_quiet_hours("7:00-07:00")
