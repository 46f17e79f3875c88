"""Which rows a stretch is read from."""

from dataclasses import replace

import pytest

from netmon.model import BucketSize, Calendar
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.ranges import Kept, Tier, outward, segments
from tests.support.history_stage import NOON, at

_B = BucketSize
_BERLIN = ZoneCalendar(Calendar(time_zone="Europe/Berlin"))
_KEPT = Kept(
    minute=int(at("2026-05-01")), quarter=int(at("2026-01-01")), day=int(at("2025-01-01")), day_zone="Europe/Berlin"
)


def tiers(since: str, until: str, size: BucketSize = _B.RANGE, kept: Kept = _KEPT) -> list[str]:
    zone = "Europe/Berlin"
    return [part.tier.name for part in segments(int(at(since, zone)), int(at(until, zone)), size, kept, _BERLIN)]


def test_a_free_range_is_read_from_the_coarsest_that_fit() -> None:
    found = tiers("2026-05-03 10:07", "2026-07-20 23:50")
    assert found == ["MINUTE", "QUARTER", "DAY", "MONTH", "DAY", "QUARTER", "MINUTE"]


def test_a_range_within_a_quarter_is_read_from_minutes() -> None:
    assert tiers("2026-05-03 10:01", "2026-05-03 10:09") == ["MINUTE"]
    assert tiers("2026-05-03 10:01", "2026-05-03 10:20") == ["MINUTE", "MINUTE"]


def test_whole_months_and_days_are_read_as_such() -> None:
    assert tiers("2025-03-01", "2026-03-01", _B.MONTH) == ["MONTH"]
    assert tiers("2026-03-05", "2026-03-06", _B.DAY) == ["DAY"]


def test_stretches_touch_and_none_is_read_twice() -> None:
    since, until = int(at("2026-05-03 10:07")), int(at("2026-09-20 23:50"))
    parts = segments(since, until, _B.RANGE, _KEPT, _BERLIN)
    ends = [(part.first * part.tier.unit_seconds, part.last * part.tier.unit_seconds) for part in parts]
    assert ends[0][0] == since
    assert ends[-1][1] == until
    assert [end for _, end in ends[:-1]] == [begin for begin, _ in ends[1:]]


def test_days_of_another_zone_are_made_of_quarters_while_they_are_kept() -> None:
    kathmandu = ZoneCalendar(Calendar(time_zone="Asia/Kathmandu"))
    late, early = int(at("2026-03-01", "Asia/Kathmandu")), int(at("2025-03-01", "Asia/Kathmandu"))
    assert [part.tier for part in segments(late, late + 86_400, _B.DAY, _KEPT, kathmandu)] == [Tier.QUARTER]
    assert [part.tier for part in segments(early, early + 86_400, _B.DAY, _KEPT, kathmandu)] == [Tier.DAY]


@pytest.mark.parametrize(
    ("time", "down", "up"),
    [
        ("2026-06-01 10:07:30", "2026-06-01 10:07", "2026-06-01 10:08"),
        ("2026-03-01 10:07:30", "2026-03-01 10:00", "2026-03-01 10:15"),
        ("2025-06-01 10:07:30", "2025-05-31 22:00", "2025-06-01 22:00"),
    ],
)
def test_a_free_end_moves_outwards_to_what_is_kept(time: str, down: str, up: str) -> None:
    assert outward(at(time), _KEPT, _BERLIN, up=False) == at(down)
    assert outward(at(time), _KEPT, _BERLIN, up=True) == at(up)


def test_a_range_that_begins_before_all_history_is_told_by_the_minute_too() -> None:
    begun = at("2026-06-01 10:07:30")
    fresh = Kept(
        minute=int(at("2026-06-01 10:07")),
        quarter=int(at("2026-06-01 10:00")),
        day=int(at("2026-05-31 22:00")),
        day_zone="Europe/Berlin",
        first_time=begun,
    )
    since, until = at("2026-06-01 09:50"), at("2026-06-01 10:09")
    assert [outward(time, fresh, _BERLIN, up=False) for time in (since, until)] == [since, until]
    last = segments(int(since), int(until), _B.RANGE, fresh, _BERLIN)[-1]
    assert (last.tier, last.last * 60) == (Tier.MINUTE, until), "what was moved after it is not in it"
    cut = replace(fresh, minute=int(at("2026-07-01")), quarter=int(at("2026-06-20")))  # as retention does
    assert outward(since, cut, _BERLIN, up=False) == at("2026-05-31 22:00")


def test_the_oldest_is_that_of_the_size() -> None:
    assert _KEPT.oldest(_B.MINUTE) == _KEPT.minute
    assert _KEPT.oldest(_B.HOUR) == _KEPT.quarter
    assert _KEPT.oldest(_B.MONTH) == _KEPT.day
    assert Kept().oldest(_B.DAY) is None
    assert segments(int(NOON), int(NOON), _B.DAY, _KEPT, _BERLIN) == []


def test_what_coarser_rows_do_not_reach_is_read_from_finer_ones() -> None:
    no_quarters = replace(_KEPT, quarter=None)
    assert tiers("2026-05-03 10:00", "2026-05-03 11:00", _B.HOUR, no_quarters) == ["MINUTE"]
    assert tiers("2026-05-03 10:00", "2026-05-05 11:07", kept=no_quarters) == ["MINUTE", "DAY", "MINUTE"]
    few_quarters = replace(_KEPT, quarter=int(at("2026-06-01 10:00", "Europe/Berlin")))
    assert tiers("2026-06-01 09:00", "2026-06-01 11:00", _B.HOUR, few_quarters) == ["MINUTE", "QUARTER"]
    few_days = replace(_KEPT, day=int(at("2026-03-01", "Europe/Berlin")))
    assert tiers("2026-02-27", "2026-02-28", _B.DAY, few_days) == ["QUARTER"]
    assert tiers("2026-02-01", "2026-04-01", _B.MONTH, few_days) == ["QUARTER", "MONTH"]
    assert no_quarters.oldest(_B.HOUR) == _KEPT.minute
    assert few_days.oldest(_B.MONTH) == _KEPT.quarter


def test_days_of_another_zone_are_made_of_minutes_where_there_are_no_quarters() -> None:
    kathmandu = ZoneCalendar(Calendar(time_zone="Asia/Kathmandu"))
    kept = replace(_KEPT, quarter=None, minute=int(at("2026-05-01 10:07", "Europe/Berlin")))
    first, last = (int(at(day, "Asia/Kathmandu")) for day in ("2026-04-25", "2026-05-10"))
    days, minutes = segments(first, last, _B.RANGE, kept, kathmandu)
    # The day in which they begin is whole in days alone.
    edge = int(at("2026-05-02", "Europe/Berlin"))
    assert (days.tier, days.last * 900) == (Tier.DAY, edge)
    assert (minutes.tier, minutes.first * 60, minutes.last * 60) == (Tier.MINUTE, edge, last)


def test_each_end_is_read_from_minutes_where_these_are_whole_there() -> None:
    kept = replace(_KEPT, minute=int(at("2026-05-03 10:07", "Europe/Berlin")))
    assert tiers("2026-05-03 01:02", "2026-05-03 15:07", kept=kept) == ["QUARTER", "MINUTE"]
    assert tiers("2026-05-03 10:08", "2026-05-03 10:10", kept=kept) == ["MINUTE"]
    for first, last in (("01:02", "10:05"), ("01:02", "10:10"), ("10:02", "10:10"), ("10:06", "10:14")):
        assert tiers(f"2026-05-03 {first}", f"2026-05-03 {last}", kept=kept) == ["QUARTER"]
