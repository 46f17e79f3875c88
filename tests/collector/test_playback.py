"""A recording as a source."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from netmon.model import (
    CaptureState,
    Connection,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    PacketSource,
    Process,
    Protocol,
    Snapshot,
    UnattributedReason,
)
from netmon.program_settings import SettingsError
from netmon_collector import clock
from netmon_collector.capture.recording_files import find_files
from netmon_collector.capture.sidecar import Processes
from netmon_collector.capture.told_owners import ToldOwner, ToldOwners
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import HostsFact, HostsRow
from netmon_collector.core.naming import NameSettings
from netmon_collector.core.sockets import SocketScan
from netmon_collector.naming import name_settings
from netmon_collector.playback import Playback
from netmon_collector.source import SomethingMissing
from tests.support import name_frames as name_packets
from tests.support import name_messages as make
from tests.support.eventually import eventually
from tests.support.pcap_files import ENDS, OWNER, datagram, write_pcap, write_sidecar
from tests.support.wire import LOCAL_MAC, NETWORK, PEER, START, process, udp_row

INTERVAL = 1.0


@pytest.fixture
def pcap(tmp_path: Path) -> Path:
    """Three datagrams of 100 bytes within 150 ms, and an answer."""
    return write_pcap(
        tmp_path / "eth0.pcap",
        [(0.0, datagram()), (0.05, datagram()), (0.1, datagram()), (0.15, datagram(is_sent=False))],
    )


def opened(path: Path, *, is_paced: bool = False, is_looped: bool = False) -> Playback:
    return Playback(find_files(path), is_paced=is_paced, is_looped=is_looped, interval_seconds=INTERVAL)


@asynccontextmanager
async def played(playback: Playback) -> AsyncGenerator["asyncio.Task[None]"]:
    await playback.open()
    task = asyncio.create_task(playback.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        playback.close()


def tick(playback: Playback) -> Snapshot:
    playback.before_tick()
    return playback.monitor.tick(playback.now(), playback.wall_time())


def moved(playback: Playback) -> int:
    return tick(playback).totals.sent_packets + tick(playback).totals.received_packets


@pytest.mark.parametrize("is_paced", [True, False])
async def test_all_packets_are_counted_at_their_own_pace_and_at_once(pcap: Path, is_paced: bool) -> None:
    write_sidecar(pcap)
    playback = opened(pcap, is_paced=is_paced)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    snapshot = tick(playback)
    assert (snapshot.totals.sent_bytes, snapshot.totals.received_bytes) == (300, 100)
    assert snapshot.packet_source is PacketSource.RECORDING


async def test_paced_packets_come_no_sooner_than_they_did(pcap: Path) -> None:
    begun = clock.monotonic()  # The recording's first moment is when it is opened.
    playback = opened(pcap, is_paced=True)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    assert clock.monotonic() - begun >= 0.15


async def test_what_is_played_at_once_makes_a_tick_whenever_the_recordings_time_says(tmp_path: Path) -> None:
    path = write_pcap(tmp_path / "eth0.pcap", [(second, datagram()) for second in range(0, 3_600, 60)])
    write_sidecar(path)
    playback = opened(path)
    seen: list[Snapshot] = []
    playback.tick = lambda: seen.append(tick(playback))
    begun = clock.monotonic()
    async with played(playback):
        await eventually(lambda: seen and seen[-1].totals.sent_packets == 60, what="all packets")
    assert clock.monotonic() - begun < 10.0
    assert len(seen) >= 3_540
    assert seen[100].time == pytest.approx(START + 101, abs=0.5)  # pyright: ignore[reportUnknownMemberType]
    assert all(0 < one.interval_seconds < 1.5 for one in seen[:-1])


async def test_a_sidecar_says_who_owned_what(pcap: Path) -> None:
    write_sidecar(pcap)
    playback = opened(pcap)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    (row,) = tick(playback).connections
    assert row.process == OWNER
    assert row.traffic.sent_bytes == 300
    (way,) = playback.owner_ways()
    assert (way.name, way.in_use, way.scan_count) == ("recording", True, 1)
    assert playback.degraded() == ()


async def test_without_a_sidecar_there_are_no_owners_and_that_is_said(pcap: Path) -> None:
    playback = opened(pcap)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    (row,) = tick(playback).connections
    assert row.facts.unattributed_reason is UnattributedReason.NO_LOOKUP
    assert row.facts.direction is not Direction.FORWARDED
    (way,) = playback.owner_ways()
    assert not way.in_use
    assert "sidecar" in way.reason
    assert {one.code for one in playback.degraded()} == {"recording.no_owners", "recording.guessed_addresses"}


async def test_a_loop_plays_it_again_and_again_and_time_goes_on(pcap: Path) -> None:
    write_sidecar(pcap)
    playback = opened(pcap, is_paced=True, is_looped=True)
    async with played(playback):
        await eventually(lambda: moved(playback) >= 6, what="the second round")
    snapshot = tick(playback)
    assert snapshot.time > START + 1.0
    assert {row.process for row in snapshot.connections if row.end_time is None} == {OWNER}


async def test_what_is_played_while_monitoring_is_stopped_is_not_counted_and_owners_are_followed(
    tmp_path: Path,
) -> None:
    path = write_pcap(tmp_path / "eth0.pcap", [(0.0, datagram())])
    scan = SocketScan(rows=(udp_row(*ENDS, OWNER),), start_time=START)
    write_sidecar(path, [(0.0, NETWORK), (0.0, Processes(rows=(OWNER,))), (0.1, scan)])
    playback = opened(path)
    playback.stop()
    async with played(playback):
        await eventually(lambda: tick(playback).connections, what="the socket's row")
    assert tick(playback).totals.sent_packets == 0


async def test_its_interfaces_are_those_that_showed_packets(pcap: Path) -> None:
    playback = opened(pcap)
    assert playback.interfaces() == ()
    assert await playback.refresh() == (0, 0, 0)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    (interface,) = playback.interfaces()
    assert (interface.name, interface.state) == ("eth0", CaptureState.CAPTURING)
    assert interface.last_packet_time is not None
    assert await playback.refresh() == (1, 0, 1)


async def test_it_begins_when_the_recording_began(pcap: Path) -> None:
    assert opened(pcap).wall_time() == pytest.approx(START, abs=1.0)  # pyright: ignore[reportUnknownMemberType]


async def test_an_empty_capture_file_is_played_as_silence(tmp_path: Path) -> None:
    playback = opened(write_pcap(tmp_path / "eth0.pcap", []))
    async with played(playback) as task:
        assert tick(playback).connections == ()
        assert not task.done()


@pytest.mark.parametrize("is_paced", [True, False])
async def test_a_damaged_sidecar_ends_it_with_the_line(pcap: Path, is_paced: bool) -> None:
    with write_sidecar(pcap).open("a") as file:
        file.write("{nonsense\n")
    playback = opened(pcap, is_paced=is_paced)
    with pytest.raises(SettingsError, match="line 5"):
        await asyncio.wait_for(playback.run(), 10)


@pytest.fixture
def vanished(pcap: Path) -> Playback:
    """Open a recording that is played in a loop, and remove the file."""
    write_sidecar(pcap)
    playback = opened(pcap, is_looped=True, is_paced=True)
    pcap.unlink()
    return playback


async def test_a_file_that_vanishes_between_two_rounds_ends_it_by_name(vanished: Playback) -> None:
    with pytest.raises(SomethingMissing, match="cannot be read"):
        await asyncio.wait_for(vanished.run(), 10)


def test_a_file_that_is_missing_or_is_no_capture_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        opened(tmp_path / "none.pcap")
    text = tmp_path / "text.pcap"
    text.write_text("not a capture")
    with pytest.raises(ValueError, match=r"."):
        opened(text)


def told(owner: Process, *, time: float = 0.0, is_final: bool = False) -> ToldOwners:
    """Whose the connection between ``ENDS`` was that began ``time`` after ``START``."""
    row = ToldOwner(
        key=FlowKey(Protocol.UDP, 17, *ENDS[0], *ENDS[1]),
        start_time=START + time,
        process_id=owner.id,
        method=OwnerMethod.USER,
        confidence=OwnerConfidence.CERTAIN,
        is_final=is_final,
    )
    return ToldOwners(rows=(row,), processes=(owner,))


async def test_owners_that_were_told_while_recording_are_told_again(pcap: Path) -> None:
    write_sidecar(pcap, [(0.0, NETWORK), (0.01, told(OWNER))])
    playback = opened(pcap)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    [row] = tick(playback).connections
    assert (row.process, row.facts.owner_method) == (OWNER, OwnerMethod.USER)


async def test_the_last_word_of_a_recording_corrects_what_was_told_first(pcap: Path) -> None:
    other = process(11, "wget")
    write_sidecar(pcap, [(0.0, NETWORK), (0.01, told(OWNER)), (0.2, told(other, is_final=True))])
    playback = opened(pcap)
    seen: list[Connection] = []

    def is_the_others() -> bool:
        seen[:] = tick(playback).connections
        return [row.process for row in seen] == [other]

    async with played(playback):
        await eventually(is_the_others, what="the last word")
    assert seen[0].facts.holders == (OWNER,)
    assert (seen[0].end_time or 0.0) > START + 0.14, "with its socket, and not before its last packet"


async def test_an_owner_of_another_connection_on_the_same_ends_is_left_out(pcap: Path) -> None:
    write_sidecar(pcap, [(0.0, NETWORK), (0.01, told(OWNER, time=-30.0))])
    playback = opened(pcap)
    async with played(playback):
        await eventually(lambda: moved(playback) == 4, what="four packets")
    assert tick(playback).connections[0].process is None


async def test_a_looped_recording_tells_its_owners_in_each_round(pcap: Path) -> None:
    write_sidecar(pcap, [(0.0, NETWORK), (0.01, told(OWNER))])
    playback = opened(pcap, is_looped=True, is_paced=True)
    async with played(playback):
        await eventually(lambda: moved(playback) > 8, what="a third round")
    assert {row.process for row in tick(playback).connections} == {OWNER}


OFF = name_settings(off_because="left out by --no-names")


def name_frames() -> list[tuple[float, bytes]]:
    """A question, its answer, and a ClientHello for another name to the address that was answered."""
    hello = make.in_records(make.named_hello("www.example.org"))
    return [
        (0.1, sent(name_packets.asked(name_packets.query("dns.example.org")))),
        (0.2, name_packets.answered(name_packets.answer("dns.example.org", make.record("dns.example.org", 1, PEER)))),
        (0.3, sent(name_packets.segment(name_packets.HERE, 40_000, PEER, 443, hello))),
        (0.4, sent(name_packets.segment(name_packets.HERE, 40_001, PEER, 80, b"GET"))),
    ]


def sent(frame: bytes) -> bytes:
    """Give a frame as one of this machine's interfaces sends it."""
    return frame[:6] + LOCAL_MAC + frame[12:]


