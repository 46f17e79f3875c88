"""The state of a run, as somebody sees it who asks."""

import os
from pathlib import Path

import pytest

from netmon import __version__
from netmon.model import Caller, Drops, MonitoringState, PacketSource, ServiceLimits
from netmon_collector import clock
from netmon_collector.capture.recording_files import find_files
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.sockets import SocketScan
from netmon_collector.playback import Playback
from netmon_collector.status_board import StatusBoard
from tests.support.frames import batch
from tests.support.pcap_files import ENDS, OWNER, datagram, write_pcap
from tests.support.wire import NETWORK, START, tcp_row, udp_row

CALLER = Caller(uid=1000, may_control=True)


@pytest.fixture
def source(tmp_path: Path) -> Playback:
    path = write_pcap(tmp_path / "eth0.pcap", [(0.0, datagram())])
    return Playback(find_files(path), is_paced=True, is_looped=False, interval_seconds=2.0)


def test_before_the_first_tick_there_is_a_state_without_figures(source: Playback) -> None:
    status = StatusBoard(source, 2.0).status(CALLER, 3)
    assert status.version == __version__
    assert status.instance_id == source.monitor.instance_id
    assert status.monitoring_state is MonitoringState.RUNNING
    assert status.packet_source is PacketSource.RECORDING
    assert status.interval_seconds == 2.0
    assert (status.active_connection_count, status.tracked_connection_count) == (0, 0)
    assert status.tracked_connection_limit == source.monitor.tracked_limit > 0
    assert (status.drops, status.attributed_share) == (Drops(), None)
    assert (status.caller, status.subscriber_count) == (CALLER, 3)


def test_it_says_what_the_last_tick_found(source: Playback) -> None:
    monitor = source.monitor
    monitor.add_network(NETWORK)
    monitor.add_batch(batch([datagram()], interface="eth0"))
    monitor.add_processes((OWNER,), source.now())
    rows = (udp_row(*ENDS, OWNER), tcp_row((bytes(4), 22), None, OWNER))
    monitor.add_sockets(SocketScan(rows=rows, start_time=START), source.now())
    monitor.add_capture_counts(
        [CaptureCounts(interface="eth0", received_packets=5, kernel_dropped_packets=2, interface_dropped_packets=1)]
    )
    monitor.tick(source.now(), source.wall_time())
    status = StatusBoard(source, 2.0).status(CALLER, 0)
    assert (status.active_connection_count, status.listening_count, status.tracked_connection_count) == (1, 1, 2)
    assert status.attributed_share == 1.0
    assert (status.drops.received_packets, status.drops.kernel_dropped_packets) == (5, 2)
    assert status.owner_ways == source.owner_ways()
    assert status.degraded == source.degraded()


def test_interfaces_have_the_time_of_the_last_packet_that_was_counted(source: Playback) -> None:
    frames = batch([datagram()], interface="eth0", first_time=1_234)
    source.monitor.add_batch(frames)
    source._interfaces["eth0"] = 0.0
    source._interfaces["silent"] = 0.0
    rows = {row.name: row.last_packet_time for row in StatusBoard(source, 1.0).status(CALLER, 0).interfaces}
    assert rows == {"eth0": 1_234.5, "silent": None}


def test_uptime_and_own_resources_are_the_process_own(source: Playback) -> None:
    before = clock.wall_time()
    board = StatusBoard(source, 1.0)
    first, second = board.status(CALLER, 0), board.status(CALLER, 0)
    assert before <= first.start_time <= clock.wall_time()
    assert 0 <= first.uptime_seconds <= second.uptime_seconds < 60
    assert first.pids == (os.getpid(),)
    assert first.resident_bytes > 1_000_000
    assert 0 < first.cpu_seconds <= second.cpu_seconds


def test_what_waits_and_what_is_served_is_told(source: Playback) -> None:
    limits = ServiceLimits(connection_count=3, connection_limit=10)
    status = StatusBoard(source, 1.0, limits=lambda: limits).status(CALLER, 0)
    assert status.limits == limits
    assert [(queue.name, queue.depth) for queue in status.queues] == [("questions", 0), ("events", 0)]
    assert all(queue.limit > 1_000 for queue in status.queues)
    (main,) = status.processes
    assert (main.role, main.pid) == ("main", os.getpid())
    assert (main.cpu_seconds, main.resident_bytes) == (status.cpu_seconds, status.resident_bytes)


def test_stopped_and_cleared_are_told_with_their_times(source: Playback) -> None:
    board = StatusBoard(source, 1.0)
    source.monitor.stop(source.now(), 5.0)
    source.monitor.clear(source.now(), 6.0)
    status = board.status(CALLER, 0)
    assert (status.monitoring_state, status.monitoring_since) == (MonitoringState.STOPPED, 5.0)
    assert status.statistics_epoch == 6.0
