"""A client that calls and opens no window for the answers (RFC 9113, section 6.9), as grpc's own clients cannot.

Its socket is read all the while: nothing that waits there unread tells of it. It can also go on sending behind its
request for as long as the server lets it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

_MAGIC: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING, _WINDOW_UPDATE = 0, 1, 4, 6, 8
_ACK = _END_STREAM = 1
_END_HEADERS = 4
_INITIAL_WINDOW_SIZE: Final = 4
_FRAME_HEADER_BYTES: Final = 9
_FRAME_BYTES: Final = 16_384
_USUAL_WINDOW: Final = 65_535


class ClosedWindow:
    """One connection; what is called on it can be answered with headers and a status alone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_stream = 1
        self._stream_window = _USUAL_WINDOW
        self._opened = {0: _USUAL_WINDOW}
        """What may be sent in all, by what the server said, of the connection (0) and of each stream."""
        self._heard = asyncio.Event()

    async def call(self, path: str, request: bytes = b"", *, is_whole: bool = True) -> int:
        """Begin a call of a method, "/package.Service/Method", and wait for nothing; give its stream.

        ``is_whole`` False: more of the request may follow.
        """
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
        self._writer.write(_frame(_DATA, _END_STREAM if is_whole else 0, stream, message))
        await self._writer.drain()
        return stream

    async def send_behind(self, stream: int, seconds: float) -> int:
        """Send on in a stream whose request is there, whatever the server takes in that time; give how many bytes."""
        sent = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self._heard.clear()
                    allowed = min(self._opened[0], self._stream_window + self._opened.get(stream, 0)) - 100
                    for begin in range(sent, allowed, _FRAME_BYTES):
                        content = bytes(min(_FRAME_BYTES, allowed - begin))
                        self._writer.write(_frame(_DATA, 0, stream, content))
                        await self._writer.drain()
                    sent = max(sent, allowed)
                    await self._heard.wait()
        except TimeoutError:
            return sent

    async def read_on(self) -> None:
        """Take all that comes, and answer what keeps the connection alive."""
        while True:
            head = await self._reader.readexactly(_FRAME_HEADER_BYTES)
            payload = await self._reader.readexactly(int.from_bytes(head[:3]))
            kind, flags = head[3], head[4]
            if kind == _SETTINGS:
                for start in range(0, len(payload), 6):
                    if int.from_bytes(payload[start : start + 2]) == _INITIAL_WINDOW_SIZE:
                        self._stream_window = int.from_bytes(payload[start + 2 : start + 6])
            if kind == _WINDOW_UPDATE:
                stream = int.from_bytes(head[5:9])
                self._opened[stream] = self._opened.get(stream, 0) + int.from_bytes(payload)
            self._heard.set()
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
