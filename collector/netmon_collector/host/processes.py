"""Who processes are: rows with clean texts, cached for as long as they are surely the same process."""

from collections.abc import Collection
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, NamedTuple

from netmon.model import Process
from netmon.model.text import clean
from netmon_collector.core.applications import ApplicationName, application_of
from netmon_collector.host.cgroup import parse_control_groups
from netmon_collector.host.ports import Glimpse, ProcessReader, ProcessRecord
from netmon_collector.host.user_names import UserNames

REREAD_SECONDS = 30.0
"""After this long a process is read again: it may have changed its user, its script or its control group."""

CLOCK_STEP_SECONDS = 1.0
"""By less than this two readings of one start differ; by more when the wall clock was set in between."""


_SHARED: Final = tuple({field.name for field in fields(Process)} - {"id", "pid", "start_time"})
"""What those have in common that one program forked; all texts of it are clean."""


class _Entry(NamedTuple):
    process: Process
    glimpse: Glimpse
    read_time: float


class Kin(NamedTuple):
    """What the kernel tells of a process as it is now: its own name of it, the real user, the control group's id.

    ``uid`` -1: not told. ``program``: what else it tells that those have in common which one run of a program forked;
    (): nothing.
    """

    name: bytes
    uid: int
    control_group: int
    program: tuple[Any, ...] = ()


class _Forked(NamedTuple):
    """One that was read in full, and stands for those that the same program forks: they share ``texts``."""

    glimpse: Glimpse
    read_time: float
    texts: dict[str, Any]


class Sighting(NamedTuple):
    """A process that was seen to be what ``forked`` is: `ProcessTable.recall` tells who, also when it has ended."""

    pid: int
    glimpse: Glimpse
    forked: _Forked


