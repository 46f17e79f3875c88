"""The asyncio client against a real server on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from netmon.model import ConnectionClosed, Event, Filter, MonitoringState, Snapshot, View
from netmon_client import (
    AsyncClient,
    CollectorUnreachable,
    Disconnected,
    FeedItem,
    Hello,
    InvalidRequest,
    NotPermitted,
    Reconnected,
    Stale,
    StreamLost,
    Timing,
    connect_async,
    parse_query,
)
from netmon_client.feed import Heartbeat
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status

SNAPSHOT = a_snapshot([a_connection("owned", process=a_process()), a_connection("other")])
EVENT = Event(sequence=1, time=1.0, kind=ConnectionClosed(connection=SNAPSHOT.connections[0]))
QUICK = Timing(stale_after_seconds=30, reconnect_after_seconds=60, first_retry_seconds=0.02, longest_retry_seconds=0.1)
"""Tries again soon, and takes no pause of a busy machine for silence."""
IMPATIENT = replace(QUICK, stale_after_seconds=0.6, reconnect_after_seconds=3.0)


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(snapshots=[SNAPSHOT], heartbeat_seconds=0.1) as collector:
        yield collector


@pytest.fixture
async def client(fake: FakeCollector) -> AsyncIterator[AsyncClient]:
    async with connect_async(fake.socket, timing=QUICK) as connected:
        yield connected


async def until(items: AsyncIterator[FeedItem], kind: type[FeedItem]) -> list[FeedItem]:
    taken: list[FeedItem] = []
    async for item in items:
        if not isinstance(item, Heartbeat):
            taken.append(item)
        if isinstance(item, kind):
            break
    return taken


async def test_single_calls_are_answered(client: AsyncClient) -> None:
    assert await client.status() == a_status()
    assert await client.snapshot() == SNAPSHOT
    assert [row.id async for row in client.connections()] == ["owned", "other"]
    assert (await client.bandwidth()).samples == ()
    assert (await client.stop()).state is MonitoringState.STOPPED
    assert (await client.start()).changed
    assert await client.clear() == SNAPSHOT.time
    assert (await client.refresh()).process_count == 1
    assert (await client.explain("owned")).connection.id == "owned"
    assert await client.ledger() == ()


async def test_a_restart_is_lived_through_and_told(client: AsyncClient, fake: FakeCollector) -> None:
    items = client.snapshots()
    assert [type(item) for item in await until(items, Snapshot)] == [Hello, Snapshot]
    fake.kill()
    assert [type(item) for item in await until(items, Disconnected)] == [Disconnected]
    fake.restart()
    back, hello = await until(items, Hello)
    assert isinstance(back, Reconnected)
    assert isinstance(hello, Hello)
    assert (back.instance_changed, hello.instance_id) == (True, "instance-2")


async def test_a_silent_collector_is_stale_then_given_up(fake: FakeCollector) -> None:
    async with connect_async(fake.socket, timing=IMPATIENT) as client:
        items = client.snapshots()
        await until(items, Snapshot)
        fake.hang()
        assert [type(item) for item in await until(items, Disconnected)] == [Stale, Disconnected]
        fake.resume()
        assert [type(item) for item in await until(items, Hello)] == [Reconnected, Hello]


async def test_events_come(client: AsyncClient, fake: FakeCollector) -> None:
    items = client.events(parse_query("app:firefox"))
    assert isinstance(await anext(items), Hello)
    fake.publish_event(EVENT)
    assert await until(items, Event) == [EVENT]


async def test_errors_are_those_of_the_other_client(client: AsyncClient, fake: FakeCollector) -> None:
    with pytest.raises(InvalidRequest):
        await client.snapshot(View(filter=Filter(terms=parse_query("x").terms * 33)))
    fake.refuse()
    with pytest.raises(NotPermitted):
        await anext(client.snapshots())
    fake.kill()
    with pytest.raises(CollectorUnreachable, match="nothing listens"):
        await client.status()


async def test_without_reconnecting_a_loss_ends_the_stream(client: AsyncClient, fake: FakeCollector) -> None:
    items = client.snapshots(reconnect=False)
    await until(items, Snapshot)
    fake.kill()
    with pytest.raises(StreamLost):
        await until(items, StreamLost)  # type: ignore[arg-type] -- no item is one: it goes on until the error


async def test_single_calls_come_through_a_restart(client: AsyncClient, fake: FakeCollector) -> None:
    assert (await client.status()).instance_id == "instance-1"
    fake.restart()
    assert (await client.status()).instance_id == "instance-2"


async def test_a_task_that_reads_a_stream_can_be_cancelled(client: AsyncClient) -> None:
    greeted = asyncio.Event()

    async def read() -> None:
        async for _ in client.snapshots():
            greeted.set()

    task = asyncio.create_task(read())
    await greeted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
