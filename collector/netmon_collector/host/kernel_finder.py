"""Owners of single connections from what programs in the kernel saw, and the processes read while they were there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon.model.text import clean
from netmon_collector.core.allowance import Allowance
from netmon_collector.core.applications import ApplicationName, application_of
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.program_book import ProgramBook
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.bpf.kernel_owners import (
    WOKEN_AGAIN_SECONDS,
    How,
    KernelOwners,
    Newcomer,
    Origin,
    Trace,
    Who,
)
from netmon_collector.host.forwarding import passes_packets
from netmon_collector.host.ports import Answers, Glimpse
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import Kin, ProcessTable, Sighting

__all__ = ["KernelFinder"]

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

ELSEWHERE_SECONDS: Final = 300.0
"""How long another network namespace is asked for connections that pass after it was last heard of."""

LOOKUPS_ELSEWHERE_A_SECOND: Final = 10_000
"""Lookups for connections that pass, 2.3 us each; one takes two a namespace. What is beyond that stays unanswered."""

SIGHTED_LIMIT: Final = 64
"""So many processes that were looked at wait for the next question at the most: then all is known of them."""

AHEAD_SECONDS: Final = 1.0
"""So much earlier than it is needed the kernel wakes us for one of a program that is to be read again."""

START_ERROR_SECONDS: Final = 0.02
"""Start times of processes are good to this much: /proc/PID/stat and /proc/uptime count in 10 ms each (proc(5))."""

SAME_PACKET_SECONDS: Final = 0.01
"""Programs and capture see a connection's first packet within this time of each other."""

_WORKER: Final = b"kworker/"
"""Kernel threads that close what was left to them: nobody's hands (fs/file_table.c, delayed_fput)."""

_KTHREADD: Final = 2
"""Parent of kernel threads (init/main.c, rest_init), which have no executable: no program of their name is theirs."""


@dataclass(slots=True)
class _Known:
    process: Process
    alive_at: float
    seen_at: float


class _Clock(NamedTuple):
    """One moment in both clocks: monotonic and Unix seconds."""

    now: float
    now_wall: float

    def wall(self, seconds: float) -> float:
        """Turn a monotonic time into Unix seconds."""
        return self.now_wall - (self.now - seconds)


@dataclass(frozen=True, slots=True)
class _End:
    """A socket at an end of a connection; ``is_listener``: the one that listens for it."""

    origin: Origin
    is_listener: bool = False
    is_one_of_many: bool = False

    @property
    def is_surely_it(self) -> bool:
        return not self.is_listener and not self.is_one_of_many


