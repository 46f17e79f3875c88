"""A second, small capture that hands over the first packets of connections within a millisecond.

The rings of the accounting wait for up to 40 ms, and a process may be gone by then. This is one packet socket for all
captured interfaces (packet(7)): it hands over each packet at once, follows interfaces by its kernel filter alone, and
needs no right after it was opened. It is read in a thread of its own, for a tick of the event loop takes longer than a
short connection: of 200 a second, 2 in 100 more are looked up in time.
"""

import ctypes
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Final

from netmon_collector.capture.quick_filter import SNAPSHOT_BYTES, first_packet_filter

__all__ = ["Packet", "QuickCapture"]

Packet = tuple[bytes, float]
"""An IP packet, cut to its headers, and when the kernel saw it (Unix seconds)."""

PACKETS_A_SECOND: Final = 2_000
"""More than these are no connections that somebody waits for: the rest of a flood is shed."""
PAUSE_SECONDS: Final = 0.5
"""How long nothing is taken after a second's share came sooner."""

DATAGRAMS_A_SECOND: Final = 200
"""Where this machine sends more, only those that surely begin something are taken."""
NARROW_SECONDS: Final = 10.0

_PACKETS_A_CALL: Final = 64
_STALE_CALLS: Final = 16
_BUFFER_BYTES: Final = 1 << 18

_ALL_PROTOCOLS: Final = 3  # ETH_P_ALL
_SOL_PACKET: Final = 263
_PACKET_STATISTICS: Final = 6
_SO_ATTACH_FILTER: Final = 26
_SO_TIMESTAMPNS: Final = 35
_TIME: Final = struct.Struct("@ll")
_COUNTS: Final = struct.Struct("=II")
_UDP: Final = 17