class ProcessTable:
    """Processes by identity (boot, pid, start time).

    ``command_lines_of``: processes of that user carry their command line, cut to 256 characters. Readings come in
    rounds: ``begin``, then ``find`` for each pid; within one round a pid is looked at once.
    """

    def __init__(self, reader: ProcessReader, *, command_lines_of: int | None = None) -> None:
        """Read processes with ``reader``."""
        self._reader = reader
        self._command_lines_of = command_lines_of
        self._entries: dict[str, _Entry] = {}
        self._round: dict[int, Process | None] = {}
        self._round_time = 0.0
        self._known_pids: set[int] = set()
        self._users = UserNames()
        self._forked: dict[Kin, _Forked] = {}

    def begin(self, now_wall: float) -> None:
        """Start a round at ``now_wall`` (Unix seconds)."""
        self._reader.begin(now_wall)
        self._round = {}
        self._round_time = now_wall

    def find(self, pid: int, kin: Kin | None = None, told: Glimpse | None = None) -> Process | None:
        """Give the process that has had ``pid`` since before this round began.

        None where there is none that runs, and for a process that started later: what was read in this round under
        its pid may have been its predecessor's. With ``kin`` it stands for those that the same program forks: ``sight``
        comes first, and tells them without reading them in full. ``told``: what the kernel told of it a moment ago;
        None then where another one has the pid by now.
        """
        if pid in self._round and _is_told(told, self._round[pid]):
            return self._round[pid]
        found = self._find(pid, kin, told)
        if found is not None or told is None:
            self._round[pid] = found
        return found if _is_told(told, found) else None

    def sight(self, pid: int, kin: Kin, told: Glimpse | None = None) -> Sighting | None:
        """Look at a process that the program forked which ``kin`` was found with; None: it is to be found now.

        One read of ``/proc`` is enough for these, 9 us in place of 29 with warm caches, and none for one that the
        kernel has ``told`` of. What else is to be done, with cold ones the larger part, can be done for many at once,
        whether they are still there or not.
        """
        forked = self._forked.get(kin)
        if forked is None or not self._is_fresh(forked.read_time):
            return None
        if told is not None:
            return None if told.id in self._entries else _sighting(pid, told, forked)
        if pid in self._known_pids:
            return None
        glimpse = self._reader.glimpse(pid)
        if glimpse is None or glimpse.start_time > self._round_time:
            return None
        return _sighting(pid, glimpse, forked)

    def assume(self, pid: int, kin: Kin, told: Glimpse) -> Process | None:
        """Take a process that has ended for what ``kin`` stands for, where the kernel told that it was forked of it."""
        forked = self._forked.get(kin)
        if forked is None or not self._is_fresh(forked.read_time):
            return None
        return Process(id=told.id, pid=pid, start_time=told.start_time, **forked.texts)

    def known_for(self, kin: Kin) -> float:
        """Give how many seconds from this round on ``sight`` tells those that ``kin`` stands for without a read."""
        forked = self._forked.get(kin)
        return max(0.0, forked.read_time + REREAD_SECONDS - self._round_time) if forked is not None else 0.0

    def recall(self, sighting: Sighting) -> Process:
        """Give a process that was sighted, in this round or in one before."""
        pid, glimpse, forked = sighting
        entry = self._entries.get(glimpse.id)
        if entry is not None:
            return entry.process
        process = Process(id=glimpse.id, pid=pid, start_time=glimpse.start_time, **forked.texts)
        self._entries[glimpse.id] = _Entry(process, glimpse, forked.read_time)
        self._known_pids.add(pid)
        return process

    def prune(self, keep_ids: Collection[str]) -> None:
        """Forget all processes but these. Users keep their names until ``forget_all``: a directory may be slow."""
        self._entries = {key: entry for key, entry in self._entries.items() if key in keep_ids}
        self._known_pids = {entry.process.pid for entry in self._entries.values()}
        self._forked = {kin: one for kin, one in self._forked.items() if self._is_fresh(one.read_time)}
        self._reader.keep(frozenset(self._known_pids))

    def forget_all(self) -> None:
        """Read everything anew."""
        self.prune(())
        self._round.clear()
        self._users.forget()
        self._forked.clear()

    def user_name(self, uid: int) -> str:
        """Give what a user is called, or the number where nobody is called so, or that is not known yet."""
        return self._users.name(uid)

    def _find(self, pid: int, kin: Kin | None, told: Glimpse | None) -> Process | None:
        if pid not in self._known_pids:
            return self._find_new(pid, kin, told)
        glimpse = told or self._reader.glimpse(pid)
        if glimpse is None or glimpse.start_time > self._round_time:
            return None
        entry = self._entries.get(glimpse.id)
        if entry is not None and entry.glimpse.fingerprint == glimpse.fingerprint and self._is_fresh(entry.read_time):
            return entry.process
        record = self._reader.read(pid)
        if record is None or record.glimpse.id != glimpse.id:
            return None
        return self._keep(pid, record, glimpse.start_time, self._round_time)

    def _find_new(self, pid: int, kin: Kin | None, told: Glimpse | None) -> Process | None:
        record = self._reader.read(pid)  # a glimpse before would not spare it
        if record is None or record.glimpse.start_time > self._round_time:
            return None
        is_shown = self._command_lines_of is not None and record.uid == self._command_lines_of
        # One that ends while it is read has no executable any more, then no control group.
        is_whole = bool(record.glimpse.image and record.executable and record.control_groups)
        is_as_told = told is None or told == record.glimpse
        process = self._keep(pid, record, record.glimpse.start_time, self._round_time)
        if kin is not None and is_whole and is_as_told and record.uid == kin.uid and not is_shown:
            # Not where the command line is shown: each may have written its own (setproctitle).
            texts = {name: getattr(process, name) for name in _SHARED}
            self._forked[kin] = _Forked(record.glimpse, self._round_time, texts)
        return process

    def _is_fresh(self, read_time: float) -> bool:
        return 0 <= self._round_time - read_time < REREAD_SECONDS

    def _keep(self, pid: int, record: ProcessRecord, start_time: float, read_time: float) -> Process:
        entry = self._entries.get(record.glimpse.id)
        # The start is computed from the wall clock at each reading: the first one stands until the clock steps.
        if entry is not None and abs(entry.process.start_time - start_time) < CLOCK_STEP_SECONDS:
            start_time = entry.process.start_time
        process = self._process(pid, record, start_time)
        if entry is not None and entry.process == process:
            process = entry.process
        self._entries[record.glimpse.id] = _Entry(process, record.glimpse, read_time)
        self._known_pids.add(pid)
        return process

    def _process(self, pid: int, record: ProcessRecord, start_time: float) -> Process:
        application = _application_of(record.executable, record.name, record.arguments)
        group = parse_control_groups(record.control_groups)
        is_shown = self._command_lines_of is not None and record.uid == self._command_lines_of
        return Process(
            id=record.glimpse.id,
            pid=pid,
            start_time=start_time,
            name=clean(record.name),
            executable=clean(record.executable),
            user=self.user_name(record.uid) if record.uid is not None else "",
            uid=record.uid,
            parent_pid=record.parent_pid,
            parent_name=clean(record.parent_name),
            command_line=clean(" ".join(record.arguments)) if is_shown else "",
            application_id=application.id,
            application_name=application.name,
            application_path=application.path,
            unit=group.unit,
            container=group.container,
        )


def _is_told(told: Glimpse | None, process: Process | None) -> bool:
    return told is None or (process is not None and process.id == told.id)


def _sighting(pid: int, glimpse: Glimpse, forked: _Forked) -> Sighting | None:
    before = forked.glimpse
    is_kin = glimpse.image == before.image and glimpse.fingerprint == before.fingerprint
    return Sighting(pid, glimpse, forked) if is_kin else None


@lru_cache(maxsize=256)
def _application_of(executable: str, name: str, arguments: tuple[str, ...]) -> ApplicationName:
    """Keep the names of applications: of processes that come by the hundred most run the same."""
    return application_of(executable, name, arguments)
