"""Forks, execs and exits of processes as the kernel tells them: the process connector (linux/cn_proc.h), read by hand.

Optional: the kernel tells them to root, since Linux 6.6 to anybody, and only in the first pid namespace
(drivers/connector/cn_proc.c). Threads are left out, by a filter in the kernel.
"""

import ctypes
import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple, Self

from netmon_collector.system_call import checked, libc

__all__ = ["EventKind", "ProcessEvent", "ProcessEvents", "parse_event"]

_NETLINK_CONNECTOR: Final = 11
_CN_IDX_PROC: Final = 1
_CN_VAL_PROC: Final = 1
_LISTEN: Final = 1
_CLONE_NEWNET: Final = 0x40000000
_SO_RCVBUFFORCE: Final = 33  # include/uapi/asm-generic/socket.h; the socket module has no name for it
_SO_ATTACH_FILTER: Final = 26

_NETLINK_HEADER: Final = struct.Struct("=IHHII")
_CONNECTOR_HEADER: Final = struct.Struct("=IIIIHHI")
"""``struct cn_msg`` (linux/connector.h) with the four bytes of ``enum proc_cn_mcast_op`` behind it."""

_WHAT: Final = 36
"""Where ``struct proc_event`` begins: behind ``struct nlmsghdr`` and ``struct cn_msg``."""
_DATA: Final = _WHAT + 16
_EVENT: Final = struct.Struct("=I12xII8xHxxI4xQ")
"""Length of the message; index, value and length of ``struct cn_msg``; what and when of ``struct proc_event``."""
_FORK: Final = struct.Struct("=IIII")
_PROCESS: Final = struct.Struct("=II")

_ACKNOWLEDGED_SECONDS: Final = 0.25
_BUFFER_BYTES: Final = 2 << 20
"""Holds some 2,500 events (768 bytes each with the kernel's own), for those who look once a second."""
_MESSAGE_BYTES: Final = 256
_MAX_MESSAGES: Final = 8_192
"""How many one ``read`` takes."""
_MAX_ANCESTORS: Final = 32


class EventKind(IntEnum):
    """What became of a process (enum proc_cn_event)."""

    FORK = 0x00000001
    EXEC = 0x00000002
    EXIT = 0x80000000


_KINDS: Final = {kind.value: kind for kind in EventKind}


class ProcessEvent(NamedTuple):
    """What became of a process, and when (CLOCK_MONOTONIC); ``parent_pid`` is told of forks alone."""

    kind: EventKind
    pid: int
    seconds: float
    parent_pid: int = 0


