"""The questions that the collector asks the host, each behind a port of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from netmon.model import OwnerWay, Process
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.questions import Answer, Question
from netmon_collector.core.sockets import ForeignScan, SocketScan


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Sockets, and the processes that they name: plain values, so that another process may send them.

    ``processes`` holds each process once that a row of ``scan`` names, as owner or further holder, in full.
    ``elsewhere_cpu_seconds``: what another process has spent on it.
    """

    scan: SocketScan
    processes: tuple[Process, ...]
    elsewhere_cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignListing:
    """Sockets of other network namespaces, and the processes that they name; CPU as in `Listing`."""

    scan: ForeignScan
    processes: tuple[Process, ...]
    elsewhere_cpu_seconds: float = 0.0


class ForeignLister(Protocol):
    """Answers which sockets there are in other network namespaces."""

    def look(self, now_wall: float, wanted: frozenset[bytes]) -> ForeignListing:
        """List sockets of a few other namespaces that have one of the ``wanted`` addresses; ``now_wall`` in Unix time.

        What may not be read is left out. Raises ``OSError`` where nobody can look.
        """
        ...


class SocketLister(Protocol):
    """Answers which sockets are there, and who holds them."""

    @property
    def name(self) -> str:
        """What the status calls this way of finding owners."""
        ...

    @property
    def holder_ways(self) -> tuple[OwnerWay, ...]:
        """Better ways to tell who holds a socket than reading ``/proc/PID/fd``: used or not, and why not."""
        ...

    def list_sockets(self, now_wall: float) -> Listing:
        """List the sockets of this network namespace; ``now_wall`` is Unix seconds.

        What vanishes meanwhile, or may not be read, is left out or given without an owner. Raises ``OSError`` where
        the system gives no list at all.
        """
        ...

    def forget_caches(self) -> None:
        """Read everything anew in the next listing. Never while one is under way."""
        ...


class HolderSource(Protocol):
    """Answers which processes hold which sockets."""

    @property
    def name(self) -> str:
        """What the status calls it."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether looking into all processes costs no more than looking into some."""
        ...

    def find(self, inodes: frozenset[bytes], pids: Collection[int] | None = None) -> dict[bytes, list[int]]:
        """Give for each socket of ``inodes`` the pids that hold it, of ``pids`` or of all, in their order.

        Inodes are decimal text; those that nobody holds, or that are of another network namespace, stay out.
        What ends meanwhile is left out. Raises ``OSError`` where the system gives nothing at all.
        """
        ...


class Glimpse(NamedTuple):
    """The least that tells a process from the one that had its pid before.

    ``id`` is ``Process.id``; ``start_time`` Unix seconds; ``fingerprint`` (the kernel's name, the parent's pid) differs
    when the process has changed so that it should be read again. ``image`` tells the program of one that was forked and
    has executed none of its own, by where code, stack, arguments and environment lie: the others that were forked from
    the same run of a program have the same; empty for those that did execute, and where the system does not tell. A
    named tuple, as many are made: a fifth of the time.
    """

    id: str
    start_time: float
    fingerprint: tuple[bytes, int] = (b"", 0)
    image: tuple[int, ...] = ()


class Who(NamedTuple):
    """A process at a moment. ``name`` is the kernel's, at most 15 bytes, raw; empty, and ``uid`` None: not told."""

    pid: int
    uid: int | None
    name: bytes


class ProcessRecord(NamedTuple):
    """A process as the system shows it; its texts are raw and may hold anything.

    ``arguments`` come from the first 4 kB of the command line. Texts that could not be read are empty, ``uid`` is None.
    """

    glimpse: Glimpse
    name: str
    executable: str = ""
    arguments: tuple[str, ...] = ()
    uid: int | None = None
    parent_pid: int = 0
    parent_name: str = ""
    control_groups: str = ""


class ProcessReader(Protocol):
    """Answers who is behind a pid now."""

    def begin(self, now_wall: float) -> None:
        """Say that readings start, at ``now_wall`` (Unix seconds): what comes next is held against this moment."""
        ...

    def glimpse(self, pid: int) -> Glimpse | None:
        """Identify a process; None where there is none that runs."""
        ...

    def read(self, pid: int) -> ProcessRecord | None:
        """Read a process, all parts of the same one; None where there is none that runs."""
        ...

    def keep(self, pids: frozenset[int]) -> None:
        """Forget what is cached of all other processes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Whose single connections are, and the processes that the answers name.

    ``asked``: which questions were looked into, earlier ones too; None: all that were asked, and no other.
    """

    answers: tuple[Answer, ...]
    processes: tuple[Process, ...]
    asked: tuple[Question, ...] | None = None


class OwnerFinder(Protocol):
    """Answers whose a single connection is, at once: also one that has ended meanwhile."""

    @property
    def name(self) -> str:
        """What the status calls this way of finding owners."""
        ...

    @property
    def tells_sockets(self) -> bool:
        """Whether ``hear`` hears of every socket that is made or closed: then they need to be listed less often."""
        ...

    @property
    def rest_seconds(self) -> float:
        """How long nobody is to be woken by ``fileno`` after ``hear`` heard of something: what comes waits; 0: no."""
        ...

    @property
    def later_seconds(self) -> float:
        """Within so long after ``hear`` heard of somebody it may have more to do that nothing tells of; 0: no."""
        ...

    def fileno(self) -> int:
        """Give the descriptor that is readable when ``hear`` has something to do; -1: there is none."""
        ...

    def hear(self, now: float, now_wall: float) -> int:
        """Take what the system tells of processes, while they are there to be read; give how many made sockets."""
        ...

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer what can be answered now, in monotonic and in Unix seconds."""
        ...

    def close(self) -> None:
        """Let go of all that it holds in the system."""
        ...


@runtime_checkable
class FirstPacketFinder(Protocol):
    """An `OwnerFinder` that must hear of connections as they begin: it looks while their processes live."""

    @property
    def is_told_of_tcp(self) -> bool:
        """Whether it hears of TCP connections otherwise, so that their first packets need not be seen; it may end."""
        ...

    @property
    def left_out_count(self) -> int:
        """How many connections were not looked up, or not to the end, to save CPU."""
        ...

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        """Look up connections that begin right now; ``find`` answers with it later."""
        ...


@runtime_checkable
class PatientFinder(FirstPacketFinder, Protocol):
    """One that looks again by itself where the first look may be too early."""

    def look_again(self, now: float, now_wall: float) -> float | None:
        """Look again at what is due; give when to be called next (monotonic seconds), None: nothing waits."""
        ...
