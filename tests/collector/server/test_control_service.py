from pathlib import Path

import grpc

from netmon.v1 import control_service_pb2 as pb
from netmon.v1 import snapshot_pb2
from tests.support.served_collector import error_of, served
from tests.support.tick_source import START, TickSource

RUNNING = snapshot_pb2.MONITORING_STATE_RUNNING
STOPPED = snapshot_pb2.MONITORING_STATE_STOPPED


async def test_stop_and_start_say_the_state_and_whether_they_changed_it(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        control = both.control()
        answers = [await control.StopMonitoring(pb.StopMonitoringRequest()) for _ in range(2)]
        answers += [await control.StartMonitoring(pb.StartMonitoringRequest()) for _ in range(2)]
        assert [(answer.state, answer.changed) for answer in answers] == [
            (STOPPED, True),
            (STOPPED, False),
            (RUNNING, True),
            (RUNNING, False),
        ]


async def test_clearing_gives_the_new_baseline(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        answer = await both.control().ClearStatistics(pb.ClearStatisticsRequest())
        assert answer.statistics_epoch.seconds == START + 5


async def test_refreshing_says_what_was_looked_at(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        answer = await both.control().RefreshCaches(pb.RefreshCachesRequest())
        assert (answer.socket_count, answer.process_count, answer.interface_count) == (7, 5, 2)


async def test_a_capture_that_may_not_begin_is_explained(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        both.board.start_error = PermissionError("no right to capture")
        ending = await error_of(both.control().StartMonitoring(pb.StartMonitoringRequest()))
        assert ending == (grpc.StatusCode.FAILED_PRECONDITION, "CAPTURE_REFUSED", "no right to capture")
