import asyncio

import pytest

from netmon.model import Filter, FilterField, Gap, GapCause, Term, View
from netmon.serving import Exhausted, Unavailable
from netmon.v1 import monitor_service_pb2 as pb
from netmon.v1 import snapshot_pb2
from netmon_collector.server.guest_work import GuestWork
from netmon_collector.server.hub import Hub, Subscription
from netmon_collector.server.limits import Limits
from tests.support.tick_source import START, TickSource, row

VIEW = View()


def hub_of(source: TickSource, *, view_limit: int = 128) -> Hub:
    return Hub(source, Limits(view_limit=view_limit))


def decoded(messages: list[bytes]) -> list[pb.StreamSnapshotsResponse]:
    return [pb.StreamSnapshotsResponse.FromString(message) for message in messages]


def ids(message: pb.StreamSnapshotsResponse) -> list[str]:
    return [connection.id for connection in message.snapshot.connections]


async def waiting(subscription: Subscription) -> asyncio.Task[bool]:
    task = asyncio.create_task(subscription.wait(60))
    await asyncio.sleep(0)
    assert subscription.is_waiting
    return task


async def test_a_tick_is_encoded_once_for_all_subscribers_of_a_view() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    places = [hub.subscribe(VIEW, 1) for _ in range(50)]
    subscriptions = [place.__enter__() for place in places]
    first = [subscription.take() for subscription in subscriptions]
    assert hub.encoded_count == 1
    assert len({id(message) for messages in first for message in messages}) == 1
    tasks = [await waiting(subscription) for subscription in subscriptions]
    source.tick()
    hub.publish()
    assert await asyncio.gather(*tasks) == [True] * 50
    second = [subscription.take() for subscription in subscriptions]
    assert hub.encoded_count == source.compose_count == 2
    assert len({id(message) for messages in second for message in messages}) == 1
    for place in places:
        place.__exit__(None, None, None)


async def test_who_is_busy_gets_the_newest_after_a_gap_with_all_that_ended_in_between() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 1) as subscription:
        subscription.take()
        for number in (2, 3, 4):
            source.tick(ended=[row(number, end_time=START + number)])
            hub.publish()
        gap, snapshot = decoded(subscription.take())
        assert (gap.gap.skipped_count, gap.gap.first_sequence, gap.gap.last_sequence) == (2, 2, 3)
        assert gap.gap.cause == snapshot_pb2.GAP_CAUSE_SLOW_READER
        assert (gap.gap.since_time.seconds, gap.gap.until_time.seconds) == (START + 1, START + 4)
        assert snapshot.snapshot.sequence == 4
        assert ids(snapshot) == ["c1", "c2", "c3", "c4"]
        assert subscription.take() == []


async def test_each_ended_row_comes_once_whatever_ticks_are_missed() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    seen: list[str] = []
    with hub.subscribe(VIEW, 1) as subscription:
        subscription.take()
        for number in range(2, 40):
            source.tick(ended=[row(number, end_time=START + number)])
            hub.publish()
            if number % 7 in (0, 3, 4):
                seen += [name for message in decoded(subscription.take()) for name in ids(message)]
        seen += [name for message in decoded(subscription.take()) for name in ids(message)]
    assert sorted(name for name in seen if name != "c1") == sorted(f"c{number}" for number in range(2, 40))


