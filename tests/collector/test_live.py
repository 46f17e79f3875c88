"""The machine itself as a source: in a namespace of its own, and with listings that fail."""

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.model import CaptureState, Connection, OwnerWay, Snapshot
from netmon_collector import clock, live
from netmon_collector.capture.recording import Recorder
from netmon_collector.config import Settings
from netmon_collector.core.interfaces import InterfaceFacts
from netmon_collector.host.listers import FinderChoice, open_owner_finder, open_socket_lister
from netmon_collector.live import LiveSource
from netmon_collector.source import CaptureRefused
from tests.support.descriptors import open_descriptors
from tests.support.eventually import eventually
from tests.support.live_sources import NOTHING, PlannedLister, opened, running, tick
from tests.support.namespaces import Namespace, namespace, needs_root
from tests.support.replays import replay_of


def owner_codes(source: LiveSource) -> list[str]:
    return [one.code for one in source.degraded() if one.code.startswith("owners.")]


# With planned listings, for any user.


async def test_a_first_listing_comes_at_once_and_its_sockets_are_rows() -> None:
    lister = PlannedLister()
    async with running(opened(NOTHING, lister)) as source:
        await eventually(lambda: source.owner_ways()[-1].scan_count == 1, what="the first listing")
        (row,) = tick(source).connections
        assert row.process == lister.owner
    kernel, holding, way = source.owner_ways()
    assert holding == lister.holder_ways[0]
    assert (kernel.name, kernel.in_use, kernel.reason) == ("ebpf", False, "not asked for")
    assert (way.name, way.in_use) == ("planned", True)
    assert way.last_scan_seconds >= 0
    assert way.scan_interval_seconds >= 2.0


async def test_refresh_looks_anew_without_caches_and_gives_counts() -> None:
    lister = PlannedLister()
    async with running(opened(NOTHING, lister)) as source:
        await eventually(lambda: lister.listing_count == 1, what="the first listing")
        assert await source.refresh() == (1, 1, 0)
    assert (lister.listing_count, lister.forgotten_count) == (2, 1)


async def test_refresh_forgets_nothing_while_a_listing_is_under_way() -> None:
    lister = PlannedLister()
    lister.holds.clear()
    async with running(opened(NOTHING, lister)) as source:
        await eventually(lambda: lister.is_listing, what="the first listing")
        refreshed = asyncio.create_task(source.refresh())
        await asyncio.wait({refreshed}, timeout=0.5)
        assert not refreshed.done()
        lister.holds.set()
        assert await refreshed == (1, 1, 0)
    assert (lister.listing_count, lister.forgotten_count) == (2, 1)


async def test_a_listing_that_fails_is_told_without_names_and_a_later_one_mends_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lister = PlannedLister()
    lister.error = OSError(errno.EMFILE, "Too many open files", "/proc/4711/fd/secret")
    async with running(opened(NOTHING, lister)) as source:
        await eventually(lambda: lister.listing_count and source.degraded()[1:], what="the failure")
        failed = next(one for one in source.degraded() if one.code == "owners.failed")
        assert "Too many open files" in failed.text
        for _ in range(3):
            await source.refresh()
        assert caplog.text.count("Too many open files") == 1
        lister.error = None
        await source.refresh()
        assert owner_codes(source) == ["owners.listing"]
    assert "secret" not in caplog.text + failed.text
    assert "4711" not in caplog.text


