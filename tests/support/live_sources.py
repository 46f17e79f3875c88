"""The machine itself as a source, with listings that a test plans."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from netmon.model import OwnerWay, Process, Protocol, Snapshot
from netmon_collector.capture.recording import Recorder
from netmon_collector.config import Settings
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import Listing, SocketLister
from netmon_collector.live import NOBODY_ASKED, LiveSource
from tests.support.wire import process


class PlannedLister:
    """Gives a listing, or raises; counts how often it was asked."""

    name = "planned"
    holder_ways = (OwnerWay(name="task_file", in_use=True),)

    def __init__(self) -> None:
        self.error: OSError | None = None
        self.sees_all_users = True
        self.listing_count = 0
        self.forgotten_count = 0
        self.owner: Process = process(10)
        self.holds = threading.Event()
        self.holds.set()
        self.is_listing = False

    def list_sockets(self, now_wall: float) -> Listing:
        self.listing_count += 1
        self.is_listing = True
        self.holds.wait(30)
        self.is_listing = False
        if self.error is not None:
            raise self.error
        row = SocketRow(protocol=Protocol.UDP, local_address=bytes(4), local_port=9, process_id=self.owner.id)
        scan = SocketScan(rows=(row,), start_time=now_wall, sees_all_users=self.sees_all_users)
        return Listing(scan=scan, processes=(self.owner,))

    def forget_caches(self) -> None:
        assert not self.is_listing
        self.forgotten_count += 1


NOTHING = Settings(interfaces=("no-such-interface",))


def opened(
    settings: Settings,
    lister: SocketLister,
    recorder: Recorder | None = None,
    choice: FinderChoice = NOBODY_ASKED,
) -> LiveSource:
    return LiveSource(settings, lister, asyncio.get_running_loop(), recorder, choice)


@asynccontextmanager
async def running(source: LiveSource) -> AsyncGenerator[LiveSource]:
    try:
        await source.open()
        task = asyncio.create_task(source.run())
        try:
            yield source
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    finally:
        source.close()


def tick(source: LiveSource) -> Snapshot:
    source.before_tick()
    return source.monitor.tick(source.now(), source.wall_time())
