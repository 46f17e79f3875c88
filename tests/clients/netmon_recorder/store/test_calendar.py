"""Whose days and months."""

from itertools import pairwise

import pytest

from netmon.model import BucketSize, Calendar
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar, is_known
from tests.support.history_stage import at

_B = BucketSize
_ZONES = ("Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC")


def calendar(zone: str, first_day: int = 1) -> ZoneCalendar:
    return ZoneCalendar(Calendar(time_zone=zone, month_first_day=first_day))


@pytest.mark.parametrize("zone", _ZONES)
@pytest.mark.parametrize("size", [_B.MINUTE, _B.HOUR, _B.DAY, _B.MONTH])
def test_a_bucket_ends_where_the_next_begins_and_holds_its_times(zone: str, size: BucketSize) -> None:
    zoned = calendar(zone)
    for change in ("2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25"):
        begin = zoned.start(size, at(f"{change} 00:00", zone))
        for start in list(zoned.starts(size, begin, begin + 86_400 * 2))[:200]:
            assert zoned.next(size, start) > start
            if size is not _B.HOUR:
                assert zoned.start(size, start) == start
                assert zoned.start(size, zoned.next(size, start) - 1) == start


@pytest.mark.parametrize("zone", _ZONES)
def test_bounds_of_hours_and_days_are_those_of_quarters(zone: str) -> None:
    zoned = calendar(zone)
    begin = zoned.start(_B.DAY, at("2026-01-01 12:00", zone))
    bounds = [*zoned.starts(_B.DAY, begin, begin + 370 * 86_400), *zoned.starts(_B.HOUR, begin, begin + 370 * 86_400)]
    assert all(bound % QUARTER_SECONDS == 0 for bound in bounds)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Kathmandu", "2026-10-25", 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, day: str, hours: float) -> None:
    zoned = calendar(zone)
    start = zoned.start(_B.DAY, at(f"{day} 12:00", zone))
    assert start == at(f"{day} 00:00", zone)
    assert zoned.next(_B.DAY, start) - start == hours * 3600


def test_hours_of_kathmandu_begin_at_its_own_full_hours() -> None:
    zoned = calendar("Asia/Kathmandu")
    assert zoned.start(_B.HOUR, at("2026-05-01 10:59", "Asia/Kathmandu")) == at("2026-05-01 10:00", "Asia/Kathmandu")


def test_hours_go_on_without_a_hole_where_the_offset_changes_by_half_an_hour() -> None:
    zoned = calendar("Australia/Lord_Howe")
    begin = int(at("2026-04-05 00:00", "Australia/Lord_Howe"))
    starts = list(zoned.starts(_B.HOUR, begin, begin + 86_400))
    assert {later - earlier for earlier, later in pairwise(starts)} == {1800, 3600}
    assert starts[-1] == at("2026-04-05 23:00", "Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("first_day", "time", "start", "following"),
    [
        (1, "2026-02-10", "2026-02-01", "2026-03-01"),
        (15, "2026-02-10", "2026-01-15", "2026-02-15"),
        (15, "2026-02-15", "2026-02-15", "2026-03-15"),
        (31, "2026-02-28", "2026-02-28", "2026-03-31"),
        (31, "2026-03-30", "2026-02-28", "2026-03-31"),
        (31, "2026-01-10", "2025-12-31", "2026-01-31"),
    ],
)
def test_a_month_begins_on_the_day_that_a_bill_does(first_day: int, time: str, start: str, following: str) -> None:
    zoned = calendar("Europe/Berlin", first_day)
    begin = zoned.start(_B.MONTH, at(f"{time} 08:00", "Europe/Berlin"))
    assert begin == at(f"{start} 00:00", "Europe/Berlin")
    assert zoned.next(_B.MONTH, begin) == at(f"{following} 00:00", "Europe/Berlin")


@pytest.mark.parametrize("size", [_B.SECOND, _B.MINUTE, _B.HOUR, _B.DAY, _B.MONTH])
def test_the_first_bucket_from_a_time_on_begins_there_or_next(size: BucketSize) -> None:
    zoned = calendar("Europe/Berlin")
    start = zoned.start(size, at("2026-03-29 12:34", "Europe/Berlin"))  # on the day that has 23 hours
    assert zoned.first_from(size, start) == start
    assert zoned.first_from(size, start + 0.5) == zoned.next(size, start)
    assert zoned.first_from(size, start - 0.5) == start


def test_buckets_before_are_counted_in_the_calendar() -> None:
    zoned = calendar("Europe/Berlin")
    start = int(at("2026-03-30 00:00", "Europe/Berlin"))
    assert zoned.before(_B.DAY, start, 2) == at("2026-03-28 00:00", "Europe/Berlin")
    assert zoned.before(_B.MONTH, int(at("2026-03-01", "Europe/Berlin")), 14) == at("2025-01-01", "Europe/Berlin")
    assert zoned.before(_B.HOUR, start, 3) == start - 3 * 3600
    assert zoned.before(_B.MINUTE, start, 3) == start - 180


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_not_known_is_refused_by_the_field(name: str) -> None:
    with pytest.raises(ValueError, match=r"^Calendar\.time_zone:"):
        calendar(name)


def test_a_day_that_no_month_has_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Calendar\.month_first_day:"):
        calendar("UTC", 32)


def test_a_zone_is_known_or_not() -> None:
    assert [is_known(name) for name in ("Europe/Berlin", "Mars/Olympus", "Europe", "")] == [True, False, False, False]
