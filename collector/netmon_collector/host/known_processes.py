"""Processes that made or used sockets: read while they are there, and known for a while when they have ended."""

import os
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Final, NamedTuple

from netmon.model import Process
from netmon.model.text import clean
from netmon_collector.core.applications import ApplicationName, application_of
from netmon_collector.core.program_book import ProgramBook
from netmon_collector.host.ports import Glimpse, Who
from netmon_collector.host.processes import Kin, ProcessTable, Sighting

__all__ = ["KTHREADD", "START_ERROR_SECONDS", "Clock", "KnownProcesses", "Met"]

KEPT_SECONDS: Final = 60.0
"""How long a process is remembered after it was last seen: its connections are asked for within seconds."""

KNOWN_LIMIT: Final = 8_192
"""How many are remembered: of more those not seen for longest are forgotten. Of 400 a second these are 20 s; without
it the helper came to 47 MB with them."""

TRUSTED_SECONDS: Final = 5.0
"""How long after it was last seen alive a process is believed to be behind its pid, when it has ended unread. The
system comes round to the same pid later than that: 32,768 processes on a small machine."""

SAME_SECONDS: Final = 0.1
"""Within this time after it was seen alive nobody else can have its pid: pids are given in turn (kernel/pid.c,
idr_alloc_cyclic), and no machine makes 32,768 processes in 0.1 s."""

SWEEP_SECONDS: Final = 10.0

SIGHTED_LIMIT: Final = 64
"""So many processes that were looked at wait for the next question at the most: then all is known of them."""

START_ERROR_SECONDS: Final = 0.02
"""Start times of processes are good to this much: /proc/PID/stat and /proc/uptime count in 10 ms each (proc(5))."""

KTHREADD: Final = 2
"""Parent of kernel threads (init/main.c, rest_init), which have no executable: no program of their name is theirs."""

_CUT_BYTES: Final = 15
"""Length at which the kernel may have cut a name (TASK_COMM_LEN - 1)."""


class Met(Enum):
    """What came of looking at a process: it has ended, was known for its kin, was known itself, or was read in full."""

    NOBODY = auto()
    SIGHTED = auto()
    KNOWN = auto()
    READ = auto()


class Clock(NamedTuple):
    """One moment in both clocks: monotonic and Unix seconds."""

    now: float
    now_wall: float

    def wall(self, seconds: float) -> float:
        """Turn a monotonic time into Unix seconds."""
        return self.now_wall - (self.now - seconds)


@dataclass(slots=True)
class _Known:
    process: Process
    alive_at: float
    seen_at: float