async def test_interfaces_that_cannot_be_listed_are_told_once_and_again_when_they_can(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> tuple[InterfaceFacts, ...]:
        raise OSError(errno.ENOBUFS, "No buffer space available")

    async with running(opened(NOTHING, PlannedLister())) as source:
        with monkeypatch.context() as patched:
            patched.setattr(live, "list_interfaces", refuse)
            for _ in range(3):
                await source.refresh()
            [told] = [one for one in source.degraded() if one.code == "capture.interfaces"]
        assert told.text == "Interfaces cannot be listed: No buffer space available."
        assert caplog.text.count("No buffer space available") == 1
        await source.refresh()
        assert "capture.interfaces" not in {one.code for one in source.degraded()}


async def test_why_owners_are_only_listed_is_said_with_what_would_help() -> None:
    choice = FinderChoice(None, "left out by --owners psutil", "netmon-collector --owners auto uses it.")
    async with running(opened(NOTHING, PlannedLister(), choice=choice)) as source:
        [listing] = [one for one in source.degraded() if one.code == "owners.listing"]
        assert (choice.reason in listing.text, listing.remedy) == (True, choice.remedy)
        assert source.owner_ways()[0] == OwnerWay(name="ebpf", in_use=False, reason=choice.reason)


async def test_that_owners_are_looked_up_without_ebpf_is_said_with_what_would_help() -> None:
    choice = open_owner_finder("lookups")
    async with running(opened(NOTHING, PlannedLister(), choice=choice)) as source:
        assert owner_codes(source) == ["owners.lookup"]
        [lookup] = [one for one in source.degraded() if one.code == "owners.lookup"]
        assert (choice.reason in lookup.text, lookup.remedy) == (True, choice.remedy)
        kernel, traced, way, *_ = source.owner_ways()
        assert kernel == OwnerWay(name="ebpf", in_use=False, reason=choice.reason)
        assert traced == OwnerWay(name="tracepoints", in_use=False, reason=choice.untraced_reason)
        assert (way.name, way.in_use) == ("sockdiag", True)
        assert "milliseconds" in way.reason


async def test_who_cannot_see_other_users_processes_is_told_so() -> None:
    lister = PlannedLister()
    lister.sees_all_users = False
    async with running(opened(NOTHING, lister)) as source:
        await source.refresh()
        assert owner_codes(source) == ["owners.listing", "owners.privilege"]


async def test_while_it_is_stopped_nothing_is_listed_until_it_starts_again() -> None:
    lister = PlannedLister()
    source = opened(NOTHING, lister)
    source.stop()
    async with running(source):
        await source._follow_links_once()
        assert lister.listing_count == 0
        source.start()
        await eventually(lambda: lister.listing_count, what="a listing")


async def test_what_is_left_to_do_when_it_stops_does_not_keep_it_busy() -> None:
    lister = PlannedLister()
    async with running(opened(NOTHING, lister)) as source:
        await eventually(lambda: lister.listing_count == 1, what="the first listing")
        source.stop()
        source._schedule.force()
        source._wanted.set()  # as a packet does that came right before
        cpu_before = clock.thread_cpu()
        async with asyncio.timeout(30):
            for _ in range(5):
                await asyncio.sleep(0.02)
        assert clock.thread_cpu() - cpu_before < 0.09
        source.start()
        await eventually(lambda: lister.listing_count == 2, what="a listing after the start")


async def test_closed_it_leaves_no_descriptor_open() -> None:
    before = open_descriptors()
    for _ in range(5):
        async with running(opened(NOTHING, PlannedLister())) as source:
            await source.refresh()
    assert open_descriptors() <= before


@pytest.mark.parametrize("turns", range(5))
async def test_what_happens_in_the_very_moment_of_its_end_does_not_hold_it_up(turns: int) -> None:
    lister = PlannedLister()
    source = opened(NOTHING, lister)
    await source.open()
    task = asyncio.create_task(source.run())
    await eventually(lambda: source.owner_ways()[-1].scan_count, what="the first listing")
    source._wanted.set()
    source._links_changed.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=30)
    source.close()
    assert done == {task}
    assert task.cancelled()


# On a real loopback.


@pytest.fixture
def own_namespace() -> Generator[Namespace]:
    with namespace("nmlive") as made, made.entered():
        yield made


