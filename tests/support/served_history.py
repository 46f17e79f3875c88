"""A history that is served on a real socket, and a client of it, within one event loop."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from netmon.model import RecorderStatus, RecordingState
from netmon.serving import Callers, ControlDesk, ControlRate, ServiceHost, SocketAccess
from netmon_client import AsyncHistoryClient, connect_history_async
from netmon_recorder.alerts import AlertDesk, Bells
from netmon_recorder.service import ServiceParts, Workers, build_services
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, opened


class Board:
    """How the recorder is said to be. ``caught_up``: until when it was told to write what it has, at each question."""

    def __init__(self) -> None:
        self.caught_up: list[float | None] = []

    async def catch_up(self, until_time: float | None) -> None:
        self.caught_up.append(until_time)

    def status(self) -> RecorderStatus:
        return RecorderStatus(
            version="1.2.3",
            start_time=NOON - 60,
            pid=77,
            recording_state=RecordingState.RECORDING,
            recording_since=NOON - 30,
            collector_instance_id="instance-1",
        )


@dataclass
class Served:
    """What a test holds: both ends."""

    path: Path
    store: SqliteStore
    bells: Bells
    desk: AlertDesk
    workers: Workers
    host: ServiceHost
    client: AsyncHistoryClient
    board: Board


@asynccontextmanager
async def served_history(
    folder: Path,
    *,
    callers: Callers | None = None,
    rate: ControlRate | None = None,
    access: SocketAccess | None = None,
) -> AsyncGenerator[Served]:
    """Serve an empty history; its clock stands at `NOON`."""
    path = folder / "r.sock"
    with opened(folder) as store:
        desk, bells, workers, board = AlertDesk(store), Bells(), Workers(), Board()
        parts = ServiceParts(
            store=store,
            alerts=desk,
            listeners=bells,
            state=board,
            wall_time=lambda: NOON,
            desk=ControlDesk(rate or ControlRate()),
        )
        host = ServiceHost(path=path, services=build_services(parts, workers), callers=callers, access=access)
        await host.start()
        try:
            async with connect_history_async(str(path)) as client:
                yield Served(path, store, bells, desk, workers, host, client, board)
        finally:
            await host.stop()
            workers.close()
