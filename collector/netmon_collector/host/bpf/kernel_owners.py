"""Who made and used the socket behind a flow, as cgroup programs in the kernel saw it (owners.bpf.c)."""

import os
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from netmon_collector.host.bpf.btf import KERNEL_TYPES, read_types
from netmon_collector.host.bpf.object_file import Program, read_object, with_constants, without_call
from netmon_collector.host.bpf.ring import Ring
from netmon_collector.host.bpf.system_call import Map, ProgramRefused, attach, load
from netmon_collector.host.kernel_mount import open_root
from netmon_collector.host.ports import Who

__all__ = ["WOKEN_AGAIN_SECONDS", "CgroupHeld", "How", "KernelOwners", "Newcomer", "Origin", "Trace"]

# linux/bpf.h: program type and attach type of each section.
_CGROUP_SKB: Final = 8
_CGROUP_SOCK: Final = 9
_CGROUP_SOCK_ADDR: Final = 18
_PLACES: Final = {
    "ingress": (_CGROUP_SKB, 0),
    "egress": (_CGROUP_SKB, 1),
    "sock_create": (_CGROUP_SOCK, 2),
    "sock_release": (_CGROUP_SOCK, 34),
    "connect4": (_CGROUP_SOCK_ADDR, 10),
    "connect6": (_CGROUP_SOCK_ADDR, 11),
    "sendmsg4": (_CGROUP_SOCK_ADDR, 14),
    "sendmsg6": (_CGROUP_SOCK_ADDR, 15),
    "getpeername4": (_CGROUP_SOCK_ADDR, 29),
    "getpeername6": (_CGROUP_SOCK_ADDR, 30),
}

_ORIGIN: Final = struct.Struct("=QQQQII16sII16sII16sBB?5x")
_TARGET: Final = struct.Struct("!16sHxxxxxx")
_SENDER: Final = struct.Struct("=QII16s")
_EARLIER: Final = 8
_FLOW: Final = struct.Struct(f"=3Q{2 * _EARLIER}Q4Q")
_ENDS: Final = struct.Struct("!16s16sHHBBxx")
_NETNS: Final = struct.Struct("=Q")
_ARRIVAL: Final = struct.Struct("=QQQI4x16s16sQ4QII")
_KIN_AT: Final = 32
_KIN_BYTES: Final = 80
_MONOTONIC: Final = struct.Struct("=Q")

WOKEN_AGAIN_SECONDS: Final = 0.1
"""WOKEN_AGAIN_NS of newcomers.h."""

NAMESPACES_LIMIT: Final = 256
"""As many other network namespaces are asked for a connection, the newest ones."""

_GET_NETNS_COOKIE: Final = 122
_GET_CURRENT_TASK: Final = 35
_PROBE_READ_KERNEL: Final = 113
_SO_COOKIE: Final = 57


class How(IntEnum):
    """What a process did with a socket (enum how)."""

    UNKNOWN = 0
    CREATED = 1
    CONNECTED = 2
    SENT = 3
    ACCEPTED = 4


_HOWS: Final = tuple(How)


class Origin(NamedTuple):
    """Who made a socket, who connected, accepted or sent on it last, and who closed it; None: nobody was seen.

    ``how`` is what ``user`` did. ``*_seconds`` are CLOCK_MONOTONIC: first touched, last touched before the release, and
    released for good (None: open). ``is_shared``: one process sent by it that another had used; `KernelOwners.sender`
    tells them apart.
    """

    cookie: int
    netns: int
    creator: Who | None
    user: Who | None
    releaser: Who | None
    how: How
    created_seconds: float
    used_seconds: float
    released_seconds: float | None
    is_shared: bool


class Trace(NamedTuple):
    """Which socket the packets between two ends passed: its cookie, and when the first did (CLOCK_MONOTONIC).

    ``listener``: the socket that took the SYN, where another was accepted from it; 0: none. ``before``: cookies of up
    to eight sockets that had these ends before, and since when, the last one first. Bytes are IP's, header included.
    """

    cookie: int
    first_seconds: float
    listener: int
    before: tuple[tuple[int, float], ...]
    sent_bytes: int
    received_bytes: int


class Newcomer(NamedTuple):
    """A process that made or used a socket, as it was at ``seconds`` (CLOCK_MONOTONIC).

    ``name`` is the kernel's, of the thread, raw; ``netns`` one of ``KernelOwners.elsewhere``, or 0: our network
    namespace; ``control_group`` the id of its group in the unified hierarchy (bpf-helpers(7),
    bpf_get_current_cgroup_id). ``began_ns``: its start (CLOCK_BOOTTIME), 0 where the kernel's types are not known; then
    ``process_name``, ``parent_pid`` and ``image`` are as in `Glimpse`. ``kin``: what `KernelOwners.expect` takes.
    """

    pid: int
    name: bytes
    netns: int
    uid: int
    control_group: int
    seconds: float
    began_ns: int
    process_name: bytes
    parent_pid: int
    image: tuple[int, ...]
    kin: bytes