def datagrams(count: int) -> tuple[socket.socket, socket.socket]:
    """Send datagrams of 72 bytes from one socket to another on loopback; give both, still open."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    for _ in range(count):
        sender.send(bytes(72))
    return sender, receiver


def row_of(snapshot: Snapshot, held: socket.socket) -> Connection | None:
    port = held.getsockname()[1]
    rows = [row for row in snapshot.connections if row.remote and row.local and row.local.port == port]
    return rows[0] if rows else None


@needs_root
@pytest.mark.root
async def test_it_counts_real_packets_and_names_their_process(own_namespace: Namespace) -> None:
    async with running(opened(Settings(), open_socket_lister())) as source:
        sender, receiver = datagrams(10)
        with sender, receiver:

            def ends() -> list[tuple[int, int, int | None]]:
                snapshot = tick(source)
                rows = [row for row in (row_of(snapshot, sender), row_of(snapshot, receiver)) if row is not None]
                return [
                    (row.traffic.sent_bytes, row.traffic.received_bytes, row.process and row.process.pid)
                    for row in rows
                ]

            pid = os.getpid()
            expected = [(1_000, 0, pid), (0, 1_000, pid)]
            await eventually(lambda: ends() == expected, what="both ends with all bytes and their owner")
        states = {one.name: one for one in source.interfaces()}
        assert states["lo"].state is CaptureState.CAPTURING
        snapshot = tick(source)
        assert snapshot.drops.kernel_dropped_packets == 0
        assert snapshot.drops.received_packets >= 10


@needs_root
@pytest.mark.root
async def test_stopped_it_closes_its_captures_and_started_it_opens_them_again(own_namespace: Namespace) -> None:
    def capturing() -> bool:
        return any(one.state is CaptureState.CAPTURING for one in source.interfaces())

    async with running(opened(Settings(), PlannedLister())) as source:
        assert capturing()
        source.stop()
        assert not capturing()
        first = datagrams(5)
        source.start()
        await eventually(capturing, what="capture on loopback")
        second = datagrams(3)
        await eventually(lambda: tick(source).totals.sent_packets >= 3, what="the packets after the start")
        snapshot = tick(source)
        assert row_of(snapshot, second[0])
        assert snapshot.totals.sent_packets == 3
        for held in (*first, *second):
            held.close()


@needs_root
@pytest.mark.root
async def test_the_systems_counters_are_held_against_what_was_captured_from_its_opening_on(
    own_namespace: Namespace,
) -> None:
    earlier = datagrams(4)
    async with running(opened(Settings(), PlannedLister())) as source:
        held = datagrams(10)

        def account() -> tuple[int | None, int | None, int]:
            tick(source)
            sums = next(one.total for one in source.monitor.interface_ledgers if one.name == "lo")
            return sums.system_bytes, sums.system_packets, sums.difference_bytes

        await eventually(lambda: account() == (2_000, 20, 0), what="both sides of ten datagrams, sent and received")
        source.stop()
        unseen = datagrams(5)
        source.start()
        await eventually(
            lambda: any(one.state is CaptureState.CAPTURING for one in source.interfaces()), what="capture on loopback"
        )
        seen = datagrams(1)
        await eventually(lambda: account() == (2_200, 22, 0), what="what passed while it was stopped left out")
        for one in (*earlier, *held, *unseen, *seen):
            one.close()


@needs_root
@pytest.mark.root
async def test_an_interface_that_comes_later_is_captured(own_namespace: Namespace) -> None:
    async with running(opened(Settings(), PlannedLister())) as source:
        own_namespace.ip("link", "add", "late0", "type", "veth", "peer", "name", "late1")
        own_namespace.ip("address", "add", "192.0.2.77/24", "dev", "late0")
        own_namespace.ip("link", "set", "late1", "up")
        own_namespace.ip("link", "set", "late0", "up")

        def state() -> CaptureState | None:
            return {one.name: one.state for one in source.interfaces()}.get("late0")

        await eventually(lambda: state() is CaptureState.CAPTURING, what="capture on the new interface")
        own_namespace.ip("link", "delete", "late0")
        await eventually(lambda: state() is None, what="the interface is gone")


@needs_root
@pytest.mark.root
async def test_what_it_recorded_plays_with_the_same_packets_and_owners(
    own_namespace: Namespace, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path / "run", now=clock.wall_time(), limit_bytes=1 << 20)
    async with running(opened(Settings(), open_socket_lister(), recorder)) as source:
        await eventually(lambda: source.owner_ways()[-1].scan_count, what="a listing")
        sender, receiver = datagrams(7)
        with sender, receiver:
            await eventually(lambda: tick(source).totals.sent_packets == 7, what="seven packets")
    replay = replay_of(tmp_path / "run")
    kinds = {type(recorded.item).__name__ for recorded in replay.items()}
    assert kinds == {"LocalNetwork", "HostsFact", "Processes", "SocketScan", "Batch"}


@needs_root
@pytest.mark.root
async def test_a_user_without_the_right_is_refused_when_it_opens(own_namespace: Namespace) -> None:
    # Only the thread of this test changes its user, and only its effective one: capabilities go with it.
    os.seteuid(65534)
    try:
        source = opened(Settings(), PlannedLister())
        try:
            with pytest.raises(CaptureRefused):
                await source.open()
        finally:
            source.close()
    finally:
        os.seteuid(0)


@pytest.mark.root
@needs_root
@pytest.mark.parametrize("with_names", [True, False])
async def test_names_handles_are_open_unless_names_are_switched_off(
    own_namespace: Namespace, *, with_names: bool
) -> None:
    async with running(opened(Settings(with_names=with_names), PlannedLister())) as source:
        tick(source)
        states = {state.name: state.state for state in source._naming._capture.states()}
        status = source.monitor.naming.status()
    assert states == ({"lo": CaptureState.CAPTURING} if with_names else {})
    assert (status.is_on, status.reason) == (with_names, "" if with_names else "left out by --no-names")
