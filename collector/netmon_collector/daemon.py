"""The composition root: builds every real part, passes it down, and keeps the ticks."""

import asyncio
import logging
import os
import signal
from pathlib import Path

from netmon.model import Degradation, Gap, GapCause, ServiceLimits
from netmon.program_settings import SettingsError
from netmon.serving import GateLimits, SeatLimits, ServiceHost, Supervisor
from netmon_collector import clock, own_code
from netmon_collector.capture.recording import Recorder
from netmon_collector.capture.recording_files import find_files
from netmon_collector.config import Settings
from netmon_collector.controls import Controls
from netmon_collector.finding_state import HELPER_IS_DOWN
from netmon_collector.garbage import GarbageRounds
from netmon_collector.host.interfaces import list_interfaces
from netmon_collector.host.listers import open_owner_finder, open_socket_lister
from netmon_collector.invoker import command_lines_of, sudo_owner
from netmon_collector.live import LiveSource
from netmon_collector.main_drop import player_drop
from netmon_collector.naming import name_settings
from netmon_collector.place import Place
from netmon_collector.playback import Playback
from netmon_collector.server import Hub, Limits, build_services
from netmon_collector.source import OwnersLost, SomethingMissing, Source
from netmon_collector.split import HelperFailed, Split
from netmon_collector.status_board import StatusBoard
from netmon_collector.without_packets import NOBODY_ASKS

SUSPENSION_SECONDS = 1.0
"""A sleep of the machine is told from this length on."""

FAILED_TICKS = 5
"""After so many in a row that failed, the collector ends: a service manager can start it anew."""

_KEPT_PART = 8
"""Each eighth place is for root and who started it, or who sees everything: the others cannot shut them out."""

ATTRIBUTION = "attribution"
"""The part of health (grpc.health.v1) that says whether owners are found."""

log = logging.getLogger(__name__)


