"""The state of the collector, from what its stream says."""

from dataclasses import replace

from netmon.model import MonitoringState, PacketSource
from netmon_client import CollectorUnreachable, Disconnected, Hello, IncompatibleVersion, NotPermitted, Reconnected
from netmon_dashboard.hub.collector_watch import CollectorWatch

RUNNING, STOPPED = MonitoringState.RUNNING, MonitoringState.STOPPED
LOST = Disconnected(reason="the stream ended", retry_seconds=0.2)
HELLO = Hello(instance_id="i", version="0.1", interval_seconds=1.0)


def a_watch() -> CollectorWatch:
    return CollectorWatch("/run/netmon/collector.sock", now=100.0)


def live_watch() -> CollectorWatch:
    watch = a_watch()
    watch.greeted(HELLO, 101.0)
    watch.alive(RUNNING, 101.0)
    return watch


def shown(watch: CollectorWatch) -> tuple[str, float, float | None]:
    return watch.state.said.state, watch.state.since, watch.state.retry_at


def test_it_begins_by_connecting_and_is_live_with_the_first_word() -> None:
    watch = a_watch()
    assert shown(watch) == ("connecting", 100.0, None)
    assert not watch.is_counting
    watch.alive(RUNNING, 101.0)
    watch.alive(RUNNING, 102.0)
    assert shown(watch) == ("live", 101.0, None)
    assert watch.is_counting


def test_a_loss_is_told_with_the_next_try_and_the_return_with_how_long_it_was() -> None:
    watch = live_watch()
    watch.lost(LOST, None, 110.0, is_said_again=False)
    assert shown(watch) == ("unavailable", 110.0, 110.2)
    watch.reconnected(Reconnected(after_seconds=14.0, instance_changed=False), 124.0)
    assert watch.state.said.state == "unavailable"
    watch.alive(RUNNING, 124.0)
    assert (watch.state.said.title, watch.state.since) == ("Back after 14 s", 124.0)
    assert watch.take_marks() == []


def test_after_some_seconds_it_is_just_live_again() -> None:
    watch = live_watch()
    watch.lost(LOST, None, 110.0, is_said_again=False)
    watch.reconnected(Reconnected(after_seconds=14.0, instance_changed=False), 124.0)
    for now in (124.0, 123.2, 130.0):  # the snapshot that comes with a greeting is older than it
        watch.alive(RUNNING, now)
        assert watch.state.said.title == "Back after 14 s"
    watch.alive(RUNNING, 134.0)
    assert (watch.state.said.title, watch.state.since) == ("Live", 124.0)


def test_a_restart_is_marked_and_said() -> None:
    watch = live_watch()
    watch.lost(LOST, None, 110.0, is_said_again=False)
    watch.reconnected(Reconnected(after_seconds=3.0, instance_changed=True), 113.0)
    watch.alive(RUNNING, 113.0)
    (mark,) = watch.take_marks()
    assert (mark.kind, mark.time, mark.text) == ("restart", 113.0, "The collector was started anew after 3s")
    assert "started anew" in watch.state.said.text
    assert watch.take_marks() == []


def test_a_restart_behind_an_error_that_ended_the_stream_is_marked_too() -> None:
    """Then nothing says "reconnected": a new stream knows of none before."""
    watch = live_watch()
    watch.failed(IncompatibleVersion("another version"), 110.0, 2.0)
    watch.greeted(HELLO, 112.0)
    assert watch.take_marks() == []
    watch.greeted(replace(HELLO, instance_id="j"), 114.0)
    watch.greeted(replace(HELLO, instance_id="j"), 115.0)
    assert [(mark.kind, mark.time) for mark in watch.take_marks()] == [("restart", 114.0)]


def test_a_restart_is_marked_once() -> None:
    watch = live_watch()
    watch.reconnected(Reconnected(after_seconds=3.0, instance_changed=True), 113.0)
    watch.greeted(replace(HELLO, instance_id="j"), 113.0)
    assert len(watch.take_marks()) == 1


