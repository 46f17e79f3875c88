"""The composition root: builds every real part, passes it down, and ends them in order."""

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from netmon import __version__
from netmon.model import Calendar, RecorderStatus, RetentionPolicy
from netmon.program_settings import SettingsError
from netmon.serving import ServiceHost, SocketAccess, Supervisor, UnsafeDirectory, access_for_invoker
from netmon_client import connect_async
from netmon_client.clock import wall_time
from netmon_client.local_zone import local_zone_name
from netmon_client.socket_path import own_recorder_path
from netmon_recorder.alerts import AlertDesk, Bells
from netmon_recorder.keeping_seconds import choose_seconds
from netmon_recorder.recording import Recorder, Recording
from netmon_recorder.service import ServiceParts, Workers, build_services
from netmon_recorder.settings import DAY_SECONDS, Settings, default_database
from netmon_recorder.store import HistoryStore, StorageError
from netmon_recorder.store.sqlite import open_store
from netmon_recorder.upkeep import Upkeep

log = logging.getLogger(__name__)


class CannotServe(Exception):
    """Something that the recorder needs is not there. The text says what."""


def access_to_history(environ: Mapping[str, str]) -> SocketAccess:
    """Give who may connect: to one's own recorder oneself; to the machine's, as to the collector, everybody.

    The machine's is root's, or a service with a state directory of its own (systemd.exec(5), "STATE_DIRECTORY"). Who
    may not see all of it sees their own part. Raises SettingsError.
    """
    is_machines = os.geteuid() == 0 or bool(environ.get("STATE_DIRECTORY"))
    try:
        return access_for_invoker(environ, is_open=is_machines)
    except ValueError as error:
        raise SettingsError(str(error)) from error


async def run(settings: Settings) -> None:
    """Record and serve until SIGTERM or SIGINT.

    ``SettingsError``, ``CannotServe``, ``AlreadyRunning`` and the storage's errors say why it could not.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    daemon = Daemon(settings)
    await daemon.run(stopped)


class Daemon:
    """One run: the stream in, the storage, the service out."""

    def __init__(self, settings: Settings) -> None:
        """Take in the settings; ``run`` puts the parts together."""
        self._settings = settings
        self._start_time = wall_time()
        self._database = settings.database or default_database(os.environ)
        self._seconds = choose_seconds(settings.keep_seconds_hours, self._database)
        self._bells = Bells()
        self._time_zone = settings.time_zone or _zone_of_the_machine()
        self._workers = Workers()
        self._supervisor = Supervisor.from_environment(os.environ)
        self._recorder: Recorder | None = None

    async def run(self, stopped: asyncio.Event) -> None:
        """Run until ``stopped`` is set, or something fails."""
        store = self._open_store()
        try:
            await self._run(store, stopped)
        finally:
            self._workers.close()
            store.close()
            self._supervisor.close()

    def status(self) -> RecorderStatus:
        """Give the state of the recorder."""
        recorder = self._recorder
        assert recorder is not None, "the service is built after the recorder"  # noqa: S101 -- for the type alone
        position = recorder.position
        return RecorderStatus(
            version=__version__,
            start_time=self._start_time,
            pid=os.getpid(),
            recording_state=position.state,
            recording_since=position.since_time,
            collector_instance_id=position.instance_id,
            degraded=recorder.degraded(),
            seconds_reason=self._seconds.reason,
        )

    async def catch_up(self, until_time: float | None) -> None:
        """Have what was recorded until then (None: now) kept before it is asked for."""
        if self._recorder is not None:
            await self._recorder.catch_up(until_time)

    async def _run(self, store: HistoryStore, stopped: asyncio.Event) -> None:
        resume = store.resume_point()
        desk, upkeep = AlertDesk(store, self._time_zone), Upkeep(store, wall_time, resume.until_time)
        async with connect_async(self._settings.collector) as collector:
            self._recorder = recorder = Recorder(
                collector=collector,
                writer=store,
                recording=Recording(resume, wall_time(), keeps_seconds=self._seconds.seconds > 0),
                wall_time=wall_time,
                after_batch=lambda now: self._ask_alerts(desk, now),
                after_try=upkeep.look,
            )
            parts = ServiceParts(store=store, alerts=desk, listeners=self._bells, state=self, wall_time=wall_time)
            host = self._host(parts)
            await self._start(host)
            log.info("serving")
            self._supervisor.ready("serving")
            tasks = [
                asyncio.create_task(part)
                for part in (
                    recorder.follow(),
                    recorder.keep(),
                    upkeep.run(),
                    self._supervisor.keep_alive(),
                    stopped.wait(),
                )
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                self._supervisor.stopping()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                try:
                    # The open minute first: what comes after may take as long as it likes.
                    await recorder.finish()
                finally:
                    await host.stop()
                    log.info("stopped")

    def _open_store(self) -> HistoryStore:
        settings = self._settings
        policy = RetentionPolicy(
            minute_seconds=round(settings.keep_minutes_days * DAY_SECONDS),
            hour_seconds=round(settings.keep_hours_days * DAY_SECONDS),
            day_seconds=round(settings.keep_days_days * DAY_SECONDS),
            quota_bytes=settings.quota_bytes,
            second_seconds=self._seconds.seconds,
        )
        calendar = Calendar(time_zone=self._time_zone, month_first_day=settings.month_starts_on)
        try:
            return open_store(self._database, policy=policy, calendar=calendar, now=wall_time())
        except ValueError as error:
            raise SettingsError(f"time_zone: {calendar.time_zone} is not known here") from error

    def _host(self, parts: ServiceParts) -> ServiceHost:
        path = self._settings.socket or Path(own_recorder_path())
        return ServiceHost(
            path=path, services=build_services(parts, self._workers), access=access_to_history(os.environ)
        )

    async def _start(self, host: ServiceHost) -> None:
        try:
            await host.start()
        except UnsafeDirectory as error:
            text = f"{error}: the socket must lie in a directory that only its owner can change"
            raise SettingsError(text) from error
        except ValueError as error:
            raise SettingsError(str(error)) from error
        except OSError as error:
            raise CannotServe(f"cannot serve on {host.path}: {error.strerror or error}") from error

    async def _ask_alerts(self, desk: AlertDesk, now: float) -> None:
        try:
            fired = await asyncio.to_thread(desk.ask_all, now)
        except StorageError as error:
            log.warning("alerts could not be asked: %s", type(error).__name__)
            return
        if fired:
            self._bells.ring()


def _zone_of_the_machine() -> str:
    name = local_zone_name(os.environ)
    if not name:
        log.warning("this machine's time zone has no name here: days are those of UTC unless --time-zone names one")
    return name or "UTC"
