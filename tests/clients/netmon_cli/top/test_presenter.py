from dataclasses import replace

import pytest

from netmon.model import BandwidthSample, Omitted
from netmon_cli.top.choices import Choices
from netmon_cli.top.presenter import Presenter
from netmon_cli.top.rows import Entry
from netmon_cli.top.watch import Failure, Past
from netmon_client import parse_query
from netmon_client.feed import Disconnected, Heartbeat, Hello, Reconnected
from netmon_client.testing import a_snapshot, a_status
from tests.clients.netmon_cli.rows import LISTENER, PING, SNAPSHOT, UPLOAD, WEB

HELLO = Hello(instance_id="instance-1", version="1", interval_seconds=1.0)


def presenter(choices: Choices | None = None) -> Presenter:
    return Presenter(choices or Choices(), "/s", a_status())


def status(view: Presenter, now: float = 0.0) -> str:
    return "  ".join(cell.text for cell in view.status(now))


def test_before_the_first_snapshot_it_shows_an_empty_sheet() -> None:
    view = presenter()
    assert not view.sheet(0.0).entries
    assert view.caption(0.0) == []
    assert view.degraded == ()
    assert "Waiting" in status(view)


def test_it_tells_whether_there_is_something_to_draw() -> None:
    view = presenter()
    assert view.take([SNAPSHOT], 0.0)
    state = SNAPSHOT.monitoring_state
    assert not view.take([Heartbeat(time=SNAPSHOT.time, sequence=1, monitoring_state=state)], 0.1)
    assert view.take([Disconnected(reason="gone", retry_seconds=1.0)], 0.2)
    assert view.is_past
    assert not view.take([], 0.3)


def test_the_last_minute_of_before_is_taken() -> None:
    view = presenter()
    sample = BandwidthSample(
        time=SNAPSHOT.time - 5, interval_seconds=1.0, sent_bytes=1, received_bytes=2, loopback_bytes=0
    )
    view.take([Past(samples=(sample,)), SNAPSHOT], 0.0)
    assert view.moment is not None
    assert len(view.moment.samples) == 2


def test_an_error_is_kept_for_whoever_ends_the_program() -> None:
    view = presenter()
    error = ValueError("x")
    view.take([Failure(error=error)], 0.0)
    assert view.failure is error


def test_while_paused_the_picture_stays_and_the_newest_comes_after() -> None:
    view = presenter()
    view.take([HELLO, a_snapshot([WEB])], 0.0)
    view.pause()
    assert not view.take([a_snapshot([WEB, UPLOAD], sequence=2)], 1.0)
    assert len(view.sheet(1.0).entries) == 1
    assert "Paused, 1 s behind" in status(view)
    view.pause()
    assert len(view.sheet(1.0).entries) == 2


def test_a_slower_collector_sets_the_interval() -> None:
    view = presenter(Choices(interval_seconds=0.5))
    view.take([replace(HELLO, interval_seconds=2.0)], 0.0)
    assert view.choices.interval_seconds == 2.0


def test_only_a_crowded_collector_is_given_the_filter() -> None:
    view = presenter(Choices(filter=parse_query("app:x")))
    assert not view.request.filter.terms
    view.take([replace(SNAPSHOT, omitted=Omitted(connection_count=5))], 0.0)
    assert view.request.filter == parse_query("app:x")


def test_a_row_without_an_application_cannot_be_hidden() -> None:
    view = presenter()
    view.hide(Entry(key="ping", row=PING, order=(0,)), 0.0)
    assert not view.choices.filter.terms
    assert "no application to hide" in status(view)
    assert "no application to hide" not in status(view, 60.0)


@pytest.mark.parametrize(("name", "most"), [("app {}", 64), ("app* {}", 8)])
def test_what_a_filter_has_no_room_for_is_not_hidden(name: str, most: int) -> None:
    view = presenter()
    view.take([SNAPSHOT], 0.0)
    for number in range(most + 1):
        row = WEB._replace(facts=replace(WEB.facts, application_name=name.format(number)))
        view.hide(Entry(key=str(number), row=row, order=(0,)), 0.0)
        assert view.sheet(0.0).entries
    assert len(view.choices.filter.terms[0].values) == most
    assert "too many to hide one more" in status(view)


def test_grouping_keeps_a_sort_key_that_both_tables_know() -> None:
    view = presenter(Choices(sort="-received_rate"))
    view.group()
    assert (view.choices.subject, view.choices.sort) == ("apps", "-received_rate")
    view.set_sort("-processes")
    view.group()
    assert (view.choices.subject, view.choices.sort) == ("domains", "-rate")
    view.group()
    assert view.choices.subject == "connections"


def test_sums_from_now_on_begin_at_nothing_and_end_where_they_were() -> None:
    view = presenter()
    view.take([a_snapshot([WEB])], 0.0)
    view.toggle_since()
    (entry,) = view.sheet(0.0).entries
    assert entry.row.traffic.received_bytes == 0
    assert view.choices.since is not None
    view.toggle_since()
    (entry,) = view.sheet(0.0).entries
    assert entry.row.traffic.received_bytes == WEB.traffic.received_bytes
    assert view.choices.since is None


def test_units_and_rates_go_on() -> None:
    view = presenter()
    view.change_units()
    view.change_interval(1)
    assert (view.look.units, view.request.interval_seconds) == ("bit", 2.0)


def test_what_can_be_shown_or_hidden() -> None:
    view = presenter()
    view.take([a_snapshot([LISTENER])], 0.0)
    assert not view.sheet(0.0).entries
    view.toggle_listening()
    assert len(view.sheet(0.0).entries) == 1
    view.toggle_ended()
    assert view.choices.ended


def test_a_return_is_said_with_what_it_means() -> None:
    view = presenter()
    view.take([SNAPSHOT, Reconnected(after_seconds=14.2, instance_changed=True)], 0.0)
    assert "back after 14 s, a new instance: sums begin anew" in status(view)


def test_an_empty_table_says_why() -> None:
    view = presenter(Choices(subject="apps", filter=parse_query("app:x")))
    view.take([SNAPSHOT], 0.0)
    view.sheet(0.0)
    assert view.sheet(0.0).empty == "No application matches. / changes the filter"
    view.set_filter(parse_query(""))
    view.take([a_snapshot(sequence=2)], 0.0)
    assert view.sheet(0.0).empty == "Nothing yet."
