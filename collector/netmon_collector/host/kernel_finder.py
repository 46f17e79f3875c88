"""Owners of single connections from what programs in the kernel saw, and the processes read while they were there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.core.allowance import Allowance
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.bpf.kernel_owners import (
    WOKEN_AGAIN_SECONDS,
    How,
    KernelOwners,
    Newcomer,
    Origin,
    Trace,
)
from netmon_collector.host.forwarding import passes_packets
from netmon_collector.host.known_processes import Clock, KnownProcesses, Met
from netmon_collector.host.ports import Answers, Who
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import Kin, ProcessTable

__all__ = ["KernelFinder"]

ELSEWHERE_SECONDS: Final = 300.0
"""How long another network namespace is asked for connections that pass after it was last heard of."""

LOOKUPS_ELSEWHERE_A_SECOND: Final = 10_000
"""Lookups for connections that pass, 2.3 us each; one takes two a namespace. What is beyond that is asked for
again."""

AHEAD_SECONDS: Final = 1.0
"""So much earlier than it is needed the kernel wakes us for one of a program that is to be read again."""

SAME_PACKET_SECONDS: Final = 0.01
"""Programs and capture see a connection's first packet within this time of each other."""

_WORKER: Final = b"kworker/"
"""Kernel threads that close what was left to them: nobody's hands (fs/file_table.c, delayed_fput)."""


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
    tells_sockets = True
    rest_seconds = 0.0

    later_seconds = WOKEN_AGAIN_SECONDS * 1.5
    """Within so long after something was heard, more may have come that wakes nobody."""

    def __init__(self, owners: KernelOwners, reader: ProcProcessReader, *, command_lines_of: int | None = None) -> None:
        """Ask ``owners``, and read processes with ``reader``; ``command_lines_of`` is `ProcessTable`'s."""
        self._owners = owners
        self._reader = reader
        self._processes = KnownProcesses(ProcessTable(reader, command_lines_of=command_lines_of))
        self._elsewhere = Allowance(LOOKUPS_ELSEWHERE_A_SECOND)
        owners.watch_elsewhere(is_wanted=passes_packets())

    def fileno(self) -> int:
        """Give the descriptor that is readable when processes made or used sockets."""
        return self._owners.fileno()

    def hear(self, now: float, now_wall: float) -> int:
        """Read the processes that made or used sockets; give how many did in this network namespace."""
        self._processes.begin(now_wall)
        count = 0
        for newcomer in self._owners.newcomers():
            count += not newcomer.netns
            self._meet(newcomer, now)
        if self._processes.sweep(now):
            self._owners.watch_elsewhere(is_wanted=passes_packets())
            self._owners.forget_elsewhere(now - ELSEWHERE_SECONDS)
        return count

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer for the connections whose socket a process was seen making, using or closing. ``hear`` goes before."""
        self._processes.recall()
        self._processes.begin(now_wall)
        clock = Clock(now, now_wall)
        asked: list[Question] = []
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        for question in questions:
            if question.is_passing and not self._elsewhere.take_all(2 * len(self._owners.elsewhere), now):
                continue
            asked.append(question)
            ends = self._ends_elsewhere(question, clock) if question.is_passing else self._end(question, clock)
            ids: list[str] = []
            for end in ends:
                for who in _people(end.origin):
                    process = self._processes.process(who, _touched_at(who, end.origin), question.owner, clock)
                    named[process.id] = process
                    ids.append(process.id)
            if ids:
                answers.append(_answer(question, ends, list(dict.fromkeys(ids))))
        return Answers(answers=tuple(answers), processes=tuple(named.values()), asked=tuple(asked))

    def close(self) -> None:
        """Detach the programs."""
        self._owners.close()

    def _meet(self, newcomer: Newcomer, now: float) -> None:
        pid, name, began_ns = newcomer.pid, newcomer.name, newcomer.began_ns
        fingerprint, image = (newcomer.process_name, newcomer.parent_pid), newcomer.image
        told = self._reader.told(pid, began_ns, *fingerprint, image) if began_ns else None
        kin = Kin(name, newcomer.uid, newcomer.control_group, (*fingerprint, *image) if image else ())
        met = self._processes.meet(pid, kin, told, newcomer.seconds)
        is_looked_up = met in {Met.KNOWN, Met.READ}
        known_seconds = self._processes.known_for(kin) - AHEAD_SECONDS if is_looked_up and image else 0.0
        if known_seconds > 0:
            self._owners.expect(newcomer, now + known_seconds)

    # Which socket.

    def _end(self, question: Question, clock: Clock) -> list[_End]:
        """Give the socket behind a connection of ours, or the one that listens for it, if one is known."""
        if question.cookie:
            origin = self._origin(question.cookie, question.key)
            return [_End(origin)] if origin is not None else []
        return self._at(question.key, question, clock)

    def _ends_elsewhere(self, question: Question, clock: Clock) -> list[_End]:
        """Give the sockets of other namespaces that a passing connection is between: who called before who serves."""
        key = question.key
        there, here = (key.remote_address, key.remote_port), (key.local_address, key.local_port)
        back = FlowKey(key.protocol, key.ip_protocol, *there, *here)
        found: list[_End] = []
        namespaces = self._owners.elsewhere
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

    def _at(self, key: FlowKey, question: Question, clock: Clock, netns: int = 0) -> list[_End]:
        """Give the socket that has these ends in a network namespace, 0: ours."""
        local_port = 0 if key.local_port == NO_PORT else key.local_port
        remote_port = 0 if key.remote_port == NO_PORT else key.remote_port
        trace = self._owners.trace(
            key.ip_protocol, key.local_address, local_port, key.remote_address, remote_port, netns
        )
        if trace is None:
            return []
        cookie = _cookie_at(trace, question, clock)
        origin = self._origin(cookie, key, netns) if cookie else None
        is_listener = origin is None and cookie == trace.cookie and trace.listener != 0
        if is_listener:
            origin = self._owners.origin(trace.listener, netns)
        if origin is None or _ended_before(origin, question, clock):
            return []
        # A TCP socket with packets that nobody connected or accepted is the listener that took the SYN.
        is_listener = is_listener or (key.protocol is Protocol.TCP and origin.user is None and origin.releaser is None)
        return [_End(origin, is_listener=is_listener)]

    def _origin(self, cookie: int, key: FlowKey, netns: int = 0) -> Origin | None:
        """Give who had a socket in hand. What one of several sent by it is that one's alone, whoever closes it."""
        origin = self._owners.origin(cookie, netns)
        if origin is None or not origin.is_shared:
            return origin
        sent = self._owners.sender(cookie, key.remote_address, key.remote_port)
        if sent is None:
            return origin
        return origin._replace(user=sent[0], used_seconds=sent[1], releaser=None, is_shared=False)


