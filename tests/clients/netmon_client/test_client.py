"""The client against a real server on a real socket."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    Advice,
    AttemptResult,
    BandwidthSample,
    ConnectionClosed,
    Event,
    Explanation,
    Filter,
    Gap,
    GapCause,
    InterfaceLedger,
    LedgerSums,
    MonitoringState,
    OwnerAttempt,
    Section,
    View,
)
from netmon_client import (
    Bandwidth,
    Client,
    CollectorUnreachable,
    Disconnected,
    FeedItem,
    Hello,
    IncompatibleVersion,
    InvalidRequest,
    NotPermitted,
    Reconnected,
    ServerFault,
    Stale,
    StreamLost,
    Timing,
    connect,
    parse_query,
)
from netmon_client.feed import Heartbeat
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status

OWNED = a_connection("owned", process=a_process(), sent=9000)
UNOWNED = a_connection("unowned", remote="198.51.100.7")
SNAPSHOT = a_snapshot([OWNED, UNOWNED])
QUICK = Timing(stale_after_seconds=30, reconnect_after_seconds=60, first_retry_seconds=0.02, longest_retry_seconds=0.1)
"""Tries again soon, and takes no pause of a busy machine for silence."""
IMPATIENT = replace(QUICK, stale_after_seconds=0.6, reconnect_after_seconds=3.0)


def an_event(sequence: int) -> Event:
    return Event(sequence=sequence, time=SNAPSHOT.time, kind=ConnectionClosed(connection=OWNED))


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    samples = tuple(
        BandwidthSample(time=100.0 + n, interval_seconds=1.0, sent_bytes=n, received_bytes=n, loopback_bytes=0)
        for n in range(10)
    )
    gap = Gap(cause=GapCause.SUSPENDED, since_time=50.0, until_time=60.0)
    bandwidth = Bandwidth(samples=samples, gaps=(gap,))
    with FakeCollector(
        snapshots=[SNAPSHOT], events=[an_event(1), an_event(2)], bandwidth=bandwidth, heartbeat_seconds=0.1
    ) as collector:
        yield collector


@pytest.fixture
def client(fake: FakeCollector) -> Iterator[Client]:
    with connect(fake.socket, timing=QUICK) as connected:
        yield connected


def until(items: Iterator[FeedItem], kind: type[FeedItem]) -> list[FeedItem]:
    """Take items up to the first of a kind; heartbeats left out."""
    taken: list[FeedItem] = []
    for item in items:
        if not isinstance(item, Heartbeat):
            taken.append(item)
        if isinstance(item, kind):
            break
    return taken


def test_single_calls_are_answered(client: Client) -> None:
    assert client.status() == a_status()
    assert client.snapshot() == SNAPSHOT
    assert client.refresh().socket_count == 2
    assert client.clear() == SNAPSHOT.time


def test_a_view_is_sent_along(client: Client) -> None:
    view = View(filter=parse_query("rip:198.51.100.0/24"), sections=frozenset({Section.CONNECTIONS}))
    snapshot = client.snapshot(view)
    assert (snapshot.connections, snapshot.applications) == ((UNOWNED,), ())
    assert (snapshot.omitted.connection_count, snapshot.omitted.traffic) == (1, OWNED.traffic)


def test_monitoring_is_stopped_and_started(client: Client) -> None:
    stopped, again = client.stop(), client.stop()
    assert (stopped.state, stopped.changed, again.changed) == (MonitoringState.STOPPED, True, False)
    assert client.status().monitoring_state is MonitoringState.STOPPED
    assert client.start().changed


def test_bandwidth_comes_with_its_gaps(client: Client) -> None:
    assert len(client.bandwidth().samples) == 10
    assert [sample.sent_bytes for sample in client.bandwidth(2.5).samples] == [7, 8, 9]
    assert client.bandwidth().gaps[0].cause is GapCause.SUSPENDED


def test_all_pages_of_connections_are_read() -> None:
    rows = [a_connection(f"c{number}") for number in range(4500)]
    with FakeCollector(snapshots=[a_snapshot(rows)]) as fake, connect(fake.socket) as client:
        assert [row.id for row in client.connections()] == [row.id for row in rows]
        assert fake.calls == ("ListConnections",) * 3


def test_connections_that_ended_are_listed_where_asked_for() -> None:
    ended = a_connection("ended", end_time=SNAPSHOT.time - 30)
    with FakeCollector(snapshots=[a_snapshot([OWNED, ended])]) as fake, connect(fake.socket) as client:
        assert [row.id for row in client.connections()] == ["owned"]
        assert [row.id for row in client.connections(closed_within_seconds=60.0)] == ["owned", "ended"]
        assert list(client.connections(parse_query("is:closed"), closed_within_seconds=10.0)) == []


def test_a_stream_begins_with_hello_and_the_newest_snapshot(client: Client, fake: FakeCollector) -> None:
    items = client.snapshots(interval_seconds=5.0)
    hello, snapshot = next(items), next(items)
    assert isinstance(hello, Hello)
    assert (hello.interval_seconds, hello.instance_id, snapshot) == (5.0, "instance-1", SNAPSHOT)
    newer = a_snapshot([OWNED], sequence=2)
    gap = Gap(cause=GapCause.SLOW_READER, skipped_count=1)
    fake.publish(gap)
    fake.publish(newer)
    assert until(items, type(newer)) == [gap, newer]


def test_a_restart_is_lived_through_and_told(client: Client, fake: FakeCollector) -> None:
    items = client.snapshots()
    until(items, type(SNAPSHOT))
    fake.kill()
    (lost,) = until(items, Disconnected)
    assert isinstance(lost, Disconnected)
    assert lost.reason.startswith(f"lost the collector at {fake.socket}")
    fake.restart()
    back, hello, snapshot = until(items, type(SNAPSHOT))
    assert isinstance(back, Reconnected)
    assert back.instance_changed
    assert back.after_seconds > 0
    assert isinstance(hello, Hello)
    assert isinstance(snapshot, type(SNAPSHOT))
    assert (hello.instance_id, snapshot.instance_id) == ("instance-2", "instance-2")


def test_a_silent_collector_is_stale_then_given_up_and_found_again(fake: FakeCollector) -> None:
    with connect(fake.socket, timing=IMPATIENT) as client:
        lose_and_find(client, fake)


def lose_and_find(client: Client, fake: FakeCollector) -> None:
    items = client.snapshots()
    until(items, type(SNAPSHOT))
    fake.hang()
    (stale,) = until(items, Stale)
    assert isinstance(stale, Stale)
    assert IMPATIENT.stale_after_seconds <= stale.seconds < IMPATIENT.reconnect_after_seconds
    (lost,) = until(items, Disconnected)
    assert isinstance(lost, Disconnected)
    assert "does not answer" in lost.reason
    fake.resume()
    back, *_ = until(items, Hello)
    assert isinstance(back, Reconnected)
    assert not back.instance_changed


def test_a_client_may_wait_for_its_collector(fake: FakeCollector, client: Client) -> None:
    fake.kill(keep_file=False)
    items = client.snapshots(wait=True)
    (waiting,) = until(items, Disconnected)
    assert isinstance(waiting, Disconnected)
    assert "file not found" in waiting.reason
    fake.start()
    assert isinstance(until(items, Hello)[0], Hello)


def test_without_wait_an_absent_collector_is_an_error(fake: FakeCollector, client: Client) -> None:
    fake.kill()
    for attempt in (client.status, lambda: next(client.snapshots()), lambda: next(client.events())):
        with pytest.raises(CollectorUnreachable, match="nothing listens"):
            attempt()


def test_without_reconnecting_a_loss_ends_the_stream(client: Client, fake: FakeCollector) -> None:
    items = client.snapshots(reconnect=False)
    until(items, type(SNAPSHOT))
    fake.kill()
    with pytest.raises(StreamLost, match="lost the collector"):
        until(items, StreamLost)  # type: ignore[arg-type] -- no item is one: it goes on until the error


def test_single_calls_come_through_a_restart(client: Client, fake: FakeCollector) -> None:
    assert client.status().instance_id == "instance-1"
    fake.restart()
    assert client.status().instance_id == "instance-2"


def test_events_go_on_where_they_ended(client: Client, fake: FakeCollector) -> None:
    items = client.events(after_sequence=1, instance_id="instance-1")
    assert until(items, Event)[-1] == an_event(2)
    fake.kill()
    until(items, Disconnected)
    fake.publish_event(an_event(3))
    fake.start()
    assert until(items, Event)[-1] == an_event(3)
    fake.restart()
    fake.publish_event(an_event(1))
    *_, event = until(items, Event)
    assert event == an_event(1)


def test_events_begin_with_now(client: Client, fake: FakeCollector) -> None:
    items = client.events()
    hello = next(items)
    assert isinstance(hello, Hello)
    assert hello.sequence == 2
    fake.publish_event(an_event(3))
    assert until(items, Event) == [an_event(3)]


def test_a_refusal_says_so(client: Client, fake: FakeCollector) -> None:
    fake.refuse(control_only=True)
    assert client.status()
    with pytest.raises(NotPermitted, match="not for this user") as caught:
        client.stop()
    assert caught.value.reason == "NOT_PERMITTED"
    fake.refuse()
    with pytest.raises(NotPermitted):
        next(client.snapshots(wait=True))


def test_a_fault_carries_its_id(client: Client, fake: FakeCollector) -> None:
    fake.fail()
    with pytest.raises(ServerFault) as caught:
        client.status()
    assert (caught.value.fault_id, caught.value.reason) == ("f4c3b00c", "INTERNAL")


def test_a_request_that_is_refused_is_told(client: Client) -> None:
    too_many = Filter(terms=parse_query("x").terms * 33)
    with pytest.raises(InvalidRequest, match="terms: more than 32"):
        client.snapshot(View(filter=too_many))
    with pytest.raises(InvalidRequest):
        next(client.snapshots(View(filter=too_many), wait=True))


def test_another_version_is_told(client: Client, fake: FakeCollector) -> None:
    fake.kill()
    fake.start(other_version=True)
    with pytest.raises(IncompatibleVersion):
        client.status()
    with pytest.raises(IncompatibleVersion):
        next(client.snapshots(wait=True))


def test_a_collector_that_hangs_is_given_up_in_time(fake: FakeCollector) -> None:
    fake.hang()
    with connect(fake.socket, timeout=0.3) as client:
        with pytest.raises(CollectorUnreachable, match=r"within 0\.3 s"):
            client.status()
        with pytest.raises(CollectorUnreachable, match="does not answer"):
            next(client.snapshots())


def test_closing_ends_streams_that_wait(client: Client) -> None:
    items = client.snapshots()
    first = next(items)
    ended = threading.Event()

    def read() -> None:
        for _ in items:
            pass
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    client.close()
    reader.join()
    assert isinstance(first, Hello)
    assert ended.is_set()
    assert list(client.snapshots()) == []


def test_a_stream_that_is_left_lets_go_of_its_thread(client: Client) -> None:
    items = client.snapshots()
    next(items)
    assert [thread for thread in threading.enumerate() if thread.name == "netmon-stream"]
    items.close()  # type: ignore[attr-defined] -- a generator, which the Iterator does not say
    assert not [thread for thread in threading.enumerate() if thread.name == "netmon-stream"]


def test_a_program_that_ends_in_the_middle_of_a_stream_ends(fake: FakeCollector) -> None:
    fake.publish(a_snapshot())
    script = f"import netmon_client; it = netmon_client.connect({str(fake.socket)!r}).snapshots(); next(it); next(it)"
    for _ in range(4):
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_the_socket_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch, fake: FakeCollector) -> None:
    monkeypatch.setenv("NETMON_SOCKET", fake.socket)
    with connect() as client:
        assert client.socket == fake.socket
        assert client.status()


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("netmon_client", {"grpc", "google.protobuf", "netmon.model"}),
        ("netmon_client.query", {"grpc", "google.protobuf"}),
        ("netmon_client.units", {"grpc", "google.protobuf", "netmon.model"}),
        ("netmon_client.aggregate", {"grpc", "google.protobuf"}),
        ("netmon_client.lines", {"grpc"}),
        ("netmon_client.client", {"netmon.model.history", "netmon.codec.history", "netmon.v1.history_service_pb2"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(module: str, unwanted: set[str]) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not unwanted & set(loaded)


def test_every_public_name_can_be_had() -> None:
    import netmon_client  # noqa: PLC0415 -- the module itself is what is looked at

    assert {name for name in netmon_client.__all__ if getattr(netmon_client, name) is None} == set()
    assert set(netmon_client.__all__) <= set(dir(netmon_client))
    assert not hasattr(netmon_client, "nonsense")
    assert Path(netmon_client.__file__).parent.name == "netmon_client"


def test_a_connection_is_explained_and_an_unknown_one_is_refused(client: Client, fake: FakeCollector) -> None:
    attempt = OwnerAttempt(first_time=1.0, last_time=2.0, count=3, way="ebpf", result=AttemptResult.FOUND)
    told = Explanation(connection=UNOWNED, attempts=(attempt,), advice=(Advice(text="Start it as root."),))
    fake.set_explanation(told)
    assert client.explain("unowned") == told
    assert client.explain("owned").connection == OWNED
    with pytest.raises(InvalidRequest) as refused:
        client.explain("nothing")
    assert refused.value.reason == "NO_SUCH_CONNECTION"


def test_the_ledger_is_that_of_the_status() -> None:
    ledger = InterfaceLedger(name="eth0", total=LedgerSums(system_bytes=9), since_time=5.0)
    with (
        FakeCollector(status=replace(a_status(), ledger=(ledger,))) as collector,
        connect(collector.socket) as connected,
    ):
        assert connected.ledger() == (ledger,)
        assert connected.status().ledger == (ledger,)
