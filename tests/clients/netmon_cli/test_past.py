from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import pytest

from netmon_cli.past import Moment, moment_text, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 8, 15, 10, 30, 15, tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-08-15T10:30:15+02:00"),
        ("7d", "2026-08-08T10:30:15+02:00"),
        ("1h30m ago", "2026-08-15T09:00:15+02:00"),
        ("today", "2026-08-15T00:00:00+02:00"),
        ("Yesterday", "2026-08-14T00:00:00+02:00"),
        ("9:05", "2026-08-15T09:05:00+02:00"),
        ("9:05:03", "2026-08-15T09:05:03+02:00"),
        ("09:05:03", "2026-08-15T09:05:03+02:00"),
        ("2026-08-01", "2026-08-01T00:00:00+02:00"),
        ("2026-01-31 14:00", "2026-01-31T14:00:00+01:00"),
        ("2026-08-01T14:00:00Z", "2026-08-01T14:00:00+00:00"),
        ("8mo", "2025-12-01T00:00:00+01:00"),
        ("1y", "2025-08-01T00:00:00+02:00"),
    ],
)
def test_a_moment_is_read_in_the_zone_of_who_asks(text: str, expected: str) -> None:
    assert parse_moment(text, NOW, BERLIN) == datetime.fromisoformat(expected).timestamp()


def test_yesterday_begins_at_midnight_also_where_the_day_had_23_hours() -> None:
    now = datetime(2026, 3, 30, 1, 0, tzinfo=BERLIN).timestamp()
    assert parse_moment("yesterday", now, BERLIN) == datetime(2026, 3, 29, tzinfo=BERLIN).timestamp()
    assert parse_moment("today", now, BERLIN) - parse_moment("yesterday", now, BERLIN) == 23 * 3600


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-08-01 25:00", "25:99", "7q", "9999y"])
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time|no date|no history"):
        parse_moment(text, NOW, UTC)


def test_a_moment_is_shown_in_a_zone() -> None:
    assert moment_text(NOW, BERLIN) == "2026-08-15 10:30"


def test_an_option_says_what_it_takes() -> None:
    assert Moment().convert("1970-01-02", None, None) > 0
    with pytest.raises(click.BadParameter, match="such as 7d"):
        Moment().convert("soon", None, None)
