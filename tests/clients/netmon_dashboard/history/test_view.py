import time
from collections.abc import Generator
from dataclasses import replace

import pytest

from netmon.matching import MAXIMUM_PATTERN_LENGTH
from netmon.model import BucketSize, UsageDimension
from netmon_client.query import QueryError
from netmon_dashboard.history.view import HistoryView, local_time, time_of_field

NOW = 1_790_000_000.0
DAY = 86_400.0


def test_without_an_address_it_is_the_last_day_by_hour_and_application() -> None:
    view = HistoryView.of({})
    query = view.usage_query(NOW)
    assert (query.bucket, query.group_by, query.top) == (BucketSize.HOUR, (UsageDimension.APPLICATION,), 10)
    assert query.since_time == NOW - 23 * 3600
    assert query.until_time == NOW


@pytest.mark.parametrize(
    "params",
    [
        {"range": "24h", "by": "hour", "group": "app"},
        {"range": "30d", "by": "day", "group": "host", "compare": "previous", "q": "app:a b", "top": "20"},
        {"range": "12mo", "by": "month", "group": "proto"},
    ],
)
def test_an_address_is_read_and_written_the_same(params: dict[str, str]) -> None:
    assert HistoryView.of(params).params() == params


def test_what_makes_no_sense_in_an_address_is_as_if_it_were_not_there() -> None:
    wrong = {"range": "9y", "by": "week", "group": "colour", "top": "-1", "compare": "yes", "from": "x", "to": "1e999"}
    assert HistoryView.of(wrong) == HistoryView()
    assert HistoryView.of({"range": "custom", "from": "20", "to": "10"}) == HistoryView()


def test_twelve_months_begin_in_the_eleventh_month_before() -> None:
    since, until = HistoryView.of({"range": "12mo"}).bounds(NOW)
    begin, end = local_time(since), local_time(until)
    assert (end.year * 12 + end.month) - (begin.year * 12 + begin.month) == 11


def test_a_custom_range_has_bars_that_are_not_too_many() -> None:
    view = HistoryView.of({"from": str(NOW - 100 * DAY), "to": str(NOW), "by": "minute"})
    assert (view.range, view.bucket) == ("custom", "day")
    assert view.bounds(0.0) == (NOW - 100 * DAY, NOW)


def test_a_custom_range_comes_through_its_address() -> None:
    view = HistoryView.of({"from": "2026-08-01T10:00:00+02:00", "to": "2026-08-02T10:00:00+02:00", "by": "hour"})
    assert HistoryView.of(view.params()) == view
    assert view.bounds(0.0)[1] - view.bounds(0.0)[0] == DAY


def test_a_bar_opens_its_time_by_smaller_bars() -> None:
    view = HistoryView.of({"range": "30d"}).at(NOW - DAY, NOW)
    assert (view.range, view.bucket, view.since_time, view.until_time) == ("custom", "hour", NOW - DAY, NOW)


def test_a_name_opens_alone_by_the_next_finer_group_and_its_signs_stay_its_own() -> None:
    view = HistoryView.of({"group": "app"}).into('my "own" app')
    assert view.group == "domain"
    (term,) = view.usage_query(NOW).filter.terms
    assert term.values == ('my "own" app',)


def test_a_domain_opens_alone_without_those_below_it() -> None:
    view = HistoryView.of({"group": "domain", "q": "app:firefox"}).into("example.com")
    assert view.query == "app:firefox domain:example.com !domain:*.example.com"
    assert replace(view, group="domain").into("example.com").query == view.query


@pytest.mark.parametrize("value", ["x" * MAXIMUM_PATTERN_LENGTH, "exam*"])
def test_a_domain_that_cannot_be_told_from_those_below_it_opens_all_the_same(value: str) -> None:
    view = HistoryView.of({"group": "domain"}).into(value)
    assert len(view.usage_query(NOW).filter.terms) == 1


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_the_hour_that_comes_twice_is_told_by_what_was_chosen() -> None:
    second = HistoryView.of({"from": "2026-10-25T02:00:00+01:00", "to": "2026-10-25T03:00:00+01:00"}).since_time
    assert second is not None
    first, shown = second - 3600, local_time(second)
    assert local_time(first) == shown
    assert [time_of_field(shown, known) for known in (first, second, second + 30)] == [first, second, second + 30]
    assert time_of_field(shown, NOW) == first
    assert time_of_field(shown.replace(hour=3), second) == second + 3600


def test_the_command_is_that_of_the_terminal() -> None:
    words = HistoryView.of({"range": "30d", "compare": "1", "q": "app:firefox", "group": "host"}).command(NOW)
    assert words == [
        *("history", "--by", "day", "--group", "host", "--since", "29d", "--top", "10"),
        *("--compare", "previous", "-F", "app:firefox"),
    ]


def test_a_filter_that_history_does_not_hold_is_refused() -> None:
    with pytest.raises(QueryError, match="history does not hold"):
        HistoryView.of({"q": "port:22"}).usage_query(NOW)