async def test_a_user_whose_views_take_too_long_is_held_and_gets_the_newest_after_a_gap() -> None:
    source, spent = TickSource([row(1)]), [0.0]
    source.tick()
    now = 0.0
    hub = Hub(source, Limits(), GuestWork(lambda: now, lambda: spent[-1]))
    with hub.subscribe(VIEW, 1, only_uid=7) as held, hub.subscribe(VIEW, 1) as other:
        for subscription in (held, other):
            assert subscription.take()
        with hub.work.counted(7):
            spent.append(5.0)
        for _ in range(2):
            source.tick()
            hub.publish()
            assert (held.take(), len(other.take())) == ([], 1)
            assert (held.is_held, other.is_held) == (True, False)
        now += 60.0
        source.tick()
        hub.publish()
        gap, snapshot = decoded(held.take())
        assert (gap.gap.cause, gap.gap.skipped_count) == (snapshot_pb2.GAP_CAUSE_OVERLOAD, 2)
        assert (snapshot.snapshot.sequence, held.is_held) == (4, False)
        source.tick()
        hub.publish()
        assert [message.snapshot.sequence for message in decoded(held.take())] == [5]


async def test_who_has_spent_all_before_the_first_snapshot_waits_for_it() -> None:
    source, spent = TickSource([row(1)]), [0.0]
    source.tick()
    hub = Hub(source, Limits(), GuestWork(lambda: 0.0, lambda: spent[-1]))
    with hub.work.counted(7):
        spent.append(5.0)
    with hub.subscribe(VIEW, 1, only_uid=7) as subscription:
        assert subscription.take() == []
        assert source.compose_count == 0


async def test_nothing_is_composed_for_a_reader_that_is_still_writing() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 1) as subscription:
        subscription.take()
        for _ in range(10):
            source.tick()
            hub.publish()
        assert source.compose_count == 1


async def test_slower_intervals_fall_on_whole_multiples_of_the_tick() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 5) as subscription:
        assert [message.snapshot.sequence for message in decoded(subscription.take())] == [1]
        sequences: list[int] = []
        for number in range(2, 17):
            source.tick(ended=[row(number, end_time=START + number)])
            hub.publish()
            for message in decoded(subscription.take()):
                sequences.append(message.snapshot.sequence)
                missed_until = message.snapshot.sequence
                first = 2 if missed_until == 5 else missed_until - 4
                assert ids(message) == ["c1", *(f"c{end}" for end in range(first, missed_until + 1))]
                assert message.snapshot.interval_seconds == 5
        assert sequences == [5, 10, 15]


async def test_a_slow_interval_is_kept_for_who_was_busy_when_it_was_due() -> None:
    source = TickSource()
    for _ in range(5):
        source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 5) as subscription:
        subscription.take()
        for _ in range(7):
            source.tick()
            hub.publish()
        assert [message.snapshot.sequence for message in decoded(subscription.take())] == [10]


async def test_a_slow_interval_that_was_missed_is_said_before_the_next() -> None:
    source = TickSource()
    for _ in range(5):
        source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 5) as subscription:
        subscription.take()
        for _ in range(12):
            source.tick()
            hub.publish()
        assert subscription.take() == []
        for _ in range(3):
            source.tick(ended=[row(9, end_time=START)])
            hub.publish()
        gap, snapshot = decoded(subscription.take())
        assert (gap.gap.skipped_count, gap.gap.first_sequence, gap.gap.last_sequence) == (2, 10, 15)
        assert snapshot.snapshot.sequence == 20


async def test_who_does_not_take_what_is_due_is_behind_by_so_many_snapshots() -> None:
    source = TickSource([row(1)])
    hub = hub_of(source)
    assert hub.lag(1.0).subscriber_count == 0
    source.tick()
    with hub.subscribe(VIEW, 1) as quick, hub.subscribe(VIEW, 1) as slow, hub.subscribe(VIEW, 10) as seldom:
        for each in (quick, slow, seldom):
            each.take()
        assert hub.lag(2.0).worst_behind_count == 0
        for _ in range(3):
            source.tick()
            hub.publish()
            quick.take()
        lag = hub.lag(2.0)
        assert (lag.stream, lag.subscriber_count) == ("snapshots", 3)
        assert (lag.worst_behind_count, lag.mean_behind_count, lag.worst_lag_seconds) == (3, 1.0, 6.0)
        slow.take()
        assert hub.lag(2.0).worst_lag_seconds == 0.0


