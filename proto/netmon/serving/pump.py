"""Moves bytes between the two sockets of a connection, as fast as they are taken and no faster."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from netmon.serving.passage import CHUNK_BYTES, Passage
from netmon.serving.stalled import ReadingWatch

_CHUNKS_A_TURN: Final = 4
"""More than a socket holds: then others have their turn."""


class Lane:
    """One direction. While something waits to be taken, the part of a chunk at the most, nothing more is read."""

    __slots__ = ("_end", "_loop", "_passage", "_rest", "_sink", "_source", "_watch")

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        passage: Passage,
        end: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        watch: ReadingWatch | None = None,
    ) -> None:
        """Both sockets must not block. ``end`` is called once, when the source has ended or either is broken."""
        self._source = source
        self._sink = sink
        self._passage = passage
        self._end = end
        self._loop = loop
        self._watch = watch
        self._rest = b""

    def start(self, first: bytes = b"") -> None:
        """Send what was read before, and begin to move."""
        self._loop.add_reader(self._source, self._move)
        if first:
            sent = self._send(lambda sink: sink.send(first))
            if sent is not None and sent < len(first):
                self._wait_for_room(first[sent:])

    def stop(self) -> None:
        """Move no more; before the sockets are closed. Lets go of ``end``, which holds whoever holds this lane."""
        self._loop.remove_reader(self._source)
        self._loop.remove_writer(self._sink)
        self._end = _nothing

    def _move(self) -> None:
        """Move a few chunks: a whole one says that more waits, and a wake-up for each costs as much again."""
        for _ in range(_CHUNKS_A_TURN):
            if self._move_chunk() < CHUNK_BYTES:
                return

    def _move_chunk(self) -> int:
        """Give how many bytes the sink took."""
        passage = self._passage
        try:
            count = passage.fill(self._source)
        except BlockingIOError:
            return 0
        except OSError:
            count = 0  # reset: ended all the same
        if count == 0:
            self._end()
            return 0
        sent = self._send(passage.empty_into)
        # In any case: the next who moves something must find it empty.
        rest = passage.left()
        if sent is None:
            return 0
        if rest:
            self._wait_for_room(rest)
        return sent

    def _send(self, send: Callable[[socket.socket], int]) -> int | None:
        """Give how much was taken; None: the sink is broken, and this lane has ended."""
        watch = self._watch
        try:
            if watch is not None:
                watch.before_send()
            try:
                sent = send(self._sink)
            except BlockingIOError:
                sent = 0
            if watch is not None:
                watch.after_send()
        except OSError:
            self._end()
            return None
        return sent

    def _wait_for_room(self, rest: bytes) -> None:
        self._rest = rest
        self._loop.remove_reader(self._source)
        self._loop.add_writer(self._sink, self._send_rest)

    def _send_rest(self) -> None:
        rest = self._rest
        sent = self._send(lambda sink: sink.send(rest))
        if sent is None:
            return
        self._rest = rest[sent:]
        if not self._rest:
            self._loop.remove_writer(self._sink)
            self._loop.add_reader(self._source, self._move)


class Pump:
    """Both directions between a client and the server behind. Owns both sockets, and closes them when either ends."""

    __slots__ = ("_client", "_ended", "_is_ended", "_lanes", "_server", "_watch")

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        passage: Passage,
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
            Lane(client, server, passage, self.end, loop),
            Lane(server, client, passage, self.end, loop, self._watch),
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
