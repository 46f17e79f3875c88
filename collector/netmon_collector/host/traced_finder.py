"""Owners of TCP connections from what tracepoints told of their sockets; all others are looked up."""

from collections.abc import Sequence
from typing import Final, TypeVar

from netmon.model import OwnerConfidence, OwnerMethod, Process
from netmon_collector import clock
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.frames import TCP
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.kernel_story import KernelStory
from netmon_collector.host.known_processes import KTHREADD, Clock, KnownProcesses, Met
from netmon_collector.host.ports import Answers, Glimpse, Who
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import Kin, ProcessTable
from netmon_collector.host.traced_processes import Birth, Run
from netmon_collector.host.traced_sockets import KEPT_SECONDS, TracedSocket

__all__ = ["TracedFinder"]

REST_SECONDS: Final = 0.005
"""How long nobody is woken again after something was told."""

LONG_REST_SECONDS: Final = 0.1
"""The same while `MANY` processes open or close connections in `PACE_SECONDS`, and no more than a share of `FEW` had to
be read in full or was missed: the others are known, or their kin is. 200 processes a second took 60 CPU seconds a
million packets with the short rest, where they take 25 to 34."""
MANY: Final = 25
FEW: Final = 0.05
PACE_SECONDS: Final = 0.25

MET_SECONDS: Final = 1.0
"""How long a process that was met is not looked at again, unless it got another name or program."""

AGREED: Final = 5
"""So many kin must have been seen to have one user before it is taken for that of one that has ended."""

SHUT_SECONDS: Final = 1.0
"""A FIN may be shutdown(2)'s: if the connection goes on for longer after it, somebody may have got the socket since."""

_MET_LIMIT: Final = 8_192
_FAMILY_LIMIT: Final = 512
_NOT_TOLD: Final = -1
_NO_KIN: Final = Kin(b"", _NOT_TOLD, 0)

K = TypeVar("K")
V = TypeVar("V")


