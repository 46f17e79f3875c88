"""Owners of single connections from what programs in the kernel saw, and the processes read while they were there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netmon.model import OwnerConfidence, OwnerMethod, Process
from netmon.model.text import clean
from netmon_collector.core.applications import application_of
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.bpf.kernel_owners import How, KernelOwners, Newcomer, Origin
from netmon_collector.host.ports import Answers
from netmon_collector.host.processes import ProcessTable

__all__ = ["KernelFinder"]

KEPT_SECONDS: Final = 60.0
"""How long a process is remembered after it was last seen: its connections are asked for within seconds. It takes the
system longer than that to come round to the same pid."""

SWEEP_SECONDS: Final = 10.0

START_ERROR_SECONDS: Final = 0.02
"""Start times of processes are good to this much: /proc/PID/stat and /proc/uptime count in 10 ms each (proc(5))."""


@dataclass(slots=True)
class _Known:
    process: Process
    seen_at: float


class KernelFinder:
    """Asks `KernelOwners` for the socket behind a connection, and knows the processes that made sockets.

    A process is read when it makes its first socket under a name, about 1 ms after that, and is still known when it has
    ended. One that ended before it could be read is known by pid, user and the name that the kernel gives.
    """

    name = "ebpf"

    def __init__(self, owners: KernelOwners, table: ProcessTable) -> None:
        """Ask ``owners``; read processes with ``table``, which is nobody else's: it is asked out of all rounds."""
        self._owners = owners
        self._table = table
        self._known: dict[Newcomer, _Known] = {}
        self._swept_at = 0.0

    def fileno(self) -> int:
        """Give the descriptor that is readable when processes made their first socket."""
        return self._owners.fileno()

    def hear(self, now: float, now_wall: float) -> None:
        """Read the processes that made their first socket."""
        self._table.begin(now_wall)
        for newcomer in self._owners.newcomers():
            process = self._table.find(newcomer.pid)
            if process is not None:
                self._known[newcomer] = _Known(process, now)
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            self._sweep(now)

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer for the connections whose socket a process was seen making or using."""
        self.hear(now, now_wall)
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        for question in questions:
            origin = self._origin(question)
            if origin is None:
                continue
            process = self._process(origin, now, now_wall)
            named[process.id] = process
            if origin.how is How.CREATED:
                answers.append(Answer(question.id, process.id, OwnerMethod.CREATOR, OwnerConfidence.INFERRED))
            else:
                answers.append(Answer(question.id, process.id, OwnerMethod.USER, OwnerConfidence.CERTAIN))
        return Answers(answers=tuple(answers), processes=tuple(named.values()))

    def close(self) -> None:
        """Detach the programs."""
        self._owners.close()

    def _origin(self, question: Question) -> Origin | None:
        key = question.key
        ports = [0 if port == NO_PORT else port for port in (key.local_port, key.remote_port)]
        return self._owners.find(key.ip_protocol, key.local_address, ports[0], key.remote_address, ports[1])

    def _process(self, origin: Origin, now: float, now_wall: float) -> Process:
        who = Newcomer(pid=origin.pid, name=origin.name)
        started_by = now_wall - (now - origin.first_seconds) + START_ERROR_SECONDS
        running = self._table.find(who.pid)
        known = self._known.get(who)
        if running is not None and running.start_time <= started_by:
            self._known[who] = _Known(running, now)
            return running
        if known is not None and known.process.start_time <= started_by:
            known.seen_at = now
            return known.process
        unread = _unread(who, origin.uid, started_by - START_ERROR_SECONDS)
        self._known[who] = _Known(unread, now)
        return unread

    def _sweep(self, now: float) -> None:
        """Forget who ended long ago, so that the kernel announces the next one with that pid and name."""
        for who, known in list(self._known.items()):
            running = self._table.find(who.pid)
            if running is not None and running.id == known.process.id:
                known.seen_at = now
            elif now - known.seen_at >= KEPT_SECONDS:
                del self._known[who]
                self._owners.forget(who)
        self._table.prune({known.process.id for known in self._known.values()})


def _unread(who: Newcomer, uid: int, start_time: float) -> Process:
    """Give what the kernel told of a process that has ended unread; ``start_time`` is the latest that it can have."""
    name = clean(who.name.decode(errors="replace"))
    application = application_of("", name, ())
    return Process(
        id=f"unread-{who.pid}-{who.name.hex()}",
        pid=who.pid,
        start_time=start_time,
        name=name,
        uid=uid,
        application_id=application.id,
        application_name=application.name,
        application_path=application.path,
    )
