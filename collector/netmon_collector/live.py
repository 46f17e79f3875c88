"""The machine itself as a source: interfaces and their packets, sockets and their processes."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from netmon.model import CaptureState, Degradation, InterfaceStatus, OwnerWay
from netmon_collector import clock
from netmon_collector.capture.capture import Capture
from netmon_collector.capture.recording import Recorder
from netmon_collector.capture.sidecar import Processes
from netmon_collector.capture.told_owners import told_owners
from netmon_collector.config import Settings
from netmon_collector.core.batch import Batch
from netmon_collector.core.interfaces import inside_of
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.finding_state import NO_HELPER, HelperState
from netmon_collector.first_look import FirstLook
from netmon_collector.foreign_watch import open_foreign_watch
from netmon_collector.gathering import GATHER_SECONDS, Gathering, rest_seconds
from netmon_collector.host.interfaces import list_interfaces, local_network
from netmon_collector.host.link_watch import open_link_watch
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import FirstPacketFinder, ForeignLister, Listing, SocketLister
from netmon_collector.host.scan_schedule import ScanSchedule
from netmon_collector.naming import Naming, name_settings
from netmon_collector.owner_search import OwnerSearch
from netmon_collector.source import CaptureRefused, new_instance_id
from netmon_collector.system_counts import system_counts
from netmon_collector.tcp_watch import open_tcp_watch
from netmon_collector.without_packets import CAPTURE_OFF, choices_of

LINK_SECONDS = 2.0
"""Interfaces are listed this often even if nothing tells of a change: where nothing can, and for carriers."""

SETTLE_SECONDS = 0.05
"""Changes of interfaces come in bursts: they are looked at this long after the first."""

FAILED_COST_SECONDS = 0.1
"""A listing that failed altogether counts as this much CPU, so that the next one waits for seconds."""

NOBODY_ASKED = FinderChoice(None, "not asked for")

log = logging.getLogger(__name__)

T = TypeVar("T")


class LiveSource:
    """Feeds a monitor from this machine's interfaces and from ``lister``; ``recorder`` writes down all of it."""

    def __init__(
        self,
        settings: Settings,
        lister: SocketLister,
        loop: asyncio.AbstractEventLoop,
        recorder: Recorder | None = None,
        choice: FinderChoice = NOBODY_ASKED,
        foreign: ForeignLister | None = None,
        helper: HelperState = NO_HELPER,
    ) -> None:
        """Open nothing yet; ``run`` does. ``choice``: who answers for single connections, if somebody can.

        ``foreign``: who looks into other network namespaces, None: this process; ``helper``: whoever does all this.
        """
        self._settings = settings
        names = name_settings(off_because=settings.names_off_because, browsers=settings.browsers)
        now, wall_time = clock.both()
        self.monitor = Monitor(new_instance_id(), now=now, wall_time=wall_time, names=names)
        self._lister = lister
        self._recorder = recorder
        self._finder = choice.finder
        if self._finder is not None:
            self.monitor.ask_for_owners(self._finder.name)
        self._capture = Capture(loop=loop, deliver=self._deliver, rest_seconds=rest_seconds(self._finder))
        self._naming = Naming(loop=loop, deliver=self.monitor.add_names, is_on=names.is_on, recorder=recorder)
        self._first_look = FirstLook(self._finder) if isinstance(self._finder, FirstPacketFinder) else None
        self._gathering = Gathering(loop, self._ask, seconds=GATHER_SECONDS)
        self._links = open_link_watch()
        self._loop = loop
        self._network = LocalNetwork()
        self._schedule = ScanSchedule(is_told=choice.finder is not None and choice.finder.tells_sockets)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="host")
        # A listing may have to wait for the helper: interfaces are followed meanwhile.
        self._listing_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="listings")
        self._foreign = open_foreign_watch(self.monitor.foreign, self._where_listed, foreign)
        self._helper = helper
        self._was_up = True
        self._work = asyncio.Lock()
        self._links_changed = asyncio.Event()
        self._links_error = ""
        self._wanted = asyncio.Event()
        self._is_running = True
        self._tcp = open_tcp_watch(self.monitor, self._in_thread, has_packets=settings.is_capturing)
        self._owners = OwnerSearch(choice, lister, self._first_look, lambda: self._schedule.idle_interval_seconds)

    async def open(self) -> None:
        """Open what is to be captured. ``CaptureRefused``: this user may not."""
        await self._follow_links_once()

    async def run(self) -> None:
        """Follow interfaces and sockets until cancelled. ``CaptureRefused``: this user may not capture a new one."""
        if self._links is not None:
            self._loop.add_reader(self._links.fileno(), self._hear_links)
        if self._finder is not None and self._finder.fileno() >= 0:
            self._loop.add_reader(self._finder.fileno(), self._hear_processes)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow_links())
                tasks.create_task(self._follow_sockets())
                if self._foreign is not None:
                    tasks.create_task(self._foreign.run())
                tasks.create_task(self._tcp.run())
        except* CaptureRefused as group:
            refused = group.exceptions[0]
        else:
            return
        raise refused

    def now(self) -> float:
        """Monotonic seconds."""
        return clock.monotonic()

    def wall_time(self) -> float:
        """Unix seconds, now."""
        return clock.wall_time()

    def before_tick(self) -> None:
        """Hand over the packets that wait, the system's counts of them, and libpcap's."""
        self._capture.read_all()
        self._naming.read_all(clock.monotonic())
        self.monitor.naming.left_out_count = self._naming.lost_count
        self._read_counters()
        self._look_after_helper()
        self._ask()
        self._tcp.before_tick(clock.monotonic(), clock.wall_time())
        self.monitor.add_capture_counts(self._capture.counts())
        for change in self._capture.take_changes():
            self.monitor.tell(change, clock.monotonic(), clock.wall_time())
        if self._recorder is not None:
            self._recorder.flush()

    def start(self) -> None:
        """Open the interfaces again."""
        self._is_running = self._tcp.is_running = True
        self._links_changed.set()
        self._schedule.force()
        self._wanted.set()

    def stop(self) -> None:
        """Hand over what waits, then close them all."""
        self._is_running = self._tcp.is_running = False
        self._capture.read_all()
        self._read_counters()
        self._capture.close()
        self._naming.close()
        if self._first_look is not None:
            self._first_look.close()

    async def refresh(self) -> tuple[int, int, int]:
        """List interfaces, sockets and processes anew."""
        await self._follow_links_once()
        await self._scan(is_fresh=True)
        await self._tcp.read()
        captured = sum(state.state is CaptureState.CAPTURING for state in self._capture.states())
        return self._owners.socket_count, self._owners.process_count, captured

    def interfaces(self) -> tuple[InterfaceStatus, ...]:
        """Give all interfaces of this machine."""
        return self._capture.states()

    def owner_ways(self) -> tuple[OwnerWay, ...]:
        """Give the ways of this machine, the best one first."""
        return self._owners.ways()

    @property
    def recorder(self) -> Recorder | None:
        """Who writes all of it down."""
        return self._recorder

    @property
    def helper(self) -> HelperState:
        """Whoever finds owners outside of this process."""
        return self._helper

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what is missing on this machine."""
        found = [*(() if self._settings.is_capturing else (CAPTURE_OFF,)), *self._tcp.degraded()]
        found += (*self._helper.degraded(), *self._owners.degraded())
        if self._links_error:
            text = f"Interfaces cannot be listed: {self._links_error}."
            found.append(Degradation(code="capture.interfaces", text=text))
        failed, count = self._capture.failures()
        if failed:
            text = f"{failed} of {count} interfaces cannot be captured."
            found.append(Degradation(code="capture.failed", text=text, remedy="netmon-cli interfaces tells which."))
        found += self._naming.degraded(clock.monotonic())
        if self._recorder is not None and self._recorder.stopped_reason:
            text = f"The recording has stopped: {self._recorder.stopped_reason}."
            found.append(Degradation(code="recording.stopped", text=text))
        return tuple(found)

    def close(self) -> None:
        """Close all handles and the recording; wait for nothing."""
        if self._links is not None:
            self._loop.remove_reader(self._links.fileno())
            self._links.close()
        if self._first_look is not None:
            self._first_look.close()
        self._gathering.cancel()
        if self._finder is not None:
            if self._finder.fileno() >= 0:
                self._loop.remove_reader(self._finder.fileno())
            self._finder.close()
        self._helper.close()
        self._tcp.close()
        self._capture.close()
        self._naming.close()
        for pool in (self._pool, self._listing_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        if self._recorder is not None:
            self._recorder.close()

    # Packets.

    def _deliver(self, batch: Batch) -> None:
        questions = self.monitor.questions
        # New ones are asked for first: of these `_ask` tells which a listing is to name.
        waited = self.monitor.pending_since if questions is None else None
        self.monitor.add_batch(batch)
        if self._recorder is not None:
            self._recorder.add_batch(batch)
        if questions is None:
            self._note_pending(waited)
        elif questions:
            if questions.is_urgent:
                self._ask()
            else:
                self._gathering.soon()

    def _note_pending(self, since: float | None) -> None:
        """Ask for a listing if a connection waits for one now, and none did: ``since`` is None."""
        if since is None and self.monitor.pending_since is not None:
            self._wanted.set()

    def _read_counters(self) -> None:
        self.monitor.add_link_counters(system_counts(self._capture.openings()), clock.wall_time())

    # Owners of single connections.

    def _hear_processes(self) -> None:
        if self._finder is not None and self._finder.hear(*clock.both()):
            self._note_news()

    def _look_after_helper(self) -> None:
        is_up = self._helper.look()
        if is_up and not self._was_up:
            self._schedule.force()
            self._note_news()
            self._wanted.set()
        self._was_up = is_up
        self.monitor.set_finding(is_possible=is_up)

    def _note_news(self) -> None:
        if self._schedule.heard():
            self._wanted.set()

    def _ask(self) -> None:
        """Ask for the owners of new connections, and again for those that had none."""
        self._gathering.cancel()
        waited = self.monitor.pending_since
        questions = self.monitor.take_questions(clock.monotonic())
        if self._finder is None or not questions:
            return
        self._hear_processes()
        now, now_wall = clock.both()
        found = self._finder.find(questions, now, now_wall)
        self._owners.looked_up(clock.monotonic() - now)
        asked = questions if found.asked is None else found.asked
        self.monitor.add_answers(found.processes, found.answers, now, way=self._finder.name, asked=asked)
        self._note_pending(waited)
        if self._recorder is not None and found.answers:
            self._recorder.add_knowledge(told_owners(asked, found.answers, found.processes), clock.wall_time())

    # Interfaces.

    def _hear_links(self) -> None:
        if self._links is not None and self._links.drain():
            self._links_changed.set()

    async def _follow_links(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LINK_SECONDS):
                    await self._links_changed.wait()
                await asyncio.sleep(SETTLE_SECONDS)
            except TimeoutError:
                pass
            self._links_changed.clear()
            await self._follow_links_once()

    async def _follow_links_once(self) -> None:
        try:
            facts = await self._in_thread(list_interfaces)
        except (OSError, ValueError) as error:
            before, self._links_error = self._links_error, getattr(error, "strerror", None) or type(error).__name__
            if self._links_error != before:
                log.warning("interfaces could not be listed: %s", self._links_error)
            return
        self._links_error = ""
        choices = choices_of(facts, self._settings)
        network = local_network(facts, inside_of(choices))
        if network != self._network:
            self._network = network
            self.monitor.add_network(network)
            if self._recorder is not None:
                self._recorder.add_knowledge(network, clock.wall_time())
        self._naming.add_network(network)
        self._naming.add_hosts(await self._in_thread(self._naming.read_hosts), *clock.both())
        if not self._is_running:
            return
        before = self._capture.openings()
        try:
            self._capture.apply(choices, clock.monotonic())
        except PermissionError as error:
            raise CaptureRefused from error
        if self._capture.openings() != before:
            self._read_counters()  # at once: what was counted before a handle was open is its baseline
        self._naming.apply(choices, clock.monotonic())
        if self._first_look is not None:
            indexes = (choice.facts.index for choice in choices if choice.capture and choice.facts is not None)
            self._first_look.follow(indexes, network)

    # Sockets and processes.

    async def _follow_sockets(self) -> None:
        while True:
            now = clock.monotonic()
            waiting_seconds = self._schedule.next_time(now, self._pending_at(now)) - now
            if waiting_seconds > 0:
                self._wanted.clear()
                try:
                    # Not `wait_for`: that of Python 3.11 loses a cancellation that comes together with the event.
                    async with asyncio.timeout(waiting_seconds):
                        await self._wanted.wait()
                except TimeoutError:
                    pass
                else:
                    continue  # something new: the schedule says when it is worth a listing
            if self._is_running:
                await self._scan()
            else:
                self._wanted.clear()  # whatever was wanted before; `start` sets it
                await self._wanted.wait()

    def _pending_at(self, now: float) -> float | None:
        pending_since = self.monitor.pending_since
        return None if pending_since is None else now - max(0.0, clock.wall_time() - pending_since)

    async def _scan(self, *, is_fresh: bool = False) -> None:
        async with self._work:
            self._schedule.begun()
            if is_fresh:
                self._lister.forget_caches()  # here nobody lists
            try:
                listing, cpu_seconds = await self._where_listed(self._list_sockets)
            except (OSError, RuntimeError, ValueError) as error:  # the last two: what psutil makes of odd lines
                # Its kind says enough; the message could hold a path of somebody's process, or an address.
                kind = getattr(error, "strerror", None) or type(error).__name__
                if self._owners.failed(kind):
                    log.warning("sockets could not be listed: %s", kind)
                self._schedule.finished(clock.monotonic(), FAILED_COST_SECONDS)
                return
        now = clock.monotonic()
        # What is waiting was captured before the listing ended: it must not seem younger.
        self._capture.read_all()
        cpu_before = clock.thread_cpu()
        self.monitor.add_processes(listing.processes, now)
        self.monitor.add_sockets(listing.scan, now, way=self._lister.name)
        self._schedule.finished(now, cpu_seconds + clock.thread_cpu() - cpu_before)
        self._owners.listed(listing, cpu_seconds)
        if self._recorder is not None:
            self._recorder.add_knowledge(Processes(rows=listing.processes), clock.wall_time())
            self._recorder.add_knowledge(listing.scan, clock.wall_time())

    def _list_sockets(self) -> tuple[Listing, float]:
        cpu_before = clock.thread_cpu()
        listing = self._lister.list_sockets(clock.wall_time())
        return listing, clock.thread_cpu() - cpu_before + listing.elsewhere_cpu_seconds

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._pool, call)

    async def _where_listed(self, call: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._listing_pool, call)
