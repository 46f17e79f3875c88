"""What the services give a caller who may see their own alone, over a real socket."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from netmon.model import Connection, ConnectionOpened, Filter, FilterField, RowOrder, Term, View
from netmon.serving import Caller, Exhausted, NotFound
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server.events import EventFeed, EventView
from netmon_collector.server.guest_work import GuestWork
from netmon_collector.server.hub import Hub
from netmon_collector.server.limits import Limits
from netmon_collector.server.listing import Listings, Moment, Question
from tests.support.callers import MEMBER, STRANGER, OneCaller
from tests.support.served_collector import error_of, read, served
from tests.support.tick_source import START, TickSource, row


def owned(number: int, uid: int | None) -> Connection:
    made = row(number)
    assert made.process is not None
    return made._replace(facts=replace(made.facts, process=replace(made.process, uid=uid)))


def source() -> TickSource:
    """Give three connections: one of the stranger, one of another user, one of who cannot be told."""
    return TickSource([owned(1, STRANGER.uid), owned(2, 0), owned(3, None)])


def ids(answer: Any) -> list[str]:  # noqa: ANN401 -- any message with rows
    return [connection.id for connection in answer.connections]


NOBODY = Caller(uid=-1, pid=-1, sees_all=False, may_control=False, why="cannot be told")


@pytest.mark.parametrize(("caller", "seen"), [(MEMBER, ["c1", "c2", "c3"]), (STRANGER, ["c1"]), (NOBODY, [])])
async def test_each_answer_is_of_what_the_caller_may_see(tmp_path: Path, caller: Caller, seen: list[str]) -> None:
    async with served(tmp_path, source(), callers=OneCaller(caller)) as both:
        both.tick()
        monitor = both.monitor()
        assert ids((await monitor.GetSnapshot(pb.GetSnapshotRequest())).snapshot) == seen
        stream = monitor.StreamSnapshots(pb.StreamSnapshotsRequest())
        assert ids(await read(stream, "snapshot")) == seen
        both.tick()
        assert ids(await read(stream, "snapshot")) == seen
        listed = await monitor.ListConnections(pb.ListConnectionsRequest())
        assert (ids(listed), listed.total_count) == (seen, len(seen))
        for number in (1, 2, 3):
            call = monitor.ExplainConnection(pb.ExplainConnectionRequest(connection_id=f"c{number}"))
            if f"c{number}" in seen:
                assert (await call).explanation.connection.id == f"c{number}"
            else:
                absent = await error_of(monitor.ExplainConnection(pb.ExplainConnectionRequest(connection_id="c9")))
                assert await error_of(call) == absent
                assert absent[0] is grpc.StatusCode.NOT_FOUND


async def test_views_of_the_same_are_shared_by_those_who_see_the_same(tmp_path: Path) -> None:
    async with served(tmp_path, source(), callers=OneCaller(STRANGER)) as both:
        both.tick()
        streams = [both.monitor().StreamSnapshots(pb.StreamSnapshotsRequest()) for _ in range(3)]
        for stream in streams:
            await read(stream, "snapshot")
        before = both.source.compose_count
        both.tick()
        for stream in streams:
            await read(stream, "snapshot")
        assert both.source.compose_count == before + 1


async def test_a_stranger_holds_only_so_many_views_and_others_are_served_all_the_same(tmp_path: Path) -> None:
    limits = Limits(own_view_limit=2)
    async with served(tmp_path, source(), limits=limits, callers=OneCaller(STRANGER)) as both:
        both.tick()
        monitor = both.monitor()
        streams = [
            monitor.StreamSnapshots(pb.StreamSnapshotsRequest(view=pb.View(row_limit=limit))) for limit in (1, 2)
        ]
        for stream in streams:
            await read(stream, "snapshot")
        code, reason, _ = await error_of(monitor.StreamSnapshots(pb.StreamSnapshotsRequest(view=pb.View(row_limit=3))))
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_VIEWS")
        with both.hub.subscribe(View(row_limit=3), 1) as other:
            assert other.take()


async def test_who_has_taken_too_much_time_gets_signs_of_life_on_streams_and_refusals_of_calls(tmp_path: Path) -> None:
    spent = [0.0]
    async with served(tmp_path, source(), callers=OneCaller(STRANGER)) as both:
        both.hub.work = GuestWork(lambda: 0.0, lambda: spent[-1])
        both.tick()
        monitor = both.monitor()
        stream = monitor.StreamSnapshots(pb.StreamSnapshotsRequest())
        await read(stream, "snapshot")
        with both.hub.work.counted(STRANGER.uid):
            spent.append(10.0)
        composed = both.source.compose_count
        both.tick()
        both.tick()
        await read(stream, "heartbeat")
        for call in (
            monitor.GetSnapshot(pb.GetSnapshotRequest()),
            monitor.ListConnections(pb.ListConnectionsRequest()),
            monitor.GetBandwidthHistory(pb.GetBandwidthHistoryRequest()),
        ):
            code, reason, _ = await error_of(call)
            assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MUCH_WORK")
        assert both.source.compose_count == composed
        assert (await monitor.GetStatus(pb.GetStatusRequest())).status.caller.uid == STRANGER.uid
        with both.hub.subscribe(View(), 1) as other:
            assert other.take()


async def test_a_stranger_holds_only_so_many_intervals() -> None:
    hub = Hub(source(), Limits(own_period_limit=2))
    with ExitStack() as held:
        for every, row_limit in ((1, 0), (5, 0), (5, 1)):
            held.enter_context(hub.subscribe(View(row_limit=row_limit), every, only_uid=7))
        with pytest.raises(Exhausted, match="2 different intervals"), hub.subscribe(View(), 10, only_uid=7):
            ...
        held.enter_context(hub.subscribe(View(), 10, only_uid=8))
        for every in range(1, 10):
            held.enter_context(hub.subscribe(View(), every))


def test_events_are_filtered_after_what_is_not_theirs_is_gone() -> None:
    ticks = source()
    feed = EventFeed(ticks, lambda: START)
    of_root = Filter(terms=(Term(field=FilterField.PID, values=("2",)),))
    cursors = [
        feed.open(EventView(filter=condition, only_uid=uid), 0, "run-1")
        for condition, uid in ((Filter(), None), (Filter(), STRANGER.uid), (of_root, STRANGER.uid))
    ]
    ticks.tell(*(ConnectionOpened(connection=each) for each in ticks.rows))
    sequences: list[list[int]] = []
    for cursor in cursors:
        messages = [pb.StreamEventsResponse.FromString(message) for message in cursor.take() or ()]
        sequences.append([event.sequence for message in messages for event in message.batch.events])
    assert sequences == [[1, 2, 3], [1], []]


async def test_a_page_of_another_users_listing_is_one_that_is_not_there() -> None:
    listings = Listings(Limits())
    rows = tuple(row(number) for number in range(5))
    question = Question(filter=Filter(), order=RowOrder.UNSPECIFIED, closed_within_seconds=0.0, only_uid=7)
    page = listings.begin(question, Moment(rows=rows, sequence=1, time=START), 2)
    for other in (8, None):
        with pytest.raises(NotFound, match="no such listing"):
            listings.go_on(replace(question, only_uid=other), page.next_token, 2)
    assert len(listings.go_on(question, page.next_token, 2).rows) == 2


async def test_a_stranger_takes_no_listings_from_others() -> None:
    listings = Listings(Limits(own_listing_limit=2, listing_limit=4))
    rows = tuple(row(number) for number in range(5))
    moment = Moment(rows=rows, sequence=1, time=START)
    whole = Question(filter=Filter(), order=RowOrder.UNSPECIFIED, closed_within_seconds=0.0)
    first = listings.begin(whole, moment, 2)
    for _ in range(10):
        listings.begin(replace(whole, only_uid=7), moment, 2)
    assert listings.held_count == 3
    assert len(listings.go_on(whole, first.next_token, 2).rows) == 2


async def test_strangers_listings_are_given_up_before_those_of_who_sees_everything() -> None:
    listings = Listings(Limits(own_listing_limit=2, listing_limit=4))
    moment = Moment(rows=tuple(row(number) for number in range(5)), sequence=1, time=START)
    whole = Question(filter=Filter(), order=RowOrder.UNSPECIFIED, closed_within_seconds=0.0)
    first = listings.begin(whole, moment, 2)
    for uid in range(20):
        listings.begin(replace(whole, only_uid=uid), moment, 2)
    assert listings.held_count == 4
    assert len(listings.go_on(whole, first.next_token, 2).rows) == 2


async def test_strangers_leave_views_for_who_sees_everything() -> None:
    hub = Hub(source(), Limits(view_limit=8, own_view_limit=2))
    with ExitStack() as held:
        for uid in range(7):
            held.enter_context(hub.subscribe(View(), 1, only_uid=uid))
        with pytest.raises(Exhausted, match="7 different views"), hub.subscribe(View(), 1, only_uid=99):
            ...
        held.enter_context(hub.subscribe(View(), 1))


async def test_an_explanation_is_redacted_where_asked_for(tmp_path: Path) -> None:
    async with served(tmp_path, source(), callers=OneCaller(STRANGER)) as both:
        both.tick()
        remotes = [
            (
                await both.monitor().ExplainConnection(
                    pb.ExplainConnectionRequest(connection_id="c1", redacted=redacted)
                )
            ).explanation.connection.remote.address
            for redacted in (False, True)
        ]
    assert remotes[0] == "198.51.100.7"
    assert int(remotes[1].partition(".")[0]) >= 240