def _cookie_at(trace: Trace, question: Question, clock: Clock) -> int:
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


def _ended_before(origin: Origin, question: Question, clock: Clock) -> bool:
    released = origin.released_seconds
    return released is not None and clock.wall(released) < question.start_time - SAME_PACKET_SECONDS


def _people(origin: Origin) -> list[Who]:
    """Give the processes that had a socket in their hands, each pid once, the one to be credited first.

    Whoever only made it for somebody else is none of them.
    """
    closer = _closer(origin)
    if closer is not None and (origin.user is None or origin.user.pid == closer.pid):
        return [closer]  # most
    hands = [who for who in (closer, origin.user) if who is not None] or [origin.creator]
    return list({who.pid: who for who in reversed(hands) if who is not None}.values())[::-1]


def _closer(origin: Origin) -> Who | None:
    """Give the process that closed a socket; None where it is open, or a kernel thread closed what was left to it."""
    closer = origin.releaser
    return None if closer is None or closer.name.startswith(_WORKER) else closer


def _touched_at(who: Who, origin: Origin) -> float:
    if origin.releaser == who and origin.released_seconds is not None:
        return origin.released_seconds
    return origin.used_seconds if origin.user == who else origin.created_seconds


def _answer(question: Question, ends: Sequence[_End], people: Sequence[str]) -> Answer:
    """Credit the first of ``people``, who had the first of the ends in hand."""
    origin, is_listener = ends[0].origin, ends[0].is_listener
    # What a kernel thread closed was somebody's before, and need not be whoever was seen with it.
    is_final = _closer(origin) is not None and not is_listener
    # A server may hand on what it accepted, to a child that it forks.
    is_certain = (is_final or origin.how in {How.CONNECTED, How.SENT}) and not origin.is_shared
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
