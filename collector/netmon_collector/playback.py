"""A recording as a source: packets, sockets and processes as they were, at their own pace or at once."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from netmon.model import CaptureState, Degradation, InterfaceStatus, OwnerWay, PacketSource
from netmon.program_settings import SettingsError
from netmon_collector import clock
from netmon_collector.capture.recording_files import RecordingFiles
from netmon_collector.capture.replay import NamePackets, Recorded, Replay
from netmon_collector.capture.sidecar import Processes
from netmon_collector.capture.told_owners import ToldOwners
from netmon_collector.core.batch import Batch
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.name_facts import HostsFact
from netmon_collector.core.naming import NameSettings
from netmon_collector.core.questions import Answer
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.finding_state import NO_HELPER, HelperState
from netmon_collector.names import quic
from netmon_collector.names.learner import NO_LIMITS, NameLearner
from netmon_collector.naming import QUIC_MISSING, name_settings
from netmon_collector.source import SomethingMissing, new_instance_id

YIELD_SECONDS = 0.05
"""At once means as fast as it can be read, but others get their turn after so much of it."""

SKIPPED_GAP_SECONDS = 120.0
"""Where all is played at once, a gap longer than this is one interval and not many."""

TOLD_LIMIT = 65_536
"""So many of the newest connections can be told an owner; their answers came within a minute of their start or end."""


class Playback:
    """Feeds a monitor from a recording.

    Times are the recording's: its first moment is now, and each tick's wall clock tells when it happened.
    """

    def __init__(
        self,
        files: RecordingFiles,
        *,
        is_paced: bool,
        is_looped: bool,
        interval_seconds: float,
        names: NameSettings | None = None,
    ) -> None:
        """Look at the files. ``OSError`` where one cannot be read, ``ValueError`` where one is no capture file."""
        names = names or name_settings()
        self._replay = Replay(files, loop=is_looped, with_names=names.is_on)
        self._learner = NameLearner(NO_LIMITS) if names.is_on else None
        self._items = self._replay.items()
        self._first = next(self._items, None)
        self._is_paced = is_paced
        self._interval_seconds = interval_seconds
        self._started_at = clock.monotonic()
        self._skipped_seconds = 0.0
        self.monitor = Monitor(
            new_instance_id(),
            now=self._started_at,
            wall_time=self.wall_time(),
            packet_source=PacketSource.RECORDING,
            has_lookup=self._replay.has_owners,
            names=names,
        )
        self.monitor.ask_for_owners()
        self._told = ToldAnswers(self.monitor)
        self._interfaces: dict[str, float] = {}
        self._scan_count = 0
        self._is_running = True
        self.tick: Callable[[], object] = lambda: None
        """Makes a tick; where all is played at once, the recording's time decides when one is due."""

    async def open(self) -> None:
        """Do nothing: the files are open."""

    async def run(self) -> None:
        """Play it, then go on with nothing new.

        ``SettingsError``: the sidecar is damaged; the text names the line. ``SomethingMissing``: a file is gone.
        """
        if self._first is not None:
            items = chain((self._first,), _readable(self._items))
            await (self._play_paced(items) if self._is_paced else self._play_at_once(items))
        await asyncio.Event().wait()

    async def _play_paced(self, items: Iterable[Recorded]) -> None:
        turn_at = clock.monotonic()
        for recorded in items:
            delay = recorded.time - self.wall_time()
            if delay > 0 or clock.monotonic() - turn_at > YIELD_SECONDS:
                await asyncio.sleep(max(0.0, delay))
                turn_at = clock.monotonic()
            self._feed(recorded)

    async def _play_at_once(self, items: Iterable[Recorded]) -> None:
        next_tick = self.wall_time() + self._interval_seconds
        turn_at = clock.monotonic()
        for recorded in items:
            if recorded.time - next_tick > SKIPPED_GAP_SECONDS:
                # Nothing happened for long, or the recording's clock stepped: nobody waits for all those empty ticks.
                self._skipped_seconds += max(0.0, recorded.time - self.wall_time())
                next_tick = recorded.time + self._interval_seconds
            while recorded.time >= next_tick:
                self._skipped_seconds += max(0.0, next_tick - self.wall_time())
                self.tick()
                next_tick += self._interval_seconds
            if clock.monotonic() - turn_at > YIELD_SECONDS:
                await asyncio.sleep(0)
                turn_at = clock.monotonic()
            self._feed(recorded)
        self.tick()

    def wall_time(self) -> float:
        """Unix seconds in the recording."""
        if self._first is None:
            return clock.wall_time()
        return self._first.time + self.now() - self._started_at

    def now(self) -> float:
        """Monotonic seconds; what was played at once has passed, too."""
        return clock.monotonic() + self._skipped_seconds

    def before_tick(self) -> None:
        """Note which connections began."""
        self._told.note_questions(self.now())

    def start(self) -> None:
        """Feed packets again."""
        self._is_running = True

    def stop(self) -> None:
        """Drop what is played meanwhile."""
        self._is_running = False

    async def refresh(self) -> tuple[int, int, int]:
        """Tell what there is; a recording has nothing newer."""
        snapshot = self.monitor.latest
        if snapshot is None:
            return 0, 0, len(self._interfaces)
        processes = {row.facts.process.id for row in snapshot.connections if row.facts.process is not None}
        return len(snapshot.connections), len(processes), len(self._interfaces)

    def interfaces(self) -> tuple[InterfaceStatus, ...]:
        """Give the interfaces that showed packets so far."""
        return tuple(
            InterfaceStatus(name=name, state=CaptureState.CAPTURING, last_packet_time=time)
            for name, time in sorted(self._interfaces.items())
        )

    def owner_ways(self) -> tuple[OwnerWay, ...]:
        """Give the recording's own."""
        reason = "" if self._replay.has_owners else "there is no sidecar beside the capture file"
        return (OwnerWay(name="recording", in_use=self._replay.has_owners, reason=reason, scan_count=self._scan_count),)

    @property
    def helper(self) -> HelperState:
        """There is none: owners are in the recording."""
        return NO_HELPER

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what the recording lacks."""
        found: list[Degradation] = []
        if not self._replay.has_owners:
            text = "This recording does not say who owned the connections: none has an owner."
            remedy = "netmon-collector --record DIR writes recordings that do."
            found.append(Degradation(code="recording.no_owners", text=text, remedy=remedy))
        if self._replay.addresses_are_guessed:
            text = "Which addresses were local is guessed from the packets: sent and received may be mistaken."
            found.append(Degradation(code="recording.guessed_addresses", text=text))
        if self._replay.is_damaged:
            text = "A file of the recording is damaged: what stands behind the damage is missing."
            found.append(Degradation(code="recording.damaged", text=text))
        if self._learner is not None and not quic.is_available:
            found.append(QUIC_MISSING)
        return tuple(found)

    def close(self) -> None:
        """Do nothing: files are closed as they end."""

    def _feed(self, recorded: Recorded) -> None:
        item = recorded.item
        if isinstance(item, Batch):
            self._interfaces[item.interface] = recorded.time
            if self._is_running:
                self.monitor.add_batch(item)
        elif isinstance(item, LocalNetwork):
            self.monitor.add_network(item)
            if self._learner is not None:
                self._learner.add_network(item)
        elif isinstance(item, NamePackets):
            self._learn(item)
        elif isinstance(item, HostsFact):
            if self._learner is not None:
                self.monitor.add_names((item,), self.now())
        elif isinstance(item, Processes):
            self.monitor.add_processes(item.rows, self.now())
        elif isinstance(item, ToldOwners):
            self._told.answer(item, self.now())
        else:
            self._scan_count += 1
            self.monitor.add_sockets(item, self.now())

    def _learn(self, packets: NamePackets) -> None:
        if self._learner is None or not self._is_running:
            return
        facts = self._learner.add_batch(packets.batch, self.now())
        if facts:
            self.monitor.add_names(facts, self.now())


class ToldAnswers:
    """Gives a monitor the answers of a recording; from its questions it knows the connections by their start."""

    def __init__(self, monitor: Monitor) -> None:
        """Answer for ``monitor``, which asks for owners."""
        self._monitor = monitor
        self._ids: dict[tuple[FlowKey, int], str] = {}

    def note_questions(self, now: float) -> None:
        """Take what the monitor asks; the answers come when they came."""
        while True:
            for question in self._monitor.take_questions(now):
                self._ids[question.key, _microseconds(question.start_time)] = question.id
            if not self._monitor.questions:
                break
        for key in list(islice(self._ids, max(0, len(self._ids) - TOLD_LIMIT))):
            del self._ids[key]

    def answer(self, told: ToldOwners, now: float) -> None:
        """Hand over what was answered then."""
        self.note_questions(now)
        answers: list[Answer] = []
        for row in told.rows:
            flow_id = self._ids.get((row.key, _microseconds(row.start_time)))
            if flow_id is not None:
                answers.append(
                    Answer(flow_id, row.process_id, row.method, row.confidence, row.holder_ids, row.is_final)
                )
        self._monitor.add_answers(told.processes, answers, now)


def _microseconds(time: float) -> int:
    """Give a time as capture files have it."""
    return round(time * 1e6)


def _readable(items: Iterable[Recorded]) -> Iterator[Recorded]:
    """Give them all, with what the files may turn out to be said in the words of a run."""
    try:
        yield from items
    except OSError as error:
        raise SomethingMissing(f"the recording cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise SettingsError(str(error)) from error
