"""A client that calls and opens no window for the answers (RFC 9113, section 6.9), as grpc's own clients cannot.

Its socket is read all the while: nothing that waits there unread tells of it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

_MAGIC: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING = 0, 1, 4, 6
_ACK = _END_STREAM = 1
_END_HEADERS = 4
_INITIAL_WINDOW_SIZE: Final = 4
_FRAME_HEADER_BYTES: Final = 9


class ClosedWindow:
    """One connection; what is called on it can be answered with headers and a status alone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_stream = 1

    async def call(self, path: str, request: bytes = b"") -> None:
        """Begin a call of a method, "/package.Service/Method", and wait for nothing."""
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        fields = {
            ":method": "POST",
            ":scheme": "http",
            ":path": path,
            ":authority": "localhost",
            "content-type": "application/grpc",
            "te": "trailers",
        }
        block = b"".join(_literal(name) + _text(value) for name, value in fields.items())
        message = b"\0" + len(request).to_bytes(4) + request
        self._writer.write(_frame(_HEADERS, _END_HEADERS, stream, block))
        self._writer.write(_frame(_DATA, _END_STREAM, stream, message))
        await self._writer.drain()

    async def read_on(self) -> None:
        """Take all that comes, and answer what keeps the connection alive."""
        while True:
            head = await self._reader.readexactly(_FRAME_HEADER_BYTES)
            payload = await self._reader.readexactly(int.from_bytes(head[:3]))
            kind, flags = head[3], head[4]
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                self._writer.write(_frame(kind, _ACK, 0, payload if kind == _PING else b""))


@asynccontextmanager
async def closed_window(socket: str) -> AsyncGenerator[ClosedWindow]:
    """Connect to a Unix socket."""
    reader, writer = await asyncio.open_unix_connection(socket)
    settings = _INITIAL_WINDOW_SIZE.to_bytes(2) + bytes(4)
    writer.write(_MAGIC + _frame(_SETTINGS, 0, 0, settings))
    client = ClosedWindow(reader, writer)
    reading = asyncio.create_task(client.read_on())
    try:
        yield client
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def _literal(name: str) -> bytes:
    """A field of a name that is not in the table, and is not to be put there (RFC 7541, section 6.2.2)."""
    return b"\0" + _text(name)


def _text(value: str) -> bytes:
    return bytes((len(value),)) + value.encode()