class _Pace:
    """How soon somebody is woken again. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.rest_seconds = REST_SECONDS
        self._begun = 0.0
        self._count = 0
        self._read_count = 0

    def note(self, count: int, read_count: int, now: float) -> None:
        """Take note of so many processes, of which some had to be read in full or were missed."""
        self._count += count
        self._read_count += read_count
        if now - self._begun >= PACE_SECONDS:
            is_news = self._read_count > self._count * FEW
            self.rest_seconds = REST_SECONDS if self._count < MANY or is_news else LONG_REST_SECONDS
            self._begun, self._count, self._read_count = now, 0, 0


class TracedFinder:
    """Knows who opened and who closed each TCP connection, and asks `DiagFinder` for the rest.

    The rest is what is no TCP, what is older than the trace, and who holds what came in and is open still.
    """

    name = "tracepoints"
    tells_sockets = False

    def __init__(
        self, story: KernelStory, diag: DiagFinder, reader: ProcProcessReader, *, command_lines_of: int | None = None
    ) -> None:
        """``story`` and ``diag`` are closed with this object. The others are as for `KernelFinder`."""
        self._story = story
        self._diag = diag
        self._reader = reader
        self._processes = KnownProcesses(ProcessTable(reader, command_lines_of=command_lines_of))
        self._met: dict[int, float] = {}
        self._uids: dict[tuple[object, ...], tuple[int, int]] = {}
        """Of those that the same program forked: the one that all had so far, `_NOT_TOLD` where they had several; and
        how many had it."""
        self._names: dict[Run, bytes] = {}
        self._pace = _Pace()

    @property
    def is_told_of_tcp(self) -> bool:
        """Whether it is still, of all of them."""
        return not self._story.is_broken

    @property
    def left_out_count(self) -> int:
        """How many connections were not looked up, or not to the end, to save CPU."""
        return self._diag.left_out_count

    @property
    def rest_seconds(self) -> float:
        """How long nobody is to be woken after something was told."""
        return self._pace.rest_seconds

    later_seconds = rest_seconds
    """More may have come in that time."""

    def fileno(self) -> int:
        """Give the descriptor that is readable when a connection was opened or closed."""
        return self._story.fileno()

    def hear(self, now: float, now_wall: float) -> int:
        """Read the processes that opened or closed connections; give how many did, or are to be read soon."""
        self._story.listen(now)
        count = self._meet_touched(now, now_wall)
        if self._processes.sweep(now):
            self._story.forget(now - KEPT_SECONDS)
            self._met = {pid: seconds for pid, seconds in self._met.items() if now - seconds < MET_SECONDS}
        return count + self._story.has_more

    def _meet_touched(self, now: float, now_wall: float) -> int:
        touched = self._story.take_touched()
        if touched:
            self._processes.begin(now_wall)
            read_count = sum([self._meet(pid, seconds) for pid, seconds in touched.items()])
            self._pace.note(len(touched), read_count, now)
        return len(touched)

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        """Look up what is no TCP, as it begins."""
        self._diag.see(packets, now, now_wall)
        self._meet_touched(now, now_wall)  # it listens too, and nobody is woken for what it heard

    def look_again(self, now: float, now_wall: float) -> float | None:
        """Look again at what is due there; give when to be called next."""
        due = self._diag.look_again(now, now_wall)
        self._meet_touched(now, now_wall)
        return due

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer for connections of which it was told who opened or closed them, and look up the others."""
        self._diag.hear(now, now_wall)
        self._meet_touched(now, now_wall)
        self._processes.recall()
        self._processes.begin(now_wall)
        moment = Clock(now, now_wall)
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        others: list[Question] = []
        for question in questions:
            answer = self._answer(question, moment, named) if question.key.ip_protocol == TCP else None
            if answer is not None:
                answers.append(answer)
            else:
                others.append(question)
        if others:
            found = self._diag.find(others, now, now_wall)
            answers += found.answers
            named |= {process.id: process for process in found.processes}
        return Answers(answers=tuple(answers), processes=tuple(named.values()))

    def close(self) -> None:
        """Hear no more, and ask nobody."""
        self._diag.close()
        self._story.close()

    # Which process.

    def _meet(self, pid: int, seconds: float) -> bool:
        """Take note of a process that opened or closed a connection; give whether it had to be read in full."""
        birth, since = self._story.processes.of(pid), self._met.get(pid)
        if since is not None and seconds - since < MET_SECONDS and self._story.processes.changed(pid) < since:
            self._processes.saw(pid, b"", seconds)
            return False
        _remember(self._met, pid, seconds, _MET_LIMIT)
        kin, glimpse, is_there = _NO_KIN, None, True
        if birth is not None and not birth.is_execed:
            glimpse = self._reader.glimpse(pid)
            is_there = glimpse is not None and glimpse.image != ()  # one that is ending has no program any more
            kin = self._kin(pid, birth, is_there=is_there)
        met = self._processes.meet(pid, kin, glimpse, seconds) if is_there else Met.NOBODY
        if met is Met.NOBODY and birth is not None:
            return not self._processes.meet_ended(pid, kin, self._told(pid, birth), seconds)
        return met is Met.READ

    def _kin(self, pid: int, birth: Birth, *, is_there: bool) -> Kin:
        """Give what those have in common that the same program forked."""
        family = (birth.name, birth.parent_pid, *birth.run)
        uid = self._reader.real_uid(pid) if is_there else None
        before, count = self._uids.get(family, (uid, 0))
        if uid is None:
            # Whose those are that have ended is not to be said of a few, nor of those of several users.
            uid = before if before is not None and count >= AGREED else _NOT_TOLD
        else:
            _remember(self._uids, family, (uid if uid == before else _NOT_TOLD, count + 1), _FAMILY_LIMIT)
        return Kin(b"", uid, 0, family)

    def _told(self, pid: int, birth: Birth) -> Glimpse:
        """Give what is known of a process that has ended; without a name of its own it had its parent's."""
        name = birth.name or self._names.get(birth.run, b"")
        if not name:
            parent = self._reader.glimpse(birth.parent_pid)
            name = parent.fingerprint[0] if parent is not None else b""
            _remember(self._names, birth.run, name, _FAMILY_LIMIT)
        began_ns = int((birth.seconds + clock.slept()) * 1e9)
        return self._reader.told(pid, began_ns, name, birth.parent_pid, ())

    # Which socket.

    def _answer(self, question: Question, moment: Clock, named: dict[str, Process]) -> Answer | None:
        """Answer from what was told; whom it names goes to ``named``."""
        sockets, is_sure = self._sockets(question, moment)
        hands = [self._people(socket, question, moment) for socket in sockets]
        if not hands or not all(hands):
            # Of what passes whoever looks into the other namespaces tells both ends while they are there.
            if not question.is_passing and any(socket.is_inbound for socket in sockets):
                self._diag.note_inbound(question, moment.now)
            return None
        people = [process for one in hands for process in one]
        named |= {process.id: process for process in people}
        first = sockets[0]
        end = moment.now if question.end_time is None else question.end_time - moment.now_wall + moment.now
        is_last = first.closed is not None and end - first.closed < SHUT_SECONDS and hands[0][0].pid == first.closer
        is_certain = is_sure and (is_last or first.closed is None)
        ids = list(dict.fromkeys(process.id for process in people))
        return Answer(
            id=question.id,
            process_id=ids[0],
            method=OwnerMethod.USER,
            confidence=OwnerConfidence.CERTAIN if is_certain else OwnerConfidence.INFERRED,
            holder_ids=tuple(ids[1:]),
            is_final=is_last and question.end_time is not None,
        )

    def _sockets(self, question: Question, moment: Clock) -> tuple[Sequence[TracedSocket], bool]:
        """Give the sockets at the ends of a connection, the one to be credited first, and whether they surely are."""
        ahead = moment.now_wall - moment.now
        if question.is_passing:
            found = self._story.sockets.passing(question, ahead)
            # Two namespaces may use the same addresses: which of them it was cannot be told then.
            is_one = len({socket.is_inbound for socket in found}) == len(found)
            return found, is_one and all(socket.began is not None for socket in found)
        which = self._story.sockets.of(question, ahead)
        return ((), False) if which is None else ((which.socket,), which.is_sure)

    def _people(self, socket: TracedSocket, question: Question, moment: Clock) -> list[Process]:
        """Give the processes that had a socket in hand, the one to be credited first: who closed it."""
        hands = [(socket.closer, socket.closed), (socket.opener, socket.began)]
        found: list[Process] = []
        for pid, seconds in hands:
            if not pid or seconds is None or (found and found[0].pid == pid):
                continue
            process = self._processes.process(Who(pid, None, b""), seconds, question.owner, moment)
            if process.parent_pid != KTHREADD:  # the kernel closes what was left to it
                found.append(process)
        return found


def _remember(kept: dict[K, V], key: K, value: V, limit: int) -> None:
    """Keep it as the newest; of more than ``limit`` the oldest is forgotten."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > limit:
        del kept[next(iter(kept))]