class QuickCapture:
    """First packets of connections on the captured interfaces, to ``deliver`` as soon as they pass, in its own thread.

    A flood is shed: what exceeds ``PACKETS_A_SECOND`` waits in the kernel until its small buffer is full, is thrown
    away and counted.
    """

    def __init__(self, *, deliver: Callable[[Sequence[Packet]], object]) -> None:
        """Open nothing yet."""
        self._deliver = deliver
        self._has_tcp = True
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._end = -1
        """Readable when the thread shall end."""
        self._filtering = threading.Lock()
        self._interfaces: tuple[int, ...] = ()
        self._is_wide = True
        self._second = 0
        self._packets = 0
        self._datagrams = 0
        self._narrow_until = 0.0
        self.shed_count = 0
        """Packets that were not looked at, because there were too many."""

    @property
    def is_open(self) -> bool:
        """Whether it captures."""
        return self._socket is not None

    @property
    def has_failed(self) -> bool:
        """Whether it should capture and does no more: ``deliver`` raised something. ``follow`` opens it again."""
        return self._thread is not None and not self._thread.is_alive()

    def follow(self, interfaces: Sequence[int], *, has_tcp: bool = True) -> None:
        """Capture on the interfaces with these indexes, and open if that was not done yet.

        ``has_tcp`` False: datagrams alone.

        ``PermissionError`` without the right to, ``OSError`` where the system has no such sockets.
        """
        wanted = tuple(sorted(interfaces))
        if not wanted or self.has_failed:
            self.close()
        if not wanted:
            return
        if self._socket is None:
            self._interfaces, self._has_tcp = wanted, has_tcp
            self._open()
        elif (wanted, has_tcp) != (self._interfaces, self._has_tcp):
            self._has_tcp = has_tcp
            self._set_filter(self._socket, interfaces=wanted)

    def close(self) -> None:
        """Close it, after what is being delivered; ``follow`` opens it again."""
        if self._socket is None or self._thread is None:
            return
        os.eventfd_write(self._end, 1)
        self._thread.join()
        os.close(self._end)
        self._count_shed(self._socket)
        self._socket.close()
        self._socket = self._thread = None

    def _open(self) -> None:
        family = getattr(socket, "AF_PACKET", None)
        if family is None:
            raise OSError("this system has no packet sockets")
        # It captures from here on, the first few packets unfiltered: to read them does no harm.
        opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, socket.htons(_ALL_PROTOCOLS))
        try:
            opened.setblocking(False)  # noqa: FBT003 -- the library's own signature
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._set_filter(opened)
            self._end = os.eventfd(0, os.EFD_CLOEXEC)
        except BaseException:
            opened.close()
            raise
        self._socket = opened
        self._thread = threading.Thread(target=self._run, args=(opened, self._end), name="first packets", daemon=True)
        self._thread.start()

    def _run(self, opened: socket.socket, end: int) -> None:
        """Deliver what comes until ``end`` is readable."""
        both, only_end = select.poll(), select.poll()
        both.register(end, select.POLLIN)
        both.register(opened, select.POLLIN)
        only_end.register(end, select.POLLIN)
        while True:
            if any(fd == end for fd, _ in both.poll()):
                return
            packets = _take(opened, _PACKETS_A_CALL)
            if not packets:
                continue
            self._deliver(packets)
            self._watch_rate(opened, packets)
            if self._packets > PACKETS_A_SECOND:
                if only_end.poll(PAUSE_SECONDS * 1e3):
                    return
                self._shed(opened)

    def _watch_rate(self, opened: socket.socket, packets: Sequence[Packet]) -> None:
        """Take less where much comes. Times are the packets' own."""
        time = packets[-1][1]
        if int(time) != self._second:
            self._second = int(time)
            self._packets = self._datagrams = 0
            if not self._is_wide and not 0 <= self._narrow_until - time <= NARROW_SECONDS:
                self._set_filter(opened, is_wide=True)
        self._packets += len(packets)
        if self._is_wide:
            self._datagrams += sum(_is_datagram(data) for data, _ in packets)
            if self._datagrams > DATAGRAMS_A_SECOND:
                self._narrow_until = time + NARROW_SECONDS
                self._set_filter(opened, is_wide=False)

    def _set_filter(
        self, opened: socket.socket, *, interfaces: tuple[int, ...] | None = None, is_wide: bool | None = None
    ) -> None:
        """Set the kernel's filter, with what is given of it anew: both threads do, each for its own part."""
        with self._filtering:
            self._interfaces = self._interfaces if interfaces is None else interfaces
            self._is_wide = self._is_wide if is_wide is None else is_wide
            code = first_packet_filter(self._interfaces, is_wide=self._is_wide, has_tcp=self._has_tcp)
            program = ctypes.create_string_buffer(code, len(code))
            described = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
            opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)

    def _shed(self, opened: socket.socket) -> None:
        """Throw away what waits: it is as old as the pause, its processes may be gone, and others have their ends."""
        for _ in range(_STALE_CALLS):
            stale = len(_take(opened, _PACKETS_A_CALL))
            self.shed_count += stale
            if stale < _PACKETS_A_CALL:
                break
        self._count_shed(opened)
        self._packets = 0

    def _count_shed(self, opened: socket.socket) -> None:
        _, dropped = _COUNTS.unpack(opened.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, _COUNTS.size))
        self.shed_count += dropped


def _take(opened: socket.socket, limit: int) -> list[Packet]:
    packets: list[Packet] = []
    for _ in range(limit):
        try:
            data, extra, _, _ = opened.recvmsg(SNAPSHOT_BYTES, 64)
        except BlockingIOError:
            break
        except OSError:  # an interface went down: said once (packet(7), ENETDOWN)
            continue
        if extra:
            seconds, nanoseconds = _TIME.unpack(extra[0][2])
            packets.append((data, seconds + nanoseconds / 1e9))
    return packets


def _is_datagram(data: bytes) -> bool:
    version = data[0] >> 4
    return len(data) > 9 and data[9 if version == 4 else 6] == _UDP