class CgroupHeld(PermissionError):
    """Another program has the cgroup for itself: attached without BPF_F_ALLOW_MULTI (kernel/bpf/cgroup.c)."""


class KernelOwners:
    """Loaded programs and their maps. All is gone with whoever holds them, however they end: links, no legacy attach.

    A child that is forked later holds them too. The keeper's helpers are meant to: what is known outlasts each of them.
    """

    def __init__(self) -> None:
        """Load and link. Raises `CgroupHeld`, or ``OSError``: EPERM without the rights; ``ValueError`` for a container.

        A ``ValueError``'s text says what this system lacks.
        """
        source = read_object(Path(__file__).with_name("owners.bpf.o").read_bytes())
        with ExitStack() as stack:
            cgroup = open_root(b"cgroup2")
            stack.callback(os.close, cgroup)
            self._open = stack.enter_context(ExitStack())
            maps: dict[str, Map] = {}
            for definition in source.maps:
                maps[definition.name] = Map(definition)
                self._open.callback(maps[definition.name].close)
            arrivals = maps["arrivals"]
            self._ring = Ring(arrivals.fileno(), arrivals.definition.limit)
            self._open.callback(self._ring.close)
            offsets = _offsets(source.programs)
            for program in source.programs:
                kind, place = _PLACES[program.section]
                loaded = _load(program, maps, offsets, kind=kind, place=place, terms=source.license)
                try:
                    self._open.callback(os.close, _attach(loaded, cgroup, place))
                finally:
                    os.close(loaded)
            self._arrivals = arrivals
            self._sockets, self._senders, self._flows = maps["sockets"], maps["senders"], maps["flows"]
            self._netns = self._own_netns()
            self._settings, self._kins = maps["settings"], maps["kins"]
            self._elsewhere: dict[int, float] = {}
            self.watch_elsewhere(is_wanted=False)
            self._close: Callable[[], None] = self._open.pop_all().close

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Detach everything. May be called twice."""
        self._close()

    def fileno(self) -> int:
        """Give the descriptor that becomes readable when there are newcomers."""
        return self._arrivals.fileno()

    @property
    def elsewhere(self) -> tuple[int, ...]:
        """The cookies of other network namespaces that processes were seen to use sockets in, the newest ones."""
        return tuple(self._elsewhere)

    def note_elsewhere(self, netns: int, seconds: float) -> None:
        """Say that another network namespace was heard of then (CLOCK_MONOTONIC)."""
        self._elsewhere.pop(netns, None)
        self._elsewhere[netns] = seconds
        if len(self._elsewhere) > NAMESPACES_LIMIT:
            del self._elsewhere[next(iter(self._elsewhere))]

    def forget_elsewhere(self, seconds: float) -> None:
        """Forget other network namespaces that were not heard of since then: nothing tells when one is gone."""
        self._elsewhere = {netns: heard for netns, heard in self._elsewhere.items() if heard >= seconds}

    def watch_elsewhere(self, *, is_wanted: bool) -> None:
        """Take note of sockets of all network namespaces, or of this one alone, as at the start."""
        self._settings.set(bytes(4), _NETNS.pack(0 if is_wanted else self._netns))

    def newcomers(self) -> list[Newcomer]:
        """Take the processes that made or used sockets since the last call, each at most once a second."""
        found: list[Newcomer] = []
        for record in self._ring.read():
            time, began, netns, pid, name, leader, group, *places, uid, parent = _ARRIVAL.unpack_from(record)
            netns = netns if self._netns and netns != self._netns else 0
            image = tuple(places) if places[0] else ()
            names = name.rstrip(b"\0"), leader.rstrip(b"\0")
            kin = record[_KIN_AT : _KIN_AT + _KIN_BYTES]
            found.append(Newcomer(pid, names[0], netns, uid, group, time / 1e9, began, names[1], parent, image, kin))
            if netns:
                self.note_elsewhere(netns, time / 1e9)
        return found

    def expect(self, newcomer: Newcomer, until: float) -> None:
        """Take those that the same run of a program forked for known until then (CLOCK_MONOTONIC, seconds).

        They are told of as all others are, but whoever waits on ``fileno`` is woken for them at most each
        `WOKEN_AGAIN_SECONDS`, not for each at once: look again within that time. Where the kernel has no place for them
        at the moment it wakes for each.
        """
        with suppress(OSError):  # ENOMEM (kernel/bpf/hashtab.c, htab_lru_map_update_elem)
            self._kins.set(newcomer.kin, _MONOTONIC.pack(int(until * 1e9)))

    def trace(
        self, ip_protocol: int, local: bytes, local_port: int, remote: bytes, remote_port: int, netns: int = 0
    ) -> Trace | None:
        """Give which socket is behind a flow, by packed addresses; ``netns``: one of ``elsewhere``, 0: ours.

        Protocols without ports have 0 for both. None where no packet of it passed a socket.
        """
        ends = _ENDS.pack(local, remote, local_port, remote_port, ip_protocol, 4 if len(local) == 4 else 6)
        flow = self._flows.find(ends + _NETNS.pack(netns or self._netns))
        if flow is None and self._netns and not netns:
            flow = self._flows.find(ends + _NETNS.pack(0))
        if flow is None:
            return None
        cookie, first, listener, *before, sent_bytes, received_bytes, _, _ = _FLOW.unpack(flow)
        earlier = zip(before[::2], before[1::2], strict=True) if before[1] else ()
        return Trace(
            cookie=cookie,
            first_seconds=first / 1e9,
            listener=listener,
            before=tuple([(one, since / 1e9) for one, since in earlier if since]),
            sent_bytes=sent_bytes,
            received_bytes=received_bytes,
        )

    def origin(self, cookie: int, expected_netns: int = 0) -> Origin | None:
        """Give what is known of a socket of ``expected_netns`` (0: ours); None where nobody touched it there.

        Those are older than the programs, or were accepted and are served without asking for the peer's name.
        """
        known = self._sockets.find(_NETNS.pack(cookie))
        if known is None:
            return None
        created, used, released, netns, *people, _, how, is_shared = _ORIGIN.unpack(known)
        if netns and self._netns and netns != (expected_netns or self._netns):
            return None
        return Origin(
            cookie=cookie,
            netns=netns,
            creator=_who(*people[0:3]),
            user=_who(*people[3:6]),
            releaser=_who(*people[6:9]),
            how=_HOWS[how],
            created_seconds=created / 1e9,
            used_seconds=used / 1e9,
            released_seconds=released / 1e9 if released else None,
            is_shared=is_shared,
        )

    def sender(self, cookie: int, remote: bytes, remote_port: int) -> tuple[Who, float] | None:
        """Give who sent to a packed address by a shared socket, and when last (CLOCK_MONOTONIC).

        None: several did, or nobody since it is shared.
        """
        known = self._senders.find(_NETNS.pack(cookie) + _TARGET.pack(remote, remote_port))
        if known is None:
            return None
        used, *person = _SENDER.unpack(known)
        who = _who(*person)
        return (who, used / 1e9) if who is not None else None

    def _own_netns(self) -> int:
        """Give the cookie of our own network namespace, as the programs see it on a socket of ours; 0: not seen.

        Raises ``ValueError`` where they see another pid than ours: the kernel tells those of the first pid namespace.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            cookie = ours.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, 8)
        known = self._sockets.find(cookie)
        if known is None:
            return 0
        _, _, _, netns, creator, *_ = _ORIGIN.unpack(known)
        if creator != os.getpid():
            raise ValueError("processes have other numbers here: this is a container")
        return netns


