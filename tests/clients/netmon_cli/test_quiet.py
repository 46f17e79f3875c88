import click
import pytest

from netmon.model import QuietHours
from netmon_cli.quiet import Quiet


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1h", 3600.0),
        ("22:00-07:00", QuietHours(begin_minute=1320, end_minute=420)),
        ("9:05 - 23:59", QuietHours(begin_minute=545, end_minute=1439)),
    ],
)
def test_it_is_a_time_or_hours_of_the_day(typed: str, meant: object) -> None:
    assert Quiet().convert(typed, None, None) == meant
    assert Quiet().convert(meant, None, None) == meant


@pytest.mark.parametrize("typed", ["24:00-07:00", "22-7", "07:00-07:00", "soon"])
def test_what_is_neither_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter):
        Quiet().convert(typed, None, None)
