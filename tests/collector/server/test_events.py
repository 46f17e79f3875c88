import pytest

from netmon.model import (
    ConnectionClosed,
    ConnectionOpened,
    Filter,
    FilterField,
    InterfaceChange,
    InterfaceChanged,
    StreamLag,
    Term,
)
from netmon.serving import InvalidRequest
from netmon.v1 import monitor_service_pb2 as pb
from netmon.v1 import snapshot_pb2
from netmon_collector.server.events import EventCursor, EventFeed, EventView
from tests.support.tick_source import START, TickSource, row

EVERYTHING = EventView(filter=Filter())


def feed_of(source: TickSource) -> EventFeed:
    return EventFeed(source, lambda: START)


def taken(cursor: EventCursor) -> list[pb.StreamEventsResponse]:
    messages: list[bytes] = []
    while (step := cursor.take()) is not None:
        messages += step
    return [pb.StreamEventsResponse.FromString(message) for message in messages]


def sequences(messages: list[pb.StreamEventsResponse]) -> list[int]:
    return [event.sequence for message in messages for event in message.batch.events]


def close(source: TickSource, *numbers: int) -> None:
    source.tell(*(ConnectionClosed(connection=row(number)) for number in numbers))


def test_without_a_sequence_events_come_from_now_on() -> None:
    source = TickSource()
    close(source, 1, 2)
    cursor = feed_of(source).open(EVERYTHING, None, "")
    assert taken(cursor) == []
    close(source, 3)
    assert sequences(taken(cursor)) == [3]


def test_who_does_not_read_is_behind_by_so_many_events_as_long_as_it_follows() -> None:
    source = TickSource()
    feed = EventFeed(source, lambda: START + 100)
    quick, slow = (feed.open(EVERYTHING, None, "") for _ in range(2))
    with feed.follow(quick), feed.follow(slow):
        assert feed.lag() == StreamLag(stream="events", subscriber_count=2)
        close(source, 1, 2, 3, 4)
        taken(quick)
        lag = feed.lag()
        assert (lag.mean_behind_count, lag.worst_behind_count) == (2.0, 4)
        assert lag.worst_lag_seconds == START + 100 - source.events_after(0).events[0].time
        taken(slow)
        assert feed.lag() == StreamLag(stream="events", subscriber_count=2)
    assert feed.lag().subscriber_count == 0


def test_events_go_on_after_a_sequence_without_loss_or_repetition() -> None:
    source = TickSource()
    close(source, *range(10))
    cursor = feed_of(source).open(EVERYTHING, 4, "run-1")
    assert sequences(taken(cursor)) == [5, 6, 7, 8, 9, 10]
    assert taken(cursor) == []


def test_what_the_ring_lost_is_said_before_what_it_holds() -> None:
    source = TickSource(event_limit=3)
    close(source, *range(10))
    gap, batch = taken(feed_of(source).open(EVERYTHING, 4, "run-1"))
    assert gap.gap.cause == snapshot_pb2.GAP_CAUSE_EXPIRED
    assert (gap.gap.skipped_count, gap.gap.first_sequence, gap.gap.last_sequence) == (3, 5, 7)
    assert gap.gap.until_time.seconds == START + 8
    assert sequences([batch]) == [8, 9, 10]


def test_a_reader_that_fell_behind_the_ring_hears_since_when() -> None:
    source = TickSource(event_limit=2)
    close(source, 1)
    cursor = feed_of(source).open(EVERYTHING, 0, "run-1")
    assert sequences(taken(cursor)) == [1]
    close(source, *range(5))
    gap, batch = taken(cursor)
    assert (gap.gap.skipped_count, gap.gap.since_time.seconds) == (3, START + 1)
    assert sequences([batch]) == [5, 6]


def test_another_instance_gets_all_that_the_ring_holds_after_a_gap_that_cannot_be_counted() -> None:
    source = TickSource(event_limit=3)
    close(source, *range(10))
    gap, batch = taken(feed_of(source).open(EVERYTHING, 999, "run-0"))
    assert (gap.gap.cause, gap.gap.skipped_count) == (snapshot_pb2.GAP_CAUSE_EXPIRED, 0)
    assert sequences([batch]) == [8, 9, 10]


def test_a_ring_that_is_empty_after_a_loss_is_no_endless_loop() -> None:
    source = TickSource(event_limit=3)
    close(source, *range(5))
    cursor = feed_of(source).open(EVERYTHING, 0, "run-1")
    source.forget_events()
    (gap,) = taken(cursor)
    assert gap.gap.skipped_count == 5
    assert taken(cursor) == []


@pytest.mark.parametrize(("after", "instance", "field"), [(3, "", "instance_id"), (11, "run-1", "after_sequence")])
def test_a_sequence_without_its_instance_or_of_the_future_is_refused(after: int, instance: str, field: str) -> None:
    source = TickSource()
    close(source, *range(10))
    with pytest.raises(InvalidRequest) as error:
        feed_of(source).open(EVERYTHING, after, instance)
    assert error.value.field == field


def test_a_filter_looks_at_connections_and_lets_all_else_pass() -> None:
    source = TickSource()
    source.tell(
        ConnectionOpened(connection=row(1)),
        ConnectionOpened(connection=row(2)),
        InterfaceChanged(name="eth0", change=InterfaceChange.DOWN),
    )
    only_two = Filter(terms=(Term(field=FilterField.PID, values=("2",)),))
    assert sequences(taken(feed_of(source).open(EventView(filter=only_two), 0, "run-1"))) == [2, 3]


def test_a_filter_that_leaves_nothing_still_moves_on() -> None:
    source = TickSource()
    close(source, 1)
    nobody = Filter(terms=(Term(field=FilterField.PID, values=("99",)),))
    cursor = feed_of(source).open(EventView(filter=nobody), 0, "run-1")
    assert cursor.take() == ()
    assert cursor.take() is None


def test_readers_at_the_same_place_share_their_bytes() -> None:
    source = TickSource()
    close(source, *range(10))
    feed = feed_of(source)
    steps = [feed.open(EVERYTHING, 0, "run-1").take() for _ in range(20)]
    assert feed.encoded_count == 1
    assert len({id(message) for step in steps for message in step or ()}) == 1


def test_long_backlogs_come_in_several_batches() -> None:
    source = TickSource(event_limit=5000)
    close(source, *range(4500))
    messages = taken(feed_of(source).open(EVERYTHING, 0, "run-1"))
    assert [len(message.batch.events) for message in messages] == [2000, 2000, 500]
    assert sequences(messages) == list(range(1, 4501))
