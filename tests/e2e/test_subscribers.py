"""What subscribers get who look seldom, or did not look for a while."""

import signal
from collections.abc import Iterable

import pytest

from netmon.model import ConnectionClosed, ConnectionOpened, Event
from netmon_client import FeedItem, Hello
from tests.support.collector_process import collector
from tests.support.process_status import stop
from tests.support.stage import Stage, stage
from tests.support.stream_reader import StreamReader, stream_as_nobody
from tests.support.traffic import MovedFlow, programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CONNECTIONS = 40
LIFE_SECONDS = 0.05


def short_connections(built: Stage, rounds: int) -> list[MovedFlow]:
    """Open, use and close connections that live 50 ms each."""
    with programs() as running:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", CONNECTIONS // rounds, "--upload", 3_000, "--seconds", LIFE_SECONDS)
        flows: list[MovedFlow] = []
        for _ in range(rounds):
            client = running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts)
            flows += client.wait().wait().flows
        return flows


def final_bytes(stream: StreamReader, flows: list[MovedFlow]) -> dict[str, tuple[int, int]]:
    """Give sent and received bytes of those flows that the stream has shown as closed."""
    ends = {flow.local for flow in flows}
    closed = [row for row in stream.rows() if row["local"] in ends and row["end_time"] is not None]
    return {row["local"]: (row["sent_bytes"], row["received_bytes"]) for row in closed}


def test_a_slow_interval_shows_every_connection_that_ended_within_it() -> None:
    with (
        stage() as built,
        collector(built) as _,
        stream_as_nobody(built.socket) as quick,
        stream_as_nobody(built.socket, "-i", "4s") as slow,
    ):
        wait_for(lambda: quick.notes and slow.notes, seconds=30, what="both streams")
        assert slow.notes[0]["interval_seconds"] == 4.0
        flows = short_connections(built, 4)
        for stream in (quick, slow):
            wait_for(lambda: len(final_bytes(stream, flows)) == CONNECTIONS, seconds=75, what="all of them, closed")  # noqa: B023
        # A packet after the end shows a row once more, to each in its own time.
        same = "both show the same"
        wait_for(lambda: final_bytes(slow, flows) == final_bytes(quick, flows), seconds=30, what=same)
        assert all(sent > 3_000 for sent, _ in final_bytes(slow, flows).values())
        assert len(slow.sequences) == 1


def test_a_client_that_was_stopped_for_a_while_misses_no_ended_connection() -> None:
    with stage() as built, collector(built) as process, stream_as_nobody(built.socket) as stream:
        wait_for(lambda: stream.notes, seconds=30, what="the stream")
        stop(stream.process.pid)
        flows = short_connections(built, 4)

        def closed() -> bool:
            with process.client() as client:
                rows = client.connections(closed_within_seconds=60)
                return sum(row.end_time is not None for row in rows) >= CONNECTIONS

        wait_for(closed, seconds=75, what="the collector has seen the end of each")
        stream.process.send_signal(signal.SIGCONT)
        wait_for(lambda: len(final_bytes(stream, flows)) == CONNECTIONS, seconds=30, what="all of them, closed")


def test_events_resume_after_a_sequence_without_a_gap() -> None:
    with stage() as built, collector(built) as process, process.client() as client:
        first = client.events()
        hello = next(first)
        assert isinstance(hello, Hello)
        flows = short_connections(built, 1)
        seen = events_until_opened(first, flows)
        with process.client() as later:
            resumed = later.events(after_sequence=seen[0].sequence, instance_id=hello.instance_id)
            again = events_until_opened(resumed, flows[1:])
        numbers = [event.sequence for event in again]
        assert numbers == list(range(seen[0].sequence + 1, seen[0].sequence + 1 + len(numbers)))
        assert [event for event in again if event.sequence <= seen[-1].sequence] == seen[1 : len(again) + 1]


def events_until_opened(items: Iterable[FeedItem], flows: list[MovedFlow]) -> list[Event]:
    """Read events until each of the flows was opened or closed."""
    missing = {flow.local for flow in flows}
    events: list[Event] = []
    for item in items:
        if isinstance(item, Event):
            events.append(item)
            if isinstance(item.kind, ConnectionOpened | ConnectionClosed):
                missing.discard(str(item.kind.connection.local))
        if not missing:
            return events
    raise AssertionError(f"the stream ended without {missing}")
