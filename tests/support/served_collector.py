"""The collector's services on a real socket, and real channels to them, within one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from netmon.serving import CLIENT_OPTIONS, REASON_KEY, Callers, HostTimes, ServiceHost
from netmon.v1.control_service_pb2_grpc import ControlServiceStub
from netmon.v1.monitor_service_pb2_grpc import MonitorServiceStub
from netmon_collector.server import Hub, Limits, build_services
from tests.support.tick_source import START, Board, TickSource

DEADLINE_SECONDS = 30.0


@dataclass
class Served:
    """What a test holds: both ends."""

    path: Path
    source: TickSource
    board: Board
    hub: Hub
    host: ServiceHost
    channels: list[grpc.aio.Channel] = field(default_factory=list[grpc.aio.Channel])

    def channel(self) -> grpc.aio.Channel:
        """Give a connection of its own."""
        channel = grpc.aio.insecure_channel(f"unix:{self.path}", options=CLIENT_OPTIONS)
        self.channels.append(channel)
        return channel

    def monitor(self) -> Any:  # noqa: ANN401 -- the generated stub is typed for both kinds of channel at once
        return MonitorServiceStub(self.channel())

    def control(self) -> Any:  # noqa: ANN401 -- as above
        return ControlServiceStub(self.channel())

    def tick(self, **changes: Any) -> int:  # noqa: ANN401 -- what TickSource.tick takes
        """Tick and publish."""
        sequence = self.source.tick(**changes)
        self.hub.publish()
        return sequence


@asynccontextmanager
async def served(
    folder: Path,
    source: TickSource,
    *,
    limits: Limits | None = None,
    times: HostTimes | None = None,
    callers: Callers | None = None,
) -> AsyncGenerator[Served, None]:
    """Serve ``source`` on a socket in ``folder``; ``callers`` stand for who may what."""
    limits = limits or Limits()
    hub = Hub(source, limits)
    board = Board(source)
    services = build_services(
        source=source, status=board, control=board, hub=hub, wall_time=lambda: START, limits=limits
    )
    host = ServiceHost(path=folder / "c.sock", services=services, times=times or HostTimes(), callers=callers)
    await host.start()
    both = Served(path=folder / "c.sock", source=source, board=board, hub=hub, host=host)
    try:
        yield both
    finally:
        for channel in both.channels:
            await channel.close()
        await host.stop()


async def until(look: Callable[[], object], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Let the loop run until ``look`` gives something true."""
    try:
        async with asyncio.timeout(seconds):
            while not look():  # noqa: ASYNC110 -- what is looked at may be anything, and rings no bell
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s: {what}") from None


async def read(call: Any, kind: str = "") -> Any:  # noqa: ANN401 -- messages of any stream
    """Give the next message of a stream; of this kind of payload, where one is named."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            message = await call.read()
            assert message is not grpc.aio.EOF, "the stream has ended"
            if not kind:
                return message
            if message.WhichOneof("payload") == kind:
                return getattr(message, kind)


async def error_of(call: Any) -> tuple[grpc.StatusCode, str, str]:  # noqa: ANN401 -- calls of any kind
    """Give status, reason and text that a call ends with."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            if hasattr(call, "read"):
                while await call.read() is not grpc.aio.EOF:
                    continue
            else:
                await call
    except grpc.aio.AioRpcError as error:
        reason = dict(error.trailing_metadata() or ()).get(REASON_KEY, "")
        return error.code(), str(reason), error.details() or ""
    raise AssertionError("the call ended well")