class ProcessEvents:
    """A subscription. Events wait in the kernel until they are read; what it had no room for is counted."""

    is_broken = False
    patience_seconds = 1.0
    """It keeps some 2,500 events, and of more it drops the latest, which are those of the processes that matter."""

    def __init__(self) -> None:
        """Subscribe. Raises ``OSError`` where the kernel does not tell."""
        self._netlink = _open_connector()
        self.overrun_count = 0
        """How often the kernel had no room for further events."""
        try:
            self._subscribe()
        except BaseException:
            self._netlink.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the subscription."""
        self._netlink.close()

    def fileno(self) -> int:
        """Give the descriptor that is readable when something was told."""
        return self._netlink.fileno()

    def read(self) -> list[ProcessEvent]:
        """Take what was told since the last time, oldest first. Raises ``OSError`` where the subscription is broken."""
        events: list[ProcessEvent] = []
        for _ in range(_MAX_MESSAGES):
            try:
                data = self._netlink.recv(_MESSAGE_BYTES)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.overrun_count += 1
                continue
            event = parse_event(data)
            if event is not None:
                events.append(event)
        return events

    def _subscribe(self) -> None:
        self._netlink.settimeout(_ACKNOWLEDGED_SECONDS)
        body = _CONNECTOR_HEADER.pack(_CN_IDX_PROC, _CN_VAL_PROC, 0, 0, 4, 0, _LISTEN)
        size = _NETLINK_HEADER.size + len(body)
        self._netlink.send(_NETLINK_HEADER.pack(size, 3, 0, 0, 0) + body)  # NLMSG_DONE is what connectors use
        # An acknowledgement comes to whoever is heard; where the kernel does not listen there is none, and no error.
        while True:
            data = self._netlink.recv(_MESSAGE_BYTES)
            if len(data) >= _DATA + 4 and struct.unpack_from("=I", data, _WHAT)[0] == 0:
                (refused,) = struct.unpack_from("=I", data, _DATA)
                if refused:
                    raise OSError(refused, os.strerror(refused))
                break
        self._netlink.setblocking(False)  # noqa: FBT003 -- the library's own signature
        _attach_filter(self._netlink)


def parse_event(data: bytes) -> ProcessEvent | None:
    """Read one message; None for what tells of threads, or of something else than a fork, exec or exit.

    Raises ``ValueError`` for bytes that are no message of the process connector.
    """
    if len(data) < _DATA:
        raise ValueError("a process event that is cut short")
    length, index, value, size, what, nanoseconds = _EVENT.unpack_from(data)
    if length > len(data) or (index, value) != (_CN_IDX_PROC, _CN_VAL_PROC) or _WHAT + size > len(data):
        raise ValueError("no message of the process connector")
    kind = _KINDS.get(what)
    if kind is None:
        return None
    if len(data) < _DATA + (_FORK.size if kind is EventKind.FORK else 8):
        raise ValueError("a process event that is cut short")
    if kind is EventKind.FORK:
        _, parent_pid, thread, pid = _FORK.unpack_from(data, _DATA)
    else:
        parent_pid = 0
        thread, pid = _PROCESS.unpack_from(data, _DATA)
    return ProcessEvent(kind, pid, nanoseconds / 1e9, parent_pid) if thread == pid else None


def _open_connector() -> socket.socket:
    """Open a socket of the connector, which is there in the first network namespace only (cn_init)."""
    try:
        return _bind()
    except ConnectionRefusedError:
        return _bind_in_the_first_namespace()


def _bind() -> socket.socket:
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _NETLINK_CONNECTOR)
    try:
        netlink.bind((0, _CN_IDX_PROC))
        try:
            netlink.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        except PermissionError:
            netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        # A message of no meaning: refused at once where nobody listens in the kernel.
        body = _CONNECTOR_HEADER.pack(_CN_IDX_PROC, 0, 0, 0, 4, 0, 0)
        netlink.send(_NETLINK_HEADER.pack(_NETLINK_HEADER.size + len(body), 3, 0, 0, 0) + body)
    except OSError:
        netlink.close()
        raise
    return netlink


def _bind_in_the_first_namespace() -> socket.socket:
    """Open the socket from a thread that goes into another network namespace and ends there (setns(2)).

    The first one is that of pid 1; where its link may not be read, those of all that we descend from are tried.
    """
    opened: list[socket.socket] = []
    errors: list[OSError] = []

    def open_there() -> None:
        for pid in (1, *_ancestors()):
            try:
                _enter_network_of(pid)
                opened.append(_bind())
            except OSError as error:
                errors.append(error)
            else:
                return

    thread = threading.Thread(target=open_there, name="connector")
    thread.start()
    thread.join()
    if not opened:
        raise errors[0]
    return opened[0]


def _ancestors() -> Iterator[int]:
    """Give the pids of the parent, its parent and so on; who started a collector may be some steps above."""
    pid = os.getppid()
    for _ in range(_MAX_ANCESTORS):
        if pid <= 1:
            return
        yield pid
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return
        pid = int(stat[stat.rfind(b")") + 2 :].split(None, 2)[1])  # proc_pid_stat(5)


def _enter_network_of(pid: int) -> None:
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        checked(libc.setns(descriptor, _CLONE_NEWNET))
    finally:
        os.close(descriptor)


def _attach_filter(netlink: socket.socket) -> None:
    """Have the kernel drop what tells of threads, names, users and the like: numbers are read as big-endian there."""

    def as_loaded(kind: EventKind) -> int:
        return int.from_bytes(struct.pack("=I", kind), "big")

    load, equals, answer, to_index, is_index, jump = 0x20, 0x15, 0x06, 0x07, 0x1D, 0x05  # linux/bpf_common.h
    steps = (
        (load, 0, 0, _WHAT),
        (equals, 2, 0, as_loaded(EventKind.FORK)),
        (equals, 5, 0, as_loaded(EventKind.EXEC)),
        (equals, 4, 9, as_loaded(EventKind.EXIT)),
        (load, 0, 0, _DATA + 8),
        (to_index, 0, 0, 0),
        (load, 0, 0, _DATA + 12),
        (jump, 0, 0, 3),
        (load, 0, 0, _DATA),
        (to_index, 0, 0, 0),
        (load, 0, 0, _DATA + 4),
        (is_index, 0, 1, 0),
        (answer, 0, 0, 0xFFFF),
        (answer, 0, 0, 0),
    )
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = ctypes.create_string_buffer(code, len(code))
    netlink.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    )
