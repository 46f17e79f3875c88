"""MonitorService over the core: what is talking, now."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from netmon.codec import (
    bandwidth_sample_to_wire,
    caller_to_wire,
    degradation_to_wire,
    explanation_to_wire,
    gap_to_wire,
    interface_ledger_to_wire,
    monitoring_state_to_wire,
    packet_source_to_wire,
    rows_to_wire,
    seconds_to_wire,
    status_to_wire,
    time_to_wire,
)
from netmon.model import MonitoringState, Status
from netmon.serving import Context, NotFound, Seats, caller_of, told
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server.audience import only_uid_of
from netmon_collector.server.events import EventCursor, EventFeed, EventView
from netmon_collector.server.hub import Hub, Subscription
from netmon_collector.server.limits import Limits
from netmon_collector.server.listing import Listings, Moment, Page, Question
from netmon_collector.server.ports import SnapshotSource, StatusSource
from netmon_collector.server.requests import (
    CLOSED_WITHIN_SECONDS,
    WINDOW_SECONDS,
    read_connection_id,
    read_every,
    read_filter,
    read_order,
    read_page_size,
    read_seconds,
    read_view,
)
from netmon_collector.server.sending import Sender, rings_within

# A snapshot a second is sign of life enough: only when it is late by this a heartbeat goes out.
_LATE_SECONDS = 0.25


class MonitorService:
    """The methods, by their names in the contract."""

    def __init__(
        self,
        *,
        source: SnapshotSource,
        status: StatusSource,
        hub: Hub,
        limits: Limits,
        wall_time: Callable[[], float],
    ) -> None:
        self._source = source
        self._status = status
        self._hub = hub
        self._limits = limits
        self._wall_time = wall_time
        self._seats = Seats(limits.seats)
        self._events = EventFeed(source, wall_time)
        self._listings = Listings(limits)

    @property
    def subscriber_count(self) -> int:
        """Subscribers of snapshots and events."""
        return self._seats.taken_count

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.GetStatusResponse:
        """State of the collector."""
        status = self._read_status(context)
        lags = (self._hub.lag(status.interval_seconds), self._events.lag())
        return pb.GetStatusResponse(status=status_to_wire(replace(status, stream_lags=lags)))

    async def GetSnapshot(self, request: pb.GetSnapshotRequest, context: Context) -> bytes:
        """The newest snapshot, encoded."""
        only_uid = only_uid_of(caller_of(context))
        view = read_view(request.view)
        await self._hub.wait_for_first_tick()
        await self._hub.work.turn(only_uid)
        return self._hub.encode_single(view, only_uid=only_uid)

    async def StreamSnapshots(self, request: pb.StreamSnapshotsRequest, context: Context) -> None:
        """Snapshots as they come."""
        subscription, hello, silence_seconds = self._begin(request, context)
        sender = Sender(context, self._limits.frozen_reader_seconds)
        with self._seats.take(caller_of(context)), subscription:
            await sender.send(hello)
            del hello  # a stream may live for months, with a thousand others: it holds nothing while it waits
            while True:
                await _send_due(sender, subscription)
                if not await subscription.wait(silence_seconds) or subscription.is_held:
                    heartbeat = self._heartbeat(self._newest_sequence())
                    await sender.send(pb.StreamSnapshotsResponse(heartbeat=heartbeat).SerializeToString())

    def _begin(self, request: pb.StreamSnapshotsRequest, context: Context) -> tuple[Subscription, bytes, float]:
        """Give the place that is asked for, what is said first, and after how many seconds of silence a heartbeat."""
        view = read_view(request.view)
        status = self._read_status(context)
        every = read_every(request, status.interval_seconds)
        interval_seconds = every * status.interval_seconds
        limit_seconds = self._limits.heartbeat_seconds
        silence_seconds = limit_seconds + (_LATE_SECONDS if interval_seconds <= limit_seconds else 0.0)
        subscription = self._hub.subscribe(view, every, only_uid=only_uid_of(caller_of(context)))
        hello = pb.StreamSnapshotsResponse(hello=self._hello(status, interval_seconds, self._newest_sequence()))
        return subscription, hello.SerializeToString(), silence_seconds

    async def StreamEvents(self, request: pb.StreamEventsRequest, context: Context) -> None:
        """Events as they come."""
        view = EventView(
            filter=read_filter(request.filter),
            redacted=request.redacted,
            only_uid=only_uid_of(caller_of(context)),
        )
        after_sequence = request.after_sequence if request.HasField("after_sequence") else None
        cursor = self._events.open(view, after_sequence, request.instance_id)
        status = self._read_status(context)
        sender = Sender(context, self._limits.frozen_reader_seconds)
        with self._seats.take(caller_of(context)), self._hub.listen() as bell, self._events.follow(cursor):
            hello = self._hello(status, status.interval_seconds, self._source.newest_event_sequence)
            await sender.send(pb.StreamEventsResponse(hello=hello).SerializeToString())
            now = asyncio.get_running_loop().time
            spoken_at = now()
            while True:
                bell.clear()
                while (messages := await self._take(cursor, view.only_uid)) is not None:
                    for message in messages:
                        await sender.send(message)
                        spoken_at = now()
                    # A filter that lets nothing through must not keep the loop from others.
                    await asyncio.sleep(0)
                # The bell rings at each tick, events or not: silence is measured by what was sent.
                if now() - spoken_at >= self._limits.heartbeat_seconds:
                    heartbeat = self._heartbeat(self._source.newest_event_sequence)
                    await sender.send(pb.StreamEventsResponse(heartbeat=heartbeat).SerializeToString())
                    spoken_at = now()
                await rings_within(bell, max(0.0, spoken_at + self._limits.heartbeat_seconds - now()))

    async def _take(self, cursor: EventCursor, only_uid: int | None) -> tuple[bytes, ...] | None:
        await self._hub.work.turn(only_uid, patience_seconds=None)
        with self._hub.work.counted(only_uid):
            return cursor.take()

    async def GetBandwidthHistory(self, request: pb.GetBandwidthHistoryRequest, context: Context) -> bytes:
        """The last minutes, encoded: 900 samples take 14 ms."""
        seconds = WINDOW_SECONDS
        if request.HasField("window"):
            seconds = min(seconds, read_seconds(request.window, "window", None))
        only_uid = only_uid_of(caller_of(context))
        await self._hub.work.turn(only_uid)

        def make() -> bytes:
            with self._hub.work.counted(only_uid):
                samples, gaps = self._source.bandwidth(seconds, only_uid)
                answer = pb.GetBandwidthHistoryResponse(
                    samples=[bandwidth_sample_to_wire(sample) for sample in samples],
                    gaps=[gap_to_wire(gap) for gap in gaps],
                )
                return answer.SerializeToString()

        return self._hub.keep(("bandwidth", seconds, only_uid), make)

    async def ListConnections(self, request: pb.ListConnectionsRequest, context: Context) -> pb.ListConnectionsResponse:
        """A page of connections."""
        page_size = read_page_size(request.page_size)
        question = Question(
            filter=read_filter(request.filter),
            order=read_order(request.order, "order"),
            closed_within_seconds=read_seconds(request.closed_within, "closed_within", CLOSED_WITHIN_SECONDS),
            redacted=request.redacted,
            only_uid=only_uid_of(caller_of(context)),
        )
        newest = await self._hub.wait_for_first_tick()
        await self._hub.work.turn(question.only_uid)
        with self._hub.work.counted(question.only_uid):
            if request.page_token:
                return _page_to_wire(self._listings.go_on(question, request.page_token, page_size))
            rows = self._source.connections(
                question.filter, question.order, question.closed_within_seconds, question.only_uid
            )
            if question.redacted:
                rows = self._source.redactor.rows(rows)
            moment = Moment(rows=rows, sequence=newest.sequence, time=newest.time)
            return _page_to_wire(self._listings.begin(question, moment, page_size))

    async def ExplainConnection(
        self, request: pb.ExplainConnectionRequest, context: Context
    ) -> pb.ExplainConnectionResponse:
        """What was tried for the owner of one connection."""
        connection_id = read_connection_id(request.connection_id)
        explanation = self._source.explain(connection_id, only_uid_of(caller_of(context)))
        if explanation is None:
            # The same for a connection of another user: that there is one is not told either.
            raise NotFound("NO_SUCH_CONNECTION", "no open connection has this id, nor one that ended lately")
        if request.redacted:
            explanation = self._source.redactor.explanation(explanation)
        return pb.ExplainConnectionResponse(explanation=explanation_to_wire(explanation))

    async def GetLedger(self, request: pb.GetLedgerRequest, context: Context) -> pb.GetLedgerResponse:
        """Each interface's own counters, held against what was captured."""
        newest = await self._hub.wait_for_first_tick()
        return pb.GetLedgerResponse(
            interfaces=[interface_ledger_to_wire(ledger) for ledger in self._source.interface_ledgers],
            sequence=newest.sequence,
            time=time_to_wire(newest.time),
        )

    def _read_status(self, context: Context) -> Status:
        return self._status.status(told(caller_of(context)), self._seats.taken_count)

    def _newest_sequence(self) -> int:
        newest = self._source.latest
        return 0 if newest is None else newest.sequence

    def _hello(self, status: Status, interval_seconds: float, sequence: int) -> pb.Hello:
        return pb.Hello(
            instance_id=status.instance_id,
            version=status.version,
            interval=seconds_to_wire(interval_seconds),
            caller=caller_to_wire(status.caller),
            packet_source=packet_source_to_wire(status.packet_source),
            degraded=[degradation_to_wire(degradation) for degradation in status.degraded],
            sequence=sequence,
        )

    def _heartbeat(self, sequence: int) -> pb.Heartbeat:
        newest = self._source.latest
        state = MonitoringState.UNSPECIFIED if newest is None else newest.monitoring_state
        return pb.Heartbeat(
            time=time_to_wire(self._wall_time()), sequence=sequence, monitoring_state=monitoring_state_to_wire(state)
        )


async def _send_due(sender: Sender, subscription: Subscription) -> None:
    for message in subscription.take():
        await sender.send(message)


def _page_to_wire(page: Page) -> pb.ListConnectionsResponse:
    rows, processes = rows_to_wire(page.rows)
    return pb.ListConnectionsResponse(
        connections=rows,
        processes=processes,
        next_page_token=page.next_token,
        total_count=len(page.moment.rows),
        sequence=page.moment.sequence,
        time=time_to_wire(page.moment.time),
    )
