"""Who asks for pseudonyms gets them on each way out, and others at the same time do not."""

from pathlib import Path

import pytest

from netmon.model import ConnectionOpened, Filter, FilterField, Term, View
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server.events import EventFeed, EventView
from tests.support.served_collector import served
from tests.support.tick_source import START, TickSource, row
from tests.support.wire import HERE, Machine

REAL = "198.51.100.7"


def test_events_are_redacted_for_those_who_ask_and_filtered_by_what_is_true() -> None:
    source = TickSource()
    feed = EventFeed(source, lambda: START)
    to_it = Filter(terms=(Term(field=FilterField.REMOTE_ADDRESS, values=(REAL,)),))
    plain, redacted = (feed.open(EventView(filter=to_it, redacted=wanted), 0, "run-1") for wanted in (False, True))
    source.tell(ConnectionOpened(connection=row(1)))
    remotes: list[str] = []
    for cursor in (plain, redacted):
        (message,) = tuple(cursor.take() or ())
        batch = pb.StreamEventsResponse.FromString(message).batch
        remotes.append(batch.events[0].opened.connection.remote.address)
    assert remotes[0] == REAL
    assert int(remotes[1].partition(".")[0]) >= 240


@pytest.mark.parametrize("redacted", [False, True])
async def test_all_pages_of_a_listing_are_redacted_where_asked_for(tmp_path: Path, redacted: bool) -> None:
    async with served(tmp_path, TickSource([row(number) for number in range(3)])) as both:
        both.tick()
        request = pb.ListConnectionsRequest(page_size=2, redacted=redacted)
        first = await both.monitor().ListConnections(request)
        request.page_token = first.next_page_token
        last = await both.monitor().ListConnections(request)
        rows = [*first.connections, *last.connections]
        assert len(rows) == 3
        assert {each.remote.address == REAL for each in rows} == {not redacted}


def test_a_view_is_redacted_and_the_next_one_is_not() -> None:
    machine = Machine()
    machine.udp((HERE, 1), (bytes((203, 0, 113, 9)), 53), size=10)
    machine.tick()
    views = [
        machine.monitor.compose(View(redacted=redacted), every=1, since_sequence=None) for redacted in (True, False)
    ]
    addresses = [view.connections[0].remote for view in views]
    assert [str(address).startswith("203.0.113.9") for address in addresses] == [False, True]
    assert views[0].totals == views[1].totals