class KernelFinder:
    """Asks `KernelOwners` for the socket behind a connection, and knows the processes that made and used sockets.

    A process is read when it makes or uses a socket, about 1 ms after that, and is still known when it has ended. One
    that ended before it could be read is known by pid, user, and the name that the kernel gives (that of the thread
    where it does not tell of its types, and otherwise of the process, with the start and the parent).
    It is filed under the application that processes of its name and user were seen to run (`ProgramBook`).
    """

    name = "ebpf"

    later_seconds = WOKEN_AGAIN_SECONDS * 1.5
    """Within so long after something was heard, more may have come that wakes nobody."""

    def __init__(self, owners: KernelOwners, reader: ProcProcessReader, *, command_lines_of: int | None = None) -> None:
        """Ask ``owners``, and read processes with ``reader``; ``command_lines_of`` is `ProcessTable`'s."""
        self._owners = owners
        self._reader = reader
        self._table = ProcessTable(reader, command_lines_of=command_lines_of)
        self._known: dict[tuple[int, bytes], _Known] = {}
        """By pid and the name that the kernel has for it."""
        self._sighted: list[tuple[Sighting, Kin, float]] = []
        """Those that came since `_recall`, and when."""
        self._programs = ProgramBook()
        self._swept_at = 0.0
        self._elsewhere = Allowance(LOOKUPS_ELSEWHERE_A_SECOND)
        owners.watch_elsewhere(is_wanted=passes_packets())

    def fileno(self) -> int:
        """Give the descriptor that is readable when processes made or used sockets."""
        return self._owners.fileno()

    def hear(self, now: float, now_wall: float) -> int:
        """Read the processes that made or used sockets; give how many did in this network namespace."""
        self._table.begin(now_wall)
        count = 0
        for newcomer in self._owners.newcomers():
            count += not newcomer.netns
            self._meet(newcomer, now)
        if len(self._sighted) >= SIGHTED_LIMIT:
            self._recall()
        if now - self._swept_at >= SWEEP_SECONDS or len(self._known) > KNOWN_LIMIT:
            self._swept_at = now
            self._owners.watch_elsewhere(is_wanted=passes_packets())
            self._owners.forget_elsewhere(now - ELSEWHERE_SECONDS)
            self._recall()
            self._sweep(now)
        return count

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer for the connections whose socket a process was seen making, using or closing. ``hear`` goes before."""
        self._recall()
        self._table.begin(now_wall)
        clock = _Clock(now, now_wall)
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        for question in questions:
            ends = self._ends_elsewhere(question, clock) if question.is_passing else self._end(question, clock)
            ids: list[str] = []
            for end in ends:
                for who in _people(end.origin):
                    process = self._process(who, end.origin, question.owner, clock)
                    named[process.id] = process
                    ids.append(process.id)
            if ids:
                answers.append(_answer(question, ends, list(dict.fromkeys(ids))))
        return Answers(answers=tuple(answers), processes=tuple(named.values()))

    def close(self) -> None:
        """Detach the programs."""
        self._owners.close()

    def _meet(self, newcomer: Newcomer, now: float) -> None:
        pid, name, began_ns = newcomer.pid, newcomer.name, newcomer.began_ns
        fingerprint, image = (newcomer.process_name, newcomer.parent_pid), newcomer.image
        told = self._reader.told(pid, began_ns, *fingerprint, image) if began_ns else None
        kin = Kin(name, newcomer.uid, newcomer.control_group, (*fingerprint, *image) if image else ())
        sighting = self._table.sight(pid, kin, told)
        if sighting is not None:
            self._sighted.append((sighting, kin, newcomer.seconds))
            return
        self._recall()  # it may be one of them
        process = self._table.find(pid, kin, told)
        if process is None:
            if told is not None:
                self._know(_unread(pid, fingerprint[0], kin.uid, told, newcomer.parent_pid), kin, newcomer.seconds)
            return
        self._know(process, kin, newcomer.seconds)
        known_seconds = self._table.known_for(kin) - AHEAD_SECONDS if image else 0.0
        if known_seconds > 0:
            self._owners.expect(newcomer, now + known_seconds)

    def _recall(self) -> None:
        """Take those into account that were only looked at when they came."""
        sighted, self._sighted = self._sighted, []
        for sighting, kin, seconds in sighted:
            self._know(self._table.recall(sighting), kin, seconds)

    def _know(self, process: Process, kin: Kin, seconds: float) -> None:
        filed = self._filed(process, kin.name, kin.uid, seconds)
        self._known[process.pid, kin.name] = _Known(filed, seconds, seconds)

    # Which socket.

    def _end(self, question: Question, clock: _Clock) -> list[_End]:
        """Give the socket behind a connection of ours, or the one that listens for it, if one is known."""
        if question.cookie:
            origin = self._owners.origin(question.cookie)
            return [_End(origin)] if origin is not None else []
        return self._at(question.key, question, clock)

    def _ends_elsewhere(self, question: Question, clock: _Clock) -> list[_End]:
        """Give the sockets of other namespaces that a passing connection is between: who called before who serves."""
        key = question.key
        there, here = (key.remote_address, key.remote_port), (key.local_address, key.local_port)
        back = FlowKey(key.protocol, key.ip_protocol, *there, *here)
        found: list[_End] = []
        namespaces = self._owners.elsewhere
        count = 2 * len(namespaces)
        if self._elsewhere.take(count, clock.now) < count:
            return []
        for ends in (key, back):
            ends_there: list[_End] = []
            for netns in namespaces:
                inside = self._at(ends, question, clock, netns)
                if inside:
                    self._owners.note_elsewhere(netns, clock.now)
                    ends_there += inside
            # Two namespaces may use the same addresses: which of them it was cannot be told then.
            found += [replace(end, is_one_of_many=len(ends_there) > 1) for end in ends_there]
        return found

    def _at(self, key: FlowKey, question: Question, clock: _Clock, netns: int = 0) -> list[_End]:
        """Give the socket that has these ends in a network namespace, 0: ours."""
        local_port = 0 if key.local_port == NO_PORT else key.local_port
        remote_port = 0 if key.remote_port == NO_PORT else key.remote_port
        trace = self._owners.trace(
            key.ip_protocol, key.local_address, local_port, key.remote_address, remote_port, netns
        )
        if trace is None:
            return []
        cookie = _cookie_at(trace, question, clock)
        origin = self._owners.origin(cookie, netns) if cookie else None
        is_listener = origin is None and cookie == trace.cookie and trace.listener != 0
        if is_listener:
            origin = self._owners.origin(trace.listener, netns)
        if origin is None or _ended_before(origin, question, clock):
            return []
        # A TCP socket with packets that nobody connected or accepted is the listener that took the SYN.
        is_listener = is_listener or (key.protocol is Protocol.TCP and origin.user is None and origin.releaser is None)
        return [_End(origin, is_listener=is_listener)]

    # Which process.

    def _process(self, who: Who, origin: Origin, owner: Process | None, clock: _Clock) -> Process:
        touched_at = _touched_at(who, origin)
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
        unread = self._filed(_unread(who.pid, who.name, who.uid, latest), who.name, who.uid, clock.now)
        self._known[key] = _Known(unread, touched_at, clock.now)
        return unread

    def _filed(self, process: Process, name: bytes, uid: int, now: float) -> Process:
        """Learn what a process runs; one that ended before that was read is filed under what others of its name ran.

        A process that ends while it is read has no executable any more either, and perhaps no user.
        """
        if process.executable:
            self._programs.learn(name, process, now)
            return process
        uid = uid if process.uid is None else process.uid
        application = self._programs.application(name, uid, now)
        told = replace(process, uid=uid, user=process.user or self._table.user_name(uid))
        if application is None or process.parent_pid == _KTHREADD:
            return told
        return replace(
            told,
            application_id=application.id,
            application_name=application.name,
            application_path=application.path,
        )

    def _sweep(self, now: float) -> None:
        """Forget who ended long ago. Only those not seen for long are read: of a minute there may be 12,000."""
        for who, known in [(who, known) for who, known in self._known.items() if now - known.seen_at >= KEPT_SECONDS]:
            running = self._table.find(who[0])
            if running is not None and running.id == known.process.id:
                known.alive_at = known.seen_at = now
            else:
                del self._known[who]
        if len(self._known) > KNOWN_LIMIT:
            latest = sorted(self._known, key=lambda who: self._known[who].seen_at)[-KNOWN_LIMIT * 3 // 4 :]
            self._known = {who: self._known[who] for who in latest}
        self._table.prune({known.process.id for known in self._known.values()})


def _cookie_at(trace: Trace, question: Question, clock: _Clock) -> int:
    """Tell which socket had the ends when the connection began: another one may have them by now. 0: an earlier one.

    What has no ports is one row for all that two addresses exchange, the kernel's own part included: the newest socket.
    """
    if question.key.local_port == NO_PORT:
        return trace.cookie
    latest = question.start_time + SAME_PACKET_SECONDS
    if question.end_time is not None:
        latest = min(latest, question.end_time)
    for cookie, first_seconds in ((trace.cookie, trace.first_seconds), *trace.before):
        if clock.wall(first_seconds) <= latest:
            return cookie
    return 0


def _ended_before(origin: Origin, question: Question, clock: _Clock) -> bool:
    released = origin.released_seconds
    return released is not None and clock.wall(released) < question.start_time - SAME_PACKET_SECONDS


def _people(origin: Origin) -> list[Who]:
    """Give the processes that had a socket in their hands, each pid once, the one to be credited first.

    Whoever only made it for somebody else is none of them.
    """
    closer = origin.releaser
    if closer is not None and closer.name.startswith(_WORKER):
        closer = None
    if closer is not None and (origin.user is None or origin.user.pid == closer.pid):
        return [closer]  # most
    hands = [who for who in (closer, origin.user) if who is not None] or [origin.creator]
    return list({who.pid: who for who in reversed(hands) if who is not None}.values())[::-1]


def _touched_at(who: Who, origin: Origin) -> float:
    if origin.releaser == who and origin.released_seconds is not None:
        return origin.released_seconds
    return origin.used_seconds if origin.user == who else origin.created_seconds


def _answer(question: Question, ends: Sequence[_End], people: Sequence[str]) -> Answer:
    """Credit the first of ``people``, who had the first of the ends in hand."""
    origin, is_listener = ends[0].origin, ends[0].is_listener
    is_final = origin.released_seconds is not None and not is_listener
    # A server may hand on what it accepted, to a child that it forks.
    is_certain = is_final or origin.how in {How.CONNECTED, How.SENT}
    method = OwnerMethod.USER if is_final or origin.user is not None else OwnerMethod.CREATOR
    return Answer(
        id=question.id,
        process_id=people[0],
        method=OwnerMethod.LISTENER if is_listener else method,
        confidence=OwnerConfidence.CERTAIN if is_certain and ends[0].is_surely_it else OwnerConfidence.INFERRED,
        holder_ids=tuple(people[1:]),
        is_final=is_final,
        cookie=0 if is_listener or question.is_passing else origin.cookie,
    )


@lru_cache(maxsize=256)
def _application_of_a_name(name: str) -> ApplicationName:
    return application_of("", name, ())


def _unread(pid: int, raw_name: bytes, uid: int, told: Glimpse, parent_pid: int = 0) -> Process:
    """Give what the kernel told of a process that has ended unread."""
    name = clean(raw_name.decode(errors="replace"))
    application = _application_of_a_name(name)
    return Process(
        id=told.id,
        pid=pid,
        start_time=told.start_time,
        name=name,
        uid=uid,
        parent_pid=parent_pid,
        application_id=application.id,
        application_name=application.name,
        application_path=application.path,
    )