def _who(pid: int, uid: int, name: bytes) -> Who | None:
    return Who(pid, uid, name.rstrip(b"\0")) if pid else None


def _attach(loaded: int, cgroup: int, place: int) -> int:
    try:
        return attach(loaded, cgroup, place)
    except PermissionError as error:
        raise CgroupHeld(error.errno, error.strerror) from error


def _offsets(programs: Sequence[Program]) -> dict[str, int] | None:
    """Give where the members of the kernel's structures lie that programs read; None where that is not to be known."""
    members = {name for program in programs for _, name in program.constant_uses}
    try:
        return read_types(KERNEL_TYPES.read_bytes(), functions=(), members=members).offsets
    except (OSError, ValueError):
        return None


def _load(
    program: Program, maps: dict[str, Map], offsets: dict[str, int] | None, *, kind: int, place: int, terms: bytes
) -> int:
    """Load a program, as much of it as this kernel takes."""
    *fuller, plainest = _versions(program, offsets, kind)
    for version in fuller:
        try:
            return load(version, maps, kind=kind, attach_kind=place, terms=terms)
        except ProgramRefused:
            continue
    return load(plainest, maps, kind=kind, attach_kind=place, terms=terms)


def _versions(program: Program, offsets: dict[str, int] | None, kind: int) -> Iterator[Program]:
    """Give a program, then those that can less."""
    if program.constant_uses:
        if offsets is not None:
            yield with_constants(program, offsets)
        # A kernel that is locked down lets nobody read its memory (kernel_lockdown(7)).
        blind = without_call(without_call(program, _GET_CURRENT_TASK), _PROBE_READ_KERNEL)
        yield with_constants(blind, dict.fromkeys((name for _, name in program.constant_uses), 0))
        return
    yield program
    if kind == _CGROUP_SKB:
        # Before Linux 6.15 these programs cannot ask for the network namespace; they then take it from the origin.
        yield without_call(program, _GET_NETNS_COOKIE)