async def run(settings: Settings, warnings: tuple[Degradation, ...] = (), split: Split | None = None) -> None:
    """Collect and serve until SIGTERM or SIGINT; ``warnings`` hold for the whole run.

    ``split``: who finds owners in place of this process, which then gives up its rights.

    ``CaptureRefused``, ``SomethingMissing``, ``SettingsError`` and ``AlreadyRunning`` say why it could not,
    ``OwnersLost`` why a service is to be started anew.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if settings.read is not None:
        source, place = _open_recording(settings, settings.read)
    else:
        source, place = _open_live(settings, split), Place(settings, None if split is None else split.main_drop)
    try:
        if isinstance(source, LiveSource):
            place.leave_root(source.recorder)
        await Daemon(settings, source, place, warnings).run(stopped)
    finally:
        source.close()


def _open_recording(settings: Settings, path: Path) -> tuple[Playback, Place]:
    """Open a recording after root was left: whoever wrote it may have written anything."""
    try:
        files = find_files(path)
        names = name_settings(off_because=settings.names_off_because, browsers=settings.browsers)
        place = Place(settings, player_drop(files.all, settings.socket.parent))
        place.leave_root()
        try:
            source = Playback(
                files,
                is_paced=settings.is_paced,
                is_looped=settings.is_looped,
                interval_seconds=settings.interval_seconds,
                names=names,
            )
        except (OSError, ValueError):
            place.give_up()
            raise
    except OSError as error:
        raise SomethingMissing(f"{path} cannot be read: {error.strerror or error}") from error
    except LookupError as error:
        raise SomethingMissing(f"rights could not be given up: {error}") from error
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return source, place


def _open_live(settings: Settings, split: Split | None) -> LiveSource:
    _check_interfaces(settings.interfaces)
    loop, recorder = asyncio.get_running_loop(), _open_recorder(settings)
    if split is not None:
        try:
            found = split.meet()
        except HelperFailed as error:
            raise SomethingMissing(str(error)) from error
        finder = found.choice if settings.is_capturing else NOBODY_ASKS
        return LiveSource(settings, found.lister, loop, recorder, finder, found.foreign, split.link)
    lines_of = command_lines_of(settings)
    lister = open_socket_lister(settings.owners, command_lines_of=lines_of)
    finder = NOBODY_ASKS
    if settings.is_capturing:
        finder = open_owner_finder(settings.owners, command_lines_of=lines_of)
    return LiveSource(settings, lister, loop, recorder, finder)


def _check_interfaces(wanted: tuple[str, ...]) -> None:
    """Refuse to wait for interfaces of which none is there: mostly a name was mistyped. A service may be early."""
    present = [facts.name for facts in list_interfaces()] if wanted else []
    if wanted and not set(wanted) & set(present):
        if own_code.is_service(os.environ, os.getpid(), os.getppid()):
            log.warning("no interface that was asked for is there yet: it is captured when it comes")
            return
        raise SomethingMissing(f"there is no interface {', '.join(wanted)}; there are {', '.join(present)}")


def _open_recorder(settings: Settings) -> Recorder | None:
    if settings.record is None:
        return None
    owner = sudo_owner(os.environ)
    try:
        return Recorder(settings.record, now=clock.wall_time(), owner=owner, limit_bytes=settings.record_limit_bytes)
    except OSError as error:
        raise SettingsError(f"{settings.record} cannot be recorded to: {error.strerror or error}") from error


def _seats(settings: Settings) -> SeatLimits:
    return SeatLimits(
        subscriber_limit=settings.subscriber_limit,
        subscribers_a_user=settings.subscribers_a_user,
        kept_for_those_who_see_all=settings.subscriber_limit // _KEPT_PART,
    )


def _gate(settings: Settings) -> GateLimits:
    return GateLimits(
        connection_limit=settings.connection_limit,
        connections_a_user=settings.connections_a_user,
        kept_for_masters=settings.connection_limit // _KEPT_PART,
    )


class Daemon:
    """One run: a source, its monitor, and the service that hands out what the monitor knows."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        place: Place,
        warnings: tuple[Degradation, ...] = (),
    ) -> None:
        """Put the parts together; ``run`` starts them. ``warnings`` stand first among what is degraded."""
        self._warnings = warnings
        self._place = place
        self._interval_seconds = settings.interval_seconds
        self._source = source
        self._monitor = source.monitor
        self._limits = limits = Limits(seats=_seats(settings))
        self._hub = Hub(self._monitor, limits)
        services = build_services(
            hub=self._hub,
            source=self._monitor,
            control=Controls(source),
            status=StatusBoard(source, settings.interval_seconds, warnings, self._service_limits),
            wall_time=source.wall_time,
            limits=limits,
        )
        self._host = ServiceHost(path=settings.socket, claimed=place.socket, services=services, limits=_gate(settings))
        self._supervisor = Supervisor.from_environment(os.environ)
        self._is_service = own_code.is_service(os.environ, os.getpid(), os.getppid())
        self._slept_seconds = clock.slept()
        self._degraded: tuple[Degradation, ...] = ()
        """As of the newest tick."""
        self._is_attributing: bool | None = None
        if isinstance(source, Playback):
            source.tick = self._tick

    async def run(self, stopped: asyncio.Event) -> None:
        """Run until ``stopped`` is set, or something fails."""
        # Packets first: what cannot be captured must not be served.
        await self._source.open()
        self._place.claim()
        try:
            await self._host.start()
        except OSError as error:
            raise SomethingMissing(f"cannot serve on {self._host.path}: {error.strerror or error}") from error
        self._degraded = self._source.degraded()
        self._tell_health()
        log.info("serving")
        self._supervisor.ready("serving")
        running = (self._source.run(), self._keep_ticks(), self._supervisor.keep_alive(), stopped.wait())
        parts = [asyncio.create_task(part) for part in running]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self._supervisor.stopping()
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._host.stop()
            log.info("stopped")
            self._supervisor.close()

    def _service_limits(self) -> ServiceLimits:
        """Give how much is served: when somebody asks, all parts are there."""
        return ServiceLimits(
            connection_count=self._host.connection_count,
            connection_limit=self._host.limits.connection_limit,
            connections_a_user=self._host.limits.connections_a_user,
            subscriber_limit=self._limits.seats.subscriber_limit,
            subscribers_a_user=self._limits.seats.subscribers_a_user,
        )

    async def _keep_ticks(self) -> None:
        due = clock.monotonic() + self._interval_seconds
        garbage = GarbageRounds(due, clock.thread_cpu)
        failures = 0
        while True:
            await asyncio.sleep(max(0.0, due - clock.monotonic()))
            late_seconds = clock.monotonic() - due
            missed = int(late_seconds / self._interval_seconds)
            if missed:
                self._say_late(missed, late_seconds)
            failures = self._try_tick(failures)
            self._tell_health()
            garbage.look(clock.monotonic())
            if self._is_service and self._source.helper.is_lost:
                raise OwnersLost
            due += self._interval_seconds * (missed + 1)

    def _try_tick(self, failures: int) -> int:
        """Make a tick; give how many have failed in a row. One that fails is a fault of ours, but not yet the end."""
        try:
            self._tick()
        except Exception:
            log.exception("a tick failed")
            if failures + 1 >= FAILED_TICKS:
                raise
            return failures + 1
        return 0

    def _tell_health(self) -> None:
        """Say by ``ATTRIBUTION`` in health whether owners are found."""
        is_attributing = all(one.code != HELPER_IS_DOWN for one in self._degraded)
        if is_attributing != self._is_attributing:
            self._is_attributing = is_attributing
            self._host.health.set(ATTRIBUTION, is_serving=is_attributing)

    def _tick(self) -> None:
        slept_seconds = clock.slept()
        if slept_seconds - self._slept_seconds >= SUSPENSION_SECONDS:
            wall_time = self._source.wall_time()
            self._monitor.resume(slept_seconds - self._slept_seconds, self._source.now(), wall_time)
        self._slept_seconds = slept_seconds
        self._source.before_tick()
        self._degraded = self._source.degraded()
        self._monitor.set_degraded((*self._warnings, *self._degraded))
        self._monitor.tick(self._source.now(), self._source.wall_time())
        self._hub.publish()
        for gap in self._monitor.take_gaps():
            self._hub.announce(gap)

    def _say_late(self, missed: int, late_seconds: float) -> None:
        """Tell of ticks that did not come in time; their traffic stands in the interval of the next one."""
        wall_time = self._source.wall_time()
        gap = Gap(
            cause=GapCause.OVERLOAD,
            skipped_count=missed,
            since_time=wall_time - late_seconds,
            until_time=wall_time,
        )
        self._monitor.tell(gap, self._source.now(), wall_time)
