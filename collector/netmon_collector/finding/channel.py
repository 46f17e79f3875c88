"""Messages between the processes of one collector: SEQPACKET sockets, in pieces where one is too long.

What comes from the main process is of fixed structs, and checked. What goes to it is marshalled: it may trust the
helper, which has more rights anyway; never the other way round.
"""

import marshal
import socket
import struct
from typing import Any, Final

__all__ = ["ANSWER_LIMIT_BYTES", "REQUEST_LIMIT_BYTES", "pair", "receive_answer", "send_answer"]

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


def receive_answer(channel: socket.socket) -> Answer:
    """Receive what ``send_answer`` sent. Raises ``OSError``: EOFError's place is taken by ConnectionResetError."""
    piece = _receive(channel)
    if len(piece) < _HEADER.size:
        raise ConnectionResetError("a piece without its header")
    (length,) = _HEADER.unpack_from(piece)
    if length > ANSWER_LIMIT_BYTES:
        raise ConnectionResetError("an answer of an impossible length")
    data = piece[_HEADER.size :]
    if len(data) < length:
        parts, missing = [data], length - len(data)
        while missing > 0:
            parts.append(_receive(channel))
            missing -= len(parts[-1])
        data = b"".join(parts)
    return marshal.loads(data)  # noqa: S302 -- from the helper, which has more rights than who reads this


def _receive(channel: socket.socket) -> bytes:
    piece = channel.recv(_PIECE_BYTES)
    if not piece:
        raise ConnectionResetError("the other side has ended")
    return piece
