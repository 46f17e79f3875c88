"""What a follower decides, with time as an argument."""

from dataclasses import replace

import pytest

from netmon.model import ConnectionOpened, Event, MonitoringState
from netmon_client.errors import (
    CollectorUnreachable,
    IncompatibleVersion,
    InvalidRequest,
    NetmonError,
    NotPermitted,
    ServerFault,
    StreamLost,
)
from netmon_client.feed import Disconnected, Heartbeat, Hello, Reconnected, Stale
from netmon_client.following import EventPosition, Follower, Timing
from netmon_client.testing import a_connection

SOCKET = "/run/my own.sock"
TIMING = Timing()
GONE = CollectorUnreachable("gone")
BEAT = Heartbeat(time=0.0, sequence=1, monitoring_state=MonitoringState.RUNNING)


def hello(instance_id: str = "a", sequence: int = 0) -> Hello:
    return Hello(instance_id=instance_id, version="1", interval_seconds=1.0, sequence=sequence)


def follower(*, reconnect: bool = True, wait: bool = False) -> Follower:
    new = Follower(SOCKET, TIMING, 5.0, reconnect=reconnect, wait=wait)
    new.opened()
    return new


def greeted(*, reconnect: bool = True) -> Follower:
    new = follower(reconnect=reconnect)
    new.received(hello(), 100.0)
    return new


def test_a_loss_is_told_once_and_the_return_with_its_length() -> None:
    stream = greeted()
    assert stream.failed(GONE, 110.0) == [Disconnected(reason="gone", retry_seconds=0.2)]
    stream.opened()
    assert stream.failed(GONE, 110.3) == []
    stream.opened()
    assert stream.received(hello(), 112.0) == [Reconnected(after_seconds=2.0, instance_changed=False), hello()]


def test_a_restart_is_told() -> None:
    stream = greeted()
    stream.failed(GONE, 110.0)
    stream.opened()
    assert stream.received(hello("b"), 111.0)[0] == Reconnected(after_seconds=1.0, instance_changed=True)


def test_tries_come_later_and_later_up_to_a_second() -> None:
    stream = greeted()
    assert [stream.next_retry_seconds() for _ in range(5)] == [0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_connection_that_lasted_makes_the_next_try_soon_again() -> None:
    stream = greeted()
    for _ in range(4):
        stream.next_retry_seconds()
    stream.failed(GONE, 100.5)
    assert stream.next_retry_seconds() == 1.0
    stream.opened()
    stream.received(hello(), 102.0)
    stream.failed(GONE, 104.0)
    assert stream.next_retry_seconds() == 0.2


def test_silence_is_stale_after_three_seconds_and_ends_the_connection_after_ten() -> None:
    stream = greeted()
    assert stream.patience() == 3.0
    assert stream.silent(3.0) == [Stale(seconds=3.0)]
    assert stream.patience() == 7.0
    with pytest.raises(CollectorUnreachable, match="nothing for 10 s"):
        stream.silent(7.0)


def test_a_sign_of_life_ends_the_silence() -> None:
    stream = greeted()
    stream.silent(3.0)
    assert stream.received(BEAT, 104.0) == [BEAT]
    assert stream.patience() == 3.0


def test_the_first_message_may_take_as_long_as_an_answer() -> None:
    stream = follower()
    assert stream.patience() == 5.0
    assert stream.silent(2.0) == []
    with pytest.raises(CollectorUnreachable, match="does not answer"):
        stream.silent(3.0)


@pytest.mark.parametrize("error", [GONE, NotPermitted("no"), ServerFault("bad"), IncompatibleVersion("old")])
def test_without_wait_the_first_error_is_raised(error: NetmonError) -> None:
    with pytest.raises(type(error)):
        follower().failed(error, 1.0)


def test_with_wait_an_absent_collector_is_told_once() -> None:
    stream = follower(wait=True)
    assert stream.failed(GONE, 1.0) == [Disconnected(reason="gone", retry_seconds=0.2)]
    assert stream.failed(GONE, 2.0) == []
    stream.opened()
    assert stream.received(hello(), 3.0) == [hello()]


def test_with_wait_a_refusal_is_raised_when_it_comes_twice() -> None:
    stream = follower(wait=True)
    refusal = NotPermitted("no access")
    assert len(stream.failed(refusal, 1.0)) == 1
    with pytest.raises(NotPermitted):
        stream.failed(refusal, 2.0)


def test_with_wait_a_refusal_by_the_collector_itself_is_raised_at_once() -> None:
    with pytest.raises(NotPermitted):
        follower(wait=True).failed(NotPermitted("no", reason="NOT_PERMITTED"), 1.0)


def test_once_connected_a_lasting_refusal_is_told_and_waited_out() -> None:
    stream = greeted()
    refusal = NotPermitted("no access")
    stream.failed(GONE, 110.0)
    told = [stream.failed(refusal, 110.0 + tries) for tries in range(1, 5)]
    assert [len(items) for items in told] == [0, 1, 0, 0]


@pytest.mark.parametrize("error", [IncompatibleVersion("old"), InvalidRequest("nonsense")])
def test_what_no_further_try_can_mend_is_raised(error: NetmonError) -> None:
    with pytest.raises(type(error)):
        greeted().failed(error, 110.0)


def test_without_reconnecting_a_loss_is_raised_with_its_cause() -> None:
    with pytest.raises(StreamLost, match="gone") as caught:
        greeted(reconnect=False).failed(GONE, 110.0)
    assert caught.value.__cause__ is GONE


def event(sequence: int) -> Event:
    return Event(sequence=sequence, time=1.0, kind=ConnectionOpened(connection=a_connection()))


def test_events_go_on_after_the_last_one_that_was_seen() -> None:
    position = EventPosition()
    position.note(hello("a", sequence=7))
    assert (position.after_sequence, position.instance_id) == (7, "a")
    position.note(event(8))
    position.note(hello("a", sequence=20))
    assert position.after_sequence == 8


def test_events_that_a_filter_left_out_are_not_missed_after_a_loss() -> None:
    position = EventPosition()
    position.note(hello("a", sequence=7))
    position.note(replace(BEAT, sequence=5_000))
    assert position.after_sequence == 5_000
    position.note(hello("a", sequence=5_001))
    assert position.after_sequence == 5_000


def test_events_of_a_new_instance_are_all_wanted() -> None:
    position = EventPosition(8, "a")
    position.note(hello("b", sequence=20))
    assert (position.after_sequence, position.instance_id) == (0, "b")


def test_a_sequence_without_an_instance_is_kept() -> None:
    position = EventPosition(8)
    position.note(hello("b", sequence=20))
    assert (position.after_sequence, position.instance_id) == (8, "b")
