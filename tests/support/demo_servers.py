"""The far side of the demo recording: one program that is every server on every address of its namespace.

Standard library only. Its services speak no real protocol but DNS's: a client asks for bytes and gets them at the pace
it asked for. Run as ``demo_servers.py PORT… --udp PORT…``; it ends when its standard input is closed.
"""

import argparse
import asyncio
import random
import struct
import sys
from typing import cast

REQUEST = struct.Struct("!QQQ")
"""What a client wants: bytes that it will send, bytes that it wants, and how many of them a second (0: at once)."""

DATAGRAMS = struct.Struct("!HHH")
"""What the client of a datagram service wants: how many, of how many bytes, and how many a second."""

STEP_SECONDS = 0.1
CHUNK = bytes(1 << 16)
_DNS_TTL_SECONDS = 60


async def swallow(reader: asyncio.StreamReader, count: int) -> None:
    """Read ``count`` bytes."""
    while count > 0:
        piece = await reader.read(min(count, len(CHUNK)))
        if not piece:
            raise EOFError
        count -= len(piece)


async def pour(writer: asyncio.StreamWriter, count: int, per_second: int) -> None:
    """Write ``count`` bytes at about ``per_second``, a little uneven as real ones are; 0: as fast as it goes."""
    while count > 0:
        step = round(per_second * STEP_SECONDS * random.uniform(0.6, 1.4)) if per_second else count
        writer.write(bytes(min(step, count)))
        await writer.drain()
        count -= step
        if per_second:
            await asyncio.sleep(STEP_SECONDS)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request after the other until the client has had enough."""
    try:
        while True:
            upload, download, per_second = REQUEST.unpack(await reader.readexactly(REQUEST.size))
            await swallow(reader, upload)
            await pour(writer, download, per_second)
    except (EOFError, ConnectionError):
        writer.close()


def dns_question(name: str) -> bytes:
    """Give a DNS query for an IPv4 address (RFC 1035, section 4)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", random.getrandbits(16), 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, 1, 1)


def dns_answer(query: bytes, address: bytes) -> bytes:
    """Give the answer to a query that ``dns_question`` made."""
    header = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
    return header + query[12:] + struct.pack("!HHHIH", 0xC00C, 1, 1, _DNS_TTL_SECONDS, 4) + address


class DatagramService(asyncio.DatagramProtocol):
    """Port 53 answers DNS, 123 with as much as it got, any other with the datagrams that are asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own transport is of this class in name only (python/cpython, Lib/asyncio/selector_events.py).
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._port == 53:
            self._transport.sendto(dns_answer(data, bytes([203, 0, 113, 10 + data[12] % 60])), addr)
        elif self._port == 123:
            self._transport.sendto(data, addr)
        elif len(data) == DATAGRAMS.size:
            task = asyncio.ensure_future(self._send(addr, *DATAGRAMS.unpack(data)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, address: tuple[str, int], count: int, size: int, per_second: int) -> None:
        for _ in range(count):
            self._transport.sendto(bytes(round(size * random.uniform(0.7, 1))), address)
            await asyncio.sleep(1 / per_second)


async def listen(ports: list[int], datagram_addresses: list[str]) -> None:
    """Serve on all addresses; datagram services on their own ``address:port``, from which they must answer."""
    servers = [await asyncio.start_server(serve, None, port, backlog=256) for port in ports]
    loop = asyncio.get_running_loop()
    for text in datagram_addresses:
        address, _, port = text.rpartition(":")
        await loop.create_datagram_endpoint(lambda port=port: DatagramService(int(port)), (address, int(port)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ports", type=int, nargs="+")
    parser.add_argument("--udp", nargs="*", default=[])
    given = parser.parse_args()
    asyncio.run(listen(given.ports, given.udp))


if __name__ == "__main__":
    main()