async def test_different_views_get_their_own() -> None:
    source = TickSource([row(1), row(2)])
    source.tick()
    hub = hub_of(source)
    only_two = View(filter=Filter(terms=(Term(field=FilterField.PID, values=("2",)),)))
    with hub.subscribe(VIEW, 1) as everything, hub.subscribe(only_two, 1) as some:
        assert ids(decoded(everything.take())[0]) == ["c1", "c2"]
        (message,) = decoded(some.take())
        assert ids(message) == ["c2"]
        assert message.snapshot.omitted.connection_count == 1


async def test_a_view_too_many_is_refused() -> None:
    hub = hub_of(TickSource(), view_limit=1)
    with (
        hub.subscribe(VIEW, 1),
        hub.subscribe(VIEW, 1),
        pytest.raises(Exhausted, match="different views"),
        hub.subscribe(VIEW, 2),
    ):
        ...
    with hub.subscribe(VIEW, 2):
        ...


async def test_a_period_is_held_as_long_as_somebody_wants_it() -> None:
    source = TickSource()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 5):
        with hub.subscribe(VIEW, 5):
            assert source.held_periods == [5]
        assert source.held_periods == [5]
    assert source.held_periods == []


async def test_what_is_missing_for_everybody_is_told_to_everybody_once() -> None:
    source = TickSource()
    hub = hub_of(source)
    hub.announce(Gap(cause=GapCause.STOPPED, since_time=START))
    with hub.subscribe(VIEW, 1) as subscription:
        assert subscription.take() == []
        hub.announce(Gap(cause=GapCause.SUSPENDED, since_time=START, until_time=START + 60))
        assert [message.gap.cause for message in decoded(subscription.take())] == [snapshot_pb2.GAP_CAUSE_SUSPENDED]
        assert subscription.take() == []


async def test_announced_gaps_do_not_pile_up_for_who_does_not_read() -> None:
    hub = hub_of(TickSource())
    with hub.subscribe(VIEW, 1) as subscription:
        for _ in range(1000):
            hub.announce(Gap(cause=GapCause.OVERLOAD, since_time=START))
        assert len(subscription.take()) == 16
        assert subscription.take() == []


async def test_waiting_ends_when_nothing_comes() -> None:
    with hub_of(TickSource()).subscribe(VIEW, 1) as subscription:
        assert await subscription.wait(0.01) is False
        assert not subscription.is_waiting


async def test_the_first_tick_is_awaited_but_not_for_ever() -> None:
    source = TickSource()
    hub = Hub(source, Limits(first_tick_seconds=0.01))
    with pytest.raises(Unavailable, match="no snapshot yet"):
        await hub.wait_for_first_tick()
    source.tick()
    hub.publish()
    assert (await hub.wait_for_first_tick()).sequence == 1


async def test_a_listener_hears_every_tick() -> None:
    source = TickSource()
    hub = hub_of(source)
    with hub.listen() as bell:
        source.tick()
        hub.publish()
        assert bell.is_set()


async def test_a_view_that_cannot_be_composed_does_not_keep_the_tick_from_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = TickSource()
    source.tick()
    hub = hub_of(source)
    with hub.subscribe(VIEW, 1) as subscription:
        subscription.take()
        task = await waiting(subscription)
        source.tick()
        source.failure = RuntimeError("a fault")
        hub.publish()
        assert "a fault" in caplog.text
        assert await task is True
        source.failure = None
        assert [message.snapshot.sequence for message in decoded(subscription.take())] == [2]


async def test_single_calls_of_one_tick_share_their_bytes() -> None:
    source = TickSource([row(1)])
    source.tick()
    hub = hub_of(source)
    assert hub.encode_single(VIEW) is hub.encode_single(VIEW)
    answer = pb.GetSnapshotResponse.FromString(hub.encode_single(VIEW))
    assert [connection.id for connection in answer.snapshot.connections] == ["c1"]
