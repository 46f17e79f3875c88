"""Moves bytes between the two sockets of a connection, as fast as they are taken and no faster."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from netmon.serving.stalled import ReadingWatch

CHUNK_BYTES: Final = 64 * 1024
"""Most that is held of one direction: the part of a chunk that the other side did not take."""

_BUFFER: Final = memoryview(bytearray(CHUNK_BYTES))
"""What is read stays here for the moment between two system calls: all pumps run on one thread."""


class Lane:
    """One direction. While something waits to be taken, nothing more is read."""

    __slots__ = ("_end", "_loop", "_rest", "_sink", "_source", "_watch")

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        end: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        watch: ReadingWatch | None = None,
    ) -> None:
        """Both sockets must not block. ``end`` is called once, when the source has ended or either is broken."""
        self._source = source
        self._sink = sink
        self._end = end
        self._loop = loop
        self._watch = watch
        self._rest = b""

    def start(self, first: bytes = b"") -> None:
        """Send what was read before, and begin to move."""
        self._loop.add_reader(self._source, self._move)
        if first:
            self._send(memoryview(first))

    def stop(self) -> None:
        """Move no more; before the sockets are closed. Lets go of ``end``, which holds whoever holds this lane."""
        self._loop.remove_reader(self._source)
        self._loop.remove_writer(self._sink)
        self._end = _nothing

    def _move(self) -> None:
        try:
            count = self._source.recv_into(_BUFFER)
        except BlockingIOError:
            return
        except OSError:
            count = 0  # reset: ended all the same
        if count == 0:
            self._end()
        else:
            self._send(_BUFFER[:count])

    def _send(self, chunk: memoryview) -> None:
        watch = self._watch
        try:
            if watch is not None:
                watch.before_send()
            try:
                sent = self._sink.send(chunk)
            except BlockingIOError:
                sent = 0
            if watch is not None:
                watch.after_send()
        except OSError:
            self._end()
            return
        if sent < len(chunk):
            if not self._rest:
                self._loop.remove_reader(self._source)
                self._loop.add_writer(self._sink, self._send_rest)
            self._rest = bytes(chunk[sent:])
        elif self._rest:
            self._rest = b""
            self._loop.remove_writer(self._sink)
            self._loop.add_reader(self._source, self._move)

    def _send_rest(self) -> None:
        self._send(memoryview(self._rest))


class Pump:
    """Both directions between a client and the server behind. Owns both sockets, and closes them when either ends."""

    __slots__ = ("_client", "_ended", "_is_ended", "_lanes", "_server", "_watch")

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        ended: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """``ended`` is called once, after both are closed."""
        self._client = client
        self._server = server
        self._ended = ended
        self._is_ended = False
        self._watch = ReadingWatch(client)
        self._lanes = (
            Lane(client, server, self.end, loop),
            Lane(server, client, self.end, loop, self._watch),
        )

    def start(self, first: bytes) -> None:
        """Begin; ``first`` is what the client has said already."""
        upward, downward = self._lanes
        downward.start()
        upward.start(first)

    def unread_seconds(self, now: float) -> float:
        """Give for how long the client has taken nothing although something waits for it."""
        try:
            return self._watch.look(now)
        except OSError:
            return 0.0  # broken: its lanes find out

    def end(self) -> None:
        """Close both sockets. What the client was sent before stays readable for it."""
        if self._is_ended:
            return
        self._is_ended = True
        for lane in self._lanes:
            lane.stop()
        self._server.close()
        self._client.close()
        # What it was given may hold this pump: without a cycle it is freed now, not at some later collection.
        ended, self._ended = self._ended, _nothing
        ended()


def _nothing() -> None:
    """Be in the place of what is not to be called again."""
