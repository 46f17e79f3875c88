import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc_health.v1 import health_pb2, health_pb2_grpc

from netmon.model import ConnectionClosed, InterfaceLedger, LedgerSums, MonitoringState
from netmon.serving import HostTimes, SeatLimits
from netmon.v1 import filter_pb2, snapshot_pb2, status_pb2
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server import Limits
from tests.support.served_collector import error_of, read, served, until
from tests.support.tick_source import START, TickSource, row

# Reads nothing of what it asked for, and at the end stands still as a whole.
FROZEN_READER = """
import grpc, os, signal, sys
from netmon.v1 import monitor_service_pb2 as pb
from netmon.v1.monitor_service_pb2_grpc import MonitorServiceStub
channel = grpc.insecure_channel("unix:" + sys.argv[1])
stream = MonitorServiceStub(channel).StreamSnapshots(pb.StreamSnapshotsRequest())
print(next(stream).WhichOneof("payload"), flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


async def subscribe(both: Any, request: pb.StreamSnapshotsRequest | None = None) -> tuple[Any, pb.Hello]:  # noqa: ANN401
    call = both.monitor().StreamSnapshots(request or pb.StreamSnapshotsRequest())
    return call, await read(call, "hello")


async def test_a_stream_says_hello_then_gives_the_newest_at_once_then_each_tick(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource([row(1, sent_bytes=99)])) as both:
        both.tick()
        call, hello = await subscribe(both)
        assert (hello.instance_id, hello.version, hello.sequence) == ("run-1", "1.2.3", 1)
        assert hello.interval == Duration(seconds=1)
        assert hello.caller.sees == status_pb2.VISIBILITY_ALL
        assert hello.caller.may_control
        assert hello.caller.uid == os.geteuid()
        first = await read(call)
        assert first.snapshot.sequence == 1
        assert [(item.id, item.traffic.sent_bytes) for item in first.snapshot.connections] == [("c1", 99)]
        both.tick()
        assert (await read(call, "snapshot")).sequence == 2


async def test_a_stream_may_begin_before_the_first_tick(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        call, hello = await subscribe(both)
        assert hello.sequence == 0
        both.tick()
        assert (await read(call, "snapshot")).sequence == 1


async def test_an_interval_becomes_whole_ticks(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        request = pb.StreamSnapshotsRequest(interval=Duration(seconds=2, nanos=600_000_000))
        _, hello = await subscribe(both, request)
        assert hello.interval == Duration(seconds=3)
        assert both.source.held_periods == [3]


async def test_silence_is_broken_by_heartbeats(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), limits=Limits(heartbeat_seconds=0.05)) as both:
        both.tick()
        call, _ = await subscribe(both)
        for _ in range(3):
            heartbeat = await read(call, "heartbeat")
            assert heartbeat.sequence == 1
            assert heartbeat.time.seconds == START
            assert heartbeat.monitoring_state == snapshot_pb2.MONITORING_STATE_RUNNING


async def test_a_reader_that_is_behind_gets_a_gap_and_all_that_ended(tmp_path: Path) -> None:
    # 2,000 rows are more than a client's window of 64 kB, so a client that does not read soon stops the writer.
    async with served(tmp_path, TickSource(row(number) for number in range(2000))) as both:
        both.tick()
        call, _ = await subscribe(both)
        for number in range(30):
            both.tick(ended=[row(10_000 + number, end_time=START)])
            await asyncio.sleep(0.005)
        ended: set[str] = set()
        skipped_count = 0
        sequences: list[int] = []
        while not sequences or sequences[-1] < 31:
            message = await read(call)
            if message.HasField("gap"):
                assert message.gap.first_sequence == sequences[-1] + 1
                skipped_count += message.gap.skipped_count
            else:
                sequences.append(message.snapshot.sequence)
                ended |= {item.id for item in message.snapshot.connections} - {f"c{n}" for n in range(2000)}
        assert skipped_count > 0
        assert skipped_count + len(sequences) == 31
        assert ended == {f"c{10_000 + number}" for number in range(30)}


async def test_a_reader_that_is_behind_does_not_delay_others(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with served(tmp_path, TickSource(row(number) for number in range(2000))) as both:
        both.tick()
        stalled = [await subscribe(both) for _ in range(5)]
        call, _ = await subscribe(both)
        await read(call, "snapshot")
        delays: list[float] = []
        for _ in range(40):
            before = loop.time()
            sequence = both.tick()
            assert (await read(call, "snapshot")).sequence == sequence
            delays.append(loop.time() - before)
        assert len(stalled) == 5
        # 50 ms is the promise on a quiet machine; tests share theirs.
        assert sorted(delays)[20] < 0.2


async def test_a_reader_that_takes_nothing_for_too_long_is_told_so(tmp_path: Path) -> None:
    source = TickSource(row(number) for number in range(4000))
    async with served(tmp_path, source, limits=Limits(frozen_reader_seconds=0.2)) as both:
        both.tick()
        call, _ = await subscribe(both)
        # To read nothing for this long is what is tested.
        await asyncio.sleep(0.6)
        assert both.host.stream_count == 1
        code, reason, text = await error_of(call)
        assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "NOT_READING")
        assert text == "nothing was read for 0.2 s"
        await until(lambda: both.host.stream_count == 0, "the stream is over")


async def test_a_frozen_process_is_cut_and_gives_its_place_back(tmp_path: Path) -> None:
    source = TickSource(row(number) for number in range(4000))
    limits = Limits(frozen_reader_seconds=0.3)
    times = HostTimes(watch_seconds=0.1, stalled_peer_seconds=0.5)
    async with served(tmp_path, source, limits=limits, times=times) as both:
        both.tick()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FROZEN_READER, str(both.path), stdout=subprocess.DEVNULL
        )
        try:
            await until(lambda: both.host.stream_count == 1, "the child subscribes")

            def is_gone() -> bool:
                both.tick()
                return both.host.stream_count == 0

            status = both.monitor()
            await until(is_gone, "the frozen reader is cut")
            answer = await status.GetStatus(pb.GetStatusRequest())
            assert answer.status.subscriber_count == 0
        finally:
            child.kill()
            await child.wait()


async def test_subscribers_over_the_limit_are_refused_while_all_else_answers(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), limits=Limits(seats=SeatLimits(subscriber_limit=3))) as both:
        both.tick()
        calls = [(await subscribe(both))[0] for _ in range(2)]
        events = both.monitor().StreamEvents(pb.StreamEventsRequest())
        await read(events, "hello")
        code, reason, text = await error_of(both.monitor().StreamSnapshots(pb.StreamSnapshotsRequest()))
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_SUBSCRIBERS")
        assert text == "3 subscribers are served already"
        assert (await both.monitor().GetStatus(pb.GetStatusRequest())).status.subscriber_count == 3
        health: Any = health_pb2_grpc.HealthStub(both.channel())
        answer = await health.Check(health_pb2.HealthCheckRequest(service="netmon.v1.MonitorService"))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        calls[0].cancel()

        await until(lambda: both.host.stream_count == 2, "the place is free")
        await subscribe(both)


async def test_streams_end_as_unavailable_within_a_second_of_the_stop(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with served(tmp_path, TickSource([row(1)])) as both:
        both.tick()
        calls = [(await subscribe(both))[0] for _ in range(20)]
        events = both.monitor().StreamEvents(pb.StreamEventsRequest())
        await read(events, "hello")
        before = loop.time()
        stopping = asyncio.create_task(both.host.stop())
        endings = await asyncio.gather(*(error_of(call) for call in (*calls, events)))
        await stopping
        assert loop.time() - before < 1.0
        assert set(endings) == {(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", "shutting down")}
        assert not both.path.exists()


async def test_one_snapshot_may_be_asked_for(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource([row(1), row(2)])) as both:
        both.tick()
        answer = await both.monitor().GetSnapshot(pb.GetSnapshotRequest(view=pb.View(row_limit=1)))
        assert [item.id for item in answer.snapshot.connections] == ["c1"]
        assert answer.snapshot.omitted.connection_count == 1


async def test_a_snapshot_asked_for_before_the_first_tick_is_awaited(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        asked = asyncio.ensure_future(both.monitor().GetSnapshot(pb.GetSnapshotRequest()))
        await asyncio.sleep(0)
        both.tick()
        assert (await asked).snapshot.sequence == 1


async def test_without_any_tick_the_answer_is_unavailable(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), limits=Limits(first_tick_seconds=0.05)) as both:
        code, reason, _ = await error_of(both.monitor().GetSnapshot(pb.GetSnapshotRequest()))
        assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "NOT_READY")


async def test_the_state_names_its_caller(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        both.board.monitoring_state = MonitoringState.STOPPED
        status = (await both.monitor().GetStatus(pb.GetStatusRequest())).status
        assert status.version == "1.2.3"
        assert status.monitoring_state == snapshot_pb2.MONITORING_STATE_STOPPED
        assert (status.caller.uid, status.caller.may_control) == (os.geteuid(), True)


async def test_the_bandwidth_of_the_last_minutes_is_given(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        monitor = both.monitor()
        answer = await monitor.GetBandwidthHistory(pb.GetBandwidthHistoryRequest())
        assert [(sample.sent_bytes, sample.received_bytes) for sample in answer.samples] == [(10, 20)]
        await monitor.GetBandwidthHistory(pb.GetBandwidthHistoryRequest(window=Duration(seconds=30)))
        await monitor.GetBandwidthHistory(pb.GetBandwidthHistoryRequest(window=Duration(seconds=99_999)))
        assert both.source.bandwidth_windows == [900, 30]  # what was made is kept for the tick
        both.tick()
        await monitor.GetBandwidthHistory(pb.GetBandwidthHistoryRequest())
        assert both.source.bandwidth_windows == [900, 30, 900]


async def test_pages_of_a_listing_are_of_one_moment(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(row(number) for number in range(10))) as both:
        both.tick()
        monitor = both.monitor()
        first = await monitor.ListConnections(pb.ListConnectionsRequest(page_size=4))
        assert (len(first.connections), len(first.processes), first.total_count, first.sequence) == (4, 4, 10, 1)
        both.source.rows = ()
        both.tick()
        rows = list(first.connections)
        token = first.next_page_token
        while token:
            page = await monitor.ListConnections(pb.ListConnectionsRequest(page_size=4, page_token=token))
            assert (page.total_count, page.sequence) == (10, 1)
            rows += page.connections
            token = page.next_page_token
        assert [item.id for item in rows] == [f"c{number}" for number in range(10)]
        assert (await monitor.ListConnections(pb.ListConnectionsRequest())).total_count == 0


async def test_ended_connections_are_listed_where_asked_for(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource([row(1)])) as both:
        both.tick(ended=[row(2, end_time=START + 1)])
        request = pb.ListConnectionsRequest(closed_within=Duration(seconds=60))
        answer = await both.monitor().ListConnections(request)
        assert [item.id for item in answer.connections] == ["c1", "c2"]


async def test_events_go_on_after_a_sequence(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        both.source.tell(*(ConnectionClosed(connection=row(number)) for number in range(5)))
        request = pb.StreamEventsRequest(after_sequence=3, instance_id="run-1")
        call = both.monitor().StreamEvents(request)
        assert (await read(call, "hello")).sequence == 5
        batch = await read(call)
        assert [event.sequence for event in batch.batch.events] == [4, 5]
        assert batch.batch.events[0].closed.connection.id == "c3"
        both.source.tell(ConnectionClosed(connection=row(9)))
        both.tick()
        assert [event.sequence for event in (await read(call, "batch")).events] == [6]


async def test_ticks_without_events_are_silence_too(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), limits=Limits(heartbeat_seconds=0.05)) as both:
        call = both.monitor().StreamEvents(pb.StreamEventsRequest())

        async def keep_ticking() -> None:
            while True:
                both.tick()
                await asyncio.sleep(0.02)

        ticking = asyncio.create_task(keep_ticking())
        try:
            async with asyncio.timeout(30):
                await read(call, "heartbeat")
        finally:
            ticking.cancel()


async def test_silence_among_events_is_broken_by_heartbeats(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), limits=Limits(heartbeat_seconds=0.05)) as both:
        both.source.tell(ConnectionClosed(connection=row(1)))
        call = both.monitor().StreamEvents(pb.StreamEventsRequest())
        assert (await read(call, "heartbeat")).sequence == 1


async def test_a_fault_of_ours_is_internal_with_an_id_that_the_log_explains(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(tmp_path, TickSource()) as both:
        both.tick()
        both.source.failure = KeyError("an inner name")
        for call in (
            both.monitor().GetSnapshot(pb.GetSnapshotRequest()),
            both.monitor().StreamSnapshots(pb.StreamSnapshotsRequest()),
        ):
            code, reason, text = await error_of(call)
            assert (code, reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
            assert "inner name" not in text
            error_id = text.split()[2].rstrip(":")
            assert error_id in caplog.text
    assert "an inner name" in caplog.text


UNKNOWN: Any = 77
BAD_STREAMS = [
    (pb.StreamSnapshotsRequest(interval=Duration(seconds=-1)), "interval: negative"),
    (pb.StreamSnapshotsRequest(interval=Duration(seconds=61)), "interval: at most 60 seconds"),
    (pb.StreamSnapshotsRequest(interval=Duration(seconds=2**62)), "interval: not a length of time"),
    (pb.StreamSnapshotsRequest(view=pb.View(row_limit=20_001)), "view.row_limit: at most 20000"),
    (pb.StreamSnapshotsRequest(view=pb.View(order=UNKNOWN)), "view.order: not one that is known here"),
    (pb.StreamSnapshotsRequest(view=pb.View(sections=[UNKNOWN])), "view.sections[0]: not one that is known here"),
]


@pytest.mark.parametrize(("request_", "text"), BAD_STREAMS)
async def test_nonsense_is_refused_by_the_name_of_its_field(
    tmp_path: Path, request_: pb.StreamSnapshotsRequest, text: str
) -> None:
    async with served(tmp_path, TickSource()) as both:
        ending = await error_of(both.monitor().StreamSnapshots(request_))
        assert ending == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", text)


async def test_a_filter_that_cannot_be_evaluated_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        term = filter_pb2.FilterTerm(
            field=filter_pb2.FILTER_FIELD_PORT,
            values=[filter_pb2.FilterValue(range=filter_pb2.FilterRange(minimum=float("nan")))],
        )
        filter_ = filter_pb2.Filter(terms=[term])
        monitor = both.monitor()
        code, _, text = await error_of(monitor.GetSnapshot(pb.GetSnapshotRequest(view=pb.View(filter=filter_))))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert text.startswith("view.filter.terms[0].values[0].range.minimum: ")
        code, _, text = await error_of(monitor.StreamEvents(pb.StreamEventsRequest(filter=filter_)))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert text.startswith("filter.terms[0].values[0].range.minimum: ")


async def test_an_oversized_request_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        request = pb.ListConnectionsRequest(page_token="x" * 70_000)
        code, _, _ = await error_of(both.monitor().ListConnections(request))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED  # what gRPC itself answers


async def test_a_connection_is_explained_and_an_unknown_one_is_not_found(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource([row(1)])) as both:
        both.tick()
        answer = await both.monitor().ExplainConnection(pb.ExplainConnectionRequest(connection_id="c1"))
        assert answer.explanation.connection.id == "c1"
        assert [(each.way, each.process_id) for each in answer.explanation.attempts] == [("ebpf", "p1")]
        assert [each.id for each in answer.explanation.processes] == ["p1"]
        code, reason, _ = await error_of(
            both.monitor().ExplainConnection(pb.ExplainConnectionRequest(connection_id="c2"))
        )
        assert (code, reason) == (grpc.StatusCode.NOT_FOUND, "NO_SUCH_CONNECTION")
        code, _, text = await error_of(both.monitor().ExplainConnection(pb.ExplainConnectionRequest()))
        assert (code, text) == (grpc.StatusCode.INVALID_ARGUMENT, "connection_id: missing")


async def test_the_ledger_is_that_of_the_newest_tick(tmp_path: Path) -> None:
    source = TickSource()
    source.interface_ledgers = (InterfaceLedger(name="eth0", total=LedgerSums(system_bytes=7)),)
    async with served(tmp_path, source) as both:
        both.tick()
        answer = await both.monitor().GetLedger(pb.GetLedgerRequest())
        assert [(each.name, each.total.system_bytes) for each in answer.interfaces] == [("eth0", 7)]
        assert (answer.sequence, answer.time.seconds) == (1, START + 1)