async def domains_of(path: Path, packet_count: int, names: NameSettings | None = None) -> dict[int, str]:
    playback = Playback(find_files(path), is_paced=False, is_looped=False, interval_seconds=INTERVAL, names=names)
    async with played(playback):
        await eventually(lambda: moved(playback) == packet_count, what="all packets")
        rows = tick(playback).connections
    return {row.facts.remote.port or 0: row.facts.domain for row in rows if row.facts.remote and row.facts.domain}


async def test_a_capture_file_names_its_connections_by_itself(tmp_path: Path) -> None:
    path = write_pcap(tmp_path / "eth0.pcap", name_frames())
    write_sidecar(path)
    assert await domains_of(path, 4) == {443: "www.example.org", 80: "dns.example.org"}


async def test_with_names_switched_off_it_names_nothing(tmp_path: Path) -> None:
    path = write_pcap(tmp_path / "eth0.pcap", name_frames())
    write_sidecar(path)
    assert await domains_of(path, 4, OFF) == {}


async def test_a_recorded_hosts_file_names_what_nothing_else_does(tmp_path: Path) -> None:
    path = write_pcap(tmp_path / "eth0.pcap", [(0.5, datagram())])
    fact = HostsFact(time=START, rows=(HostsRow(address=PEER, names=("nas.example",)),))
    write_sidecar(path, [(0.0, NETWORK), (0.0, fact)])
    assert await domains_of(path, 1) == {443: "nas.example"}
    assert await domains_of(path, 1, OFF) == {}