def test_being_back_is_not_said_for_an_hour_where_the_clock_is_set_back_by_one() -> None:
    watch = live_watch()
    watch.lost(LOST, None, 4_000.0, is_said_again=False)
    watch.reconnected(Reconnected(after_seconds=14.0, instance_changed=False), 4_014.0)
    watch.alive(RUNNING, 4_014.0)
    watch.alive(RUNNING, 415.0)
    assert watch.state.said.title == "Live"


def test_a_fault_of_the_dashboard_does_not_look_live() -> None:
    watch = live_watch()
    watch.faulted(110.0, 2.0)
    assert shown(watch) == ("unavailable", 110.0, 112.0)
    watch.alive(RUNNING, 113.0)
    assert shown(watch) == ("live", 113.0, None)


def test_stopping_and_starting_are_states_and_marks() -> None:
    watch = live_watch()
    watch.alive(STOPPED, 110.0)
    assert shown(watch) == ("stopped", 110.0, None)
    assert not watch.is_counting
    watch.alive(STOPPED, 120.0)
    assert shown(watch) == ("stopped", 110.0, None)
    watch.alive(RUNNING, 130.0)
    assert shown(watch) == ("live", 130.0, None)
    assert [(mark.kind, mark.time) for mark in watch.take_marks()] == [("stopped", 110.0), ("started", 130.0)]


def test_one_that_was_stopped_before_says_since_when() -> None:
    watch = a_watch()
    watch.alive(STOPPED, 110.0, since=50.0)
    assert shown(watch) == ("stopped", 50.0, None)
    assert watch.take_marks() == []


def test_a_stop_began_when_it_began_also_after_silence_and_after_a_loss() -> None:
    watch = live_watch()
    watch.alive(STOPPED, 110.0)
    watch.silent(3.0, 120.0)
    watch.alive(STOPPED, 121.0)
    assert shown(watch) == ("stopped", 110.0, None)
    watch.lost(LOST, None, 130.0, is_said_again=False)
    watch.alive(STOPPED, 132.0, since=110.5)
    assert shown(watch) == ("stopped", 110.5, None)
    watch.alive(RUNNING, 140.0)
    watch.alive(STOPPED, 150.0)
    assert shown(watch) == ("stopped", 150.0, None)


def test_a_stop_of_another_instance_is_another_one() -> None:
    watch = live_watch()
    watch.alive(STOPPED, 110.0)
    watch.lost(LOST, None, 120.0, is_said_again=False)
    watch.reconnected(Reconnected(after_seconds=3.0, instance_changed=True), 123.0)
    watch.alive(STOPPED, 124.0)
    assert shown(watch) == ("stopped", 124.0, None)


def test_silence_counts_from_the_last_word() -> None:
    watch = live_watch()
    watch.silent(3.0, 115.0)
    assert shown(watch) == ("stale", 112.0, None)
    watch.alive(RUNNING, 116.0)
    assert shown(watch) == ("live", 116.0, None)


def test_one_refusal_while_it_starts_is_no_news_but_a_second_is() -> None:
    watch = live_watch()
    watch.lost(LOST, NotPermitted("no access"), 110.0, is_said_again=False)
    assert watch.state.said.state == "unavailable"
    watch.lost(LOST, NotPermitted("no access"), 111.0, is_said_again=True)
    assert shown(watch) == ("refused", 111.0, 111.2)


def test_final_errors_have_states_of_their_own_and_keep_when_they_began() -> None:
    watch = a_watch()
    watch.failed(NotPermitted("no access"), 110.0, 2.0)
    watch.failed(NotPermitted("no access"), 112.0, 2.0)
    assert shown(watch) == ("refused", 110.0, 114.0)
    watch.failed(IncompatibleVersion("another version"), 114.0, 2.0)
    assert shown(watch) == ("version", 114.0, 116.0)
    watch.failed(CollectorUnreachable("no collector at /x"), 116.0, 2.0)
    assert (watch.state.said.state, watch.state.said.title) == ("unavailable", "No collector at /x")


def test_a_recording_is_said_to_be_one() -> None:
    watch = a_watch()
    watch.greeted(
        Hello(instance_id="i", version="0.1", interval_seconds=1.0, packet_source=PacketSource.RECORDING), 101.0
    )
    watch.alive(RUNNING, 101.0)
    assert watch.state.said.title == "Live, from a recording"
