"""Who opened the socket behind a flow, as cgroup programs in the kernel saw it (owners.bpf.c)."""

import os
import struct
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import IntEnum
from importlib.resources import files
from types import TracebackType
from typing import Final, Self

from netmon_collector.host.bpf.cgroup_root import open_root
from netmon_collector.host.bpf.object_file import read_object
from netmon_collector.host.bpf.ring import Ring
from netmon_collector.host.bpf.system_call import Map, attach, load

__all__ = ["How", "KernelOwners", "Newcomer", "Origin"]

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

_ORIGIN: Final = struct.Struct("=QQIIIBBBx16s16s")
_FLOW: Final = struct.Struct("=QQQQQQ")
_ENDS: Final = struct.Struct("!16s16sHHBBxx")
_NEWCOMER: Final = struct.Struct("=I16s")


class How(IntEnum):
    """What a process did with a socket (enum how)."""

    CREATED = 1
    CONNECTED = 2
    SENT = 3
    ACCEPTED = 4
    RELEASED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who made the socket of a flow, or used it last. ``name`` is the kernel's, at most 15 bytes, raw.

    ``first_seconds`` is when the socket was first touched, ``used_seconds`` when last, both CLOCK_MONOTONIC. Bytes and
    packets are IP's, header included.
    """

    cookie: int
    pid: int
    name: bytes
    uid: int
    how: How
    is_released: bool
    first_seconds: float
    used_seconds: float
    sent_bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A process that made its first socket; ``name`` is the kernel's, raw."""

    pid: int
    name: bytes


class KernelOwners:
    """Loaded programs and their maps. Everything is gone with this process, however it ends: links, no legacy attach.

    Must be opened after the last fork: a child that holds the links would keep the programs attached.
    """

    def __init__(self) -> None:
        """Load and link. Raises ``OSError``: EPERM without the rights or where another program holds the cgroup."""
        source = read_object(files("netmon_collector.host.bpf").joinpath("owners.bpf.o").read_bytes())
        with ExitStack() as stack:
            cgroup = open_root()
            stack.callback(os.close, cgroup)
            self._open = stack.enter_context(ExitStack())
            maps: dict[str, Map] = {}
            for definition in source.maps:
                maps[definition.name] = Map(definition)
                self._open.callback(maps[definition.name].close)
            arrivals = maps["arrivals"]
            self._ring = Ring(arrivals.fileno(), arrivals.definition.limit)
            self._open.callback(self._ring.close)
            for program in source.programs:
                kind, place = _PLACES[program.section]
                loaded = load(program, maps, kind=kind, attach_kind=place, terms=source.license)
                try:
                    self._open.callback(os.close, attach(loaded, cgroup, place))
                finally:
                    os.close(loaded)
            self._arrivals, self._newcomers = arrivals, maps["newcomers"]
            self._sockets, self._flows = maps["sockets"], maps["flows"]
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
        """Give the descriptor that becomes readable when a process makes its first socket."""
        return self._arrivals.fileno()

    def newcomers(self) -> list[Newcomer]:
        """Take the processes that made their first socket since the last call."""
        found = [_NEWCOMER.unpack(record[: _NEWCOMER.size]) for record in self._ring.read()]
        return [Newcomer(pid=pid, name=name.rstrip(b"\0")) for pid, name in found]

    def forget(self, newcomer: Newcomer) -> None:
        """Announce a process with this pid and name anew."""
        self._newcomers.delete(_NEWCOMER.pack(newcomer.pid, newcomer.name))

    def find(self, ip_protocol: int, local: bytes, local_port: int, remote: bytes, remote_port: int) -> Origin | None:
        """Give who is behind a flow, by packed addresses; None where no packet of it passed a socket.

        Protocols without ports have 0 for both. A flow whose socket nobody of this time touched has no origin either:
        it is older than the programs, or was accepted and is served without asking for the peer's name.
        """
        key = _ENDS.pack(local, remote, local_port, remote_port, ip_protocol, 4 if len(local) == 4 else 6)
        flow = self._flows.find(key)
        if flow is None:
            return None
        cookie, _, sent_bytes, received_bytes, _, _ = _FLOW.unpack(flow)
        known = self._sockets.find(flow[:8])
        if known is None:
            return None
        first, used, creator, user, uid, _, how, released, creator_name, user_name = _ORIGIN.unpack(known)
        return Origin(
            cookie=cookie,
            pid=user or creator,
            name=(user_name if user else creator_name).rstrip(b"\0"),
            uid=uid,
            how=How(how),
            is_released=bool(released),
            first_seconds=first / 1e9,
            used_seconds=used / 1e9,
            sent_bytes=sent_bytes,
            received_bytes=received_bytes,
        )