class KnownProcesses:
    """By pid and the name that the kernel has for it. Times are CLOCK_MONOTONIC seconds.

    One that ended before it could be read is known by what was told of it, and filed under the application that
    processes of its name and user were seen to run (`ProgramBook`).
    """

    def __init__(self, table: ProcessTable) -> None:
        """Read processes with ``table``, nobody else's."""
        self._table = table
        self._known: dict[tuple[int, bytes], _Known] = {}
        self._sighted: list[tuple[Sighting, Kin, float]] = []
        """Those that came since `recall`, and when."""
        self._programs = ProgramBook()
        self._swept_at = 0.0

    def begin(self, now_wall: float) -> None:
        """Start a round of readings at ``now_wall`` (Unix seconds)."""
        self._table.begin(now_wall)

    def meet(self, pid: int, kin: Kin, told: Glimpse | None, seconds: float) -> Met:
        """Take note of a process that was there at ``seconds``.

        ``told``: what the kernel told of it, if it did: then it is known also when it has ended already.
        """
        met = self._look_at(pid, kin, told, seconds)
        if met is Met.NOBODY and told is not None:
            self._know(_unread(Who(pid, kin.uid, told.fingerprint[0]), told, told.fingerprint[1]), kin, seconds)
        return met

    def meet_ended(self, pid: int, kin: Kin, told: Glimpse, seconds: float) -> bool:
        """Take note of one that has ended; ``told`` is by who saw it begin: its start is good to `START_ERROR_SECONDS`.

        Who was met before it ended stays what it was. Gives whether it is known in full, for its kin or otherwise.
        """
        known = self._known.get((pid, kin.name))
        if known is not None and abs(known.process.start_time - told.start_time) < START_ERROR_SECONDS:
            known.alive_at = known.seen_at = seconds
            return True
        assumed = self._table.assume(pid, kin, told)
        if assumed is not None:
            self._know(assumed, kin, seconds)
            return True
        self._know(_unread(Who(pid, None, told.fingerprint[0]), told, told.fingerprint[1]), kin, seconds)
        return False

    def saw(self, pid: int, name: bytes, seconds: float) -> None:
        """Say that a process that was met was there at ``seconds`` still."""
        known = self._known.get((pid, name))
        if known is not None:
            known.alive_at = known.seen_at = seconds

    def known_for(self, kin: Kin) -> float:
        """Give how many seconds from this round on those that ``kin`` stands for are known without being read."""
        return self._table.known_for(kin)

    def recall(self) -> None:
        """Take those into account that were only looked at when they came."""
        sighted, self._sighted = self._sighted, []
        for sighting, kin, seconds in sighted:
            self._know(self._table.recall(sighting), kin, seconds)

    def process(self, who: Who, touched_at: float, owner: Process | None, clock: Clock) -> Process:
        """Tell which process it was that had a socket in hand at ``touched_at``; ``owner``: who is known to be."""
        started_by = clock.wall(touched_at) + START_ERROR_SECONDS
        if owner is not None and owner.pid == who.pid and owner.start_time <= started_by:
            return owner
        key = (who.pid, who.name)
        known = self._known.get(key)
        if known is not None and known.process.start_time > started_by:
            known = None
        if known is None or touched_at - known.alive_at > SAME_SECONDS:
            running = self._table.find(who.pid)
            if running is not None and running.start_time <= started_by:
                running = self._filed(running, who.name, who.uid, clock.now)
                self._known[key] = _Known(running, clock.now, clock.now)
                return running
        if known is not None and touched_at - known.alive_at <= TRUSTED_SECONDS:
            known.seen_at = clock.now
            return known.process
        touched = clock.wall(touched_at)
        latest = Glimpse(f"unread-{who.pid}-{touched:.3f}", touched)  # its start is not known: this at the latest
        unread = self._filed(_unread(who, latest), who.name, who.uid, clock.now)
        self._known[key] = _Known(unread, touched_at, clock.now)
        return unread

    def sweep(self, now: float) -> bool:
        """Forget who ended long ago, if it is time to; give whether it was."""
        if now - self._swept_at < SWEEP_SECONDS and len(self._known) <= KNOWN_LIMIT:
            return False
        self._swept_at = now
        self.recall()
        self._forget(now)
        return True

    def _look_at(self, pid: int, kin: Kin, told: Glimpse | None, seconds: float) -> Met:
        sighting = self._table.sight(pid, kin, told)
        if sighting is not None:
            self._sighted.append((sighting, kin, seconds))
            if len(self._sighted) >= SIGHTED_LIMIT:
                self.recall()
            return Met.SIGHTED
        self.recall()  # it may be one of them
        process = self._table.find(pid, kin, told)
        if process is None:
            return Met.NOBODY
        before = self._known.get((pid, kin.name))
        self._know(process, kin, seconds)
        return Met.KNOWN if before is not None and before.process.id == process.id else Met.READ

    def _know(self, process: Process, kin: Kin, seconds: float) -> None:
        filed = self._filed(process, kin.name, kin.uid if kin.uid >= 0 else None, seconds)
        self._known[process.pid, kin.name] = _Known(filed, seconds, seconds)

    def _filed(self, process: Process, name: bytes, uid: int | None, now: float) -> Process:
        """Learn what a process runs; one that ended before that was read is filed under what others of its name ran.

        A process that ends while it is read has no executable any more either, and perhaps no user.
        """
        name = name or os.fsencode(process.name)[:_CUT_BYTES]
        if process.executable:
            self._programs.learn(name, process, now)
            return process
        uid = uid if process.uid is None else process.uid
        if uid is None:
            return process
        application = self._programs.application(name, uid, now)
        told = replace(process, uid=uid, user=process.user or self._table.user_name(uid))
        if application is None or process.parent_pid == KTHREADD:
            return told
        return replace(
            told,
            application_id=application.id,
            application_name=application.name,
            application_path=application.path,
        )

    def _forget(self, now: float) -> None:
        """Only those not seen for long are read: of a minute there may be 12,000.

        Of one that runs the last name is enough: it may give one to each of its threads.
        """
        before = self._known
        self._known = {who: known for who, known in before.items() if now - known.seen_at < KEPT_SECONDS}
        pids = {pid for pid, _ in self._known}
        for who in sorted(before.keys() - self._known.keys(), key=lambda who: before[who].seen_at, reverse=True):
            known, running = before[who], self._table.find(who[0]) if who[0] not in pids else None
            if running is not None and running.id == known.process.id:
                known.alive_at = known.seen_at = now
                self._known[who] = known
                pids.add(who[0])
        if len(self._known) > KNOWN_LIMIT:
            latest = sorted(self._known, key=lambda who: self._known[who].seen_at)[-KNOWN_LIMIT * 3 // 4 :]
            self._known = {who: self._known[who] for who in latest}
        self._table.prune({known.process.id for known in self._known.values()})


@lru_cache(maxsize=256)
def _application_of_a_name(name: str) -> ApplicationName:
    return application_of("", name, ())


def _unread(who: Who, told: Glimpse, parent_pid: int = 0) -> Process:
    """Give what the kernel told of a process that has ended unread."""
    name = clean(who.name.decode(errors="replace"))
    application = _application_of_a_name(name)
    return Process(
        id=told.id,
        pid=who.pid,
        start_time=told.start_time,
        name=name,
        uid=who.uid,
        parent_pid=parent_pid,
        application_id=application.id,
        application_name=application.name,
        application_path=application.path,
    )
