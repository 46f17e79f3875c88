"""Messages between the processes of one collector: SEQPACKET sockets, in pieces where one is too long.

What comes from the main process is of fixed structs, and checked. What goes to it is marshalled: it may trust the
helper, which has more rights anyway; never the other way round.
"""

import marshal
import socket
import struct
from typing import Any, Final

__all__ = [
    "ANSWER_LIMIT_BYTES",
    "REQUEST_LIMIT_BYTES",
    "Answer",
    "Incoming",
    "pair",
    "receive_answer",
    "send_answer",
    "wait_at_most",
]

REQUEST_LIMIT_BYTES: Final = 180_000
"""A message may have 212,960 bytes with the usual buffers (net.core.wmem_default)."""

ANSWER_LIMIT_BYTES: Final = 256 << 20
"""Beyond a million sockets; what claims to be longer is a fault."""

_PIECE_BYTES: Final = 128 * 1024
_HEADER: Final = struct.Struct("=I")

Answer = Any
"""What marshal knows: numbers, text, bytes and tuples of them."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Give both ends of a channel. Raises ``OSError``."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send_answer(channel: socket.socket, answer: Answer) -> None:
    """Send it, as many pieces as it takes. Raises ``OSError`` where nobody takes it."""
    data = marshal.dumps(answer)
    first = _PIECE_BYTES - _HEADER.size
    channel.send(_HEADER.pack(len(data)) + data[:first])
    for start in range(first, len(data), _PIECE_BYTES):
        channel.send(data[start : start + _PIECE_BYTES])


class Incoming:
    """An answer on its way: pieces that have come are kept while others are still to come."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._parts: list[bytes] = []
        self._missing = -1

    def receive(self, channel: socket.socket, flags: int = 0) -> Answer:
        """Give the answer that ``send_answer`` sent, when it is whole.

        ``BlockingIOError``: a piece did not come in the channel's time, or with MSG_DONTWAIT is not there yet; call it
        again then. Raises ``OSError``: EOFError's place is taken by ConnectionResetError.
        """
        if self._missing < 0:
            self._begin(_receive(channel, flags))
        while self._missing > 0:
            piece = _receive(channel, flags)
            self._parts.append(piece)
            self._missing -= len(piece)
        return marshal.loads(b"".join(self._parts))  # noqa: S302 -- from the helper, with more rights than who reads

    def _begin(self, piece: bytes) -> None:
        if len(piece) < _HEADER.size:
            raise ConnectionResetError("a piece without its header")
        (length,) = _HEADER.unpack_from(piece)
        if length > ANSWER_LIMIT_BYTES:
            raise ConnectionResetError("an answer of an impossible length")
        self._parts = [piece[_HEADER.size :]]
        self._missing = length - len(self._parts[0])


def receive_answer(channel: socket.socket) -> Answer:
    """Receive what ``send_answer`` sent, and wait for it. Raises what `Incoming.receive` raises."""
    return Incoming().receive(channel)


def wait_at_most(channel: socket.socket, seconds: float) -> None:
    """Let the kernel end a wait with EAGAIN: Python's own time limits poll before each call."""
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        channel.setsockopt(socket.SOL_SOCKET, option, limit)


def _receive(channel: socket.socket, flags: int) -> bytes:
    piece = channel.recv(_PIECE_BYTES, flags)
    if not piece:
        raise ConnectionResetError("the other side has ended")
    return piece
