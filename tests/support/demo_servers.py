"""The far side of the demo recording: one program that is every server on every address of its namespace.

Standard library only. Its services speak no real protocol but DNS's: a client asks for bytes and gets them at the pace
it asked for, after a ClientHello that nobody answers if it sends one. Run as
``demo_servers.py PORT… --udp PORT…``; it ends when its standard input is closed.
"""

import argparse
import asyncio
import random
import socket
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
_A, _AAAA = 1, 28
_HANDSHAKE = 0x16

# Names and addresses that are set aside for documentation (RFC 2606, 5737, 3849).
NAMES: dict[str, tuple[str, ...]] = {
    "www.news.example": ("203.0.113.10", "2001:db8:20::10"),
    "img.news.example": ("203.0.113.11",),
    "shop.example": ("198.51.100.60",),
    "cdn.shop.example": ("203.0.113.11",),
    "en.wiki.example": ("2001:db8:20::60",),
    "tiles.maps.example": ("203.0.113.30", "203.0.113.31", "2001:db8:20::30"),
    "push.example.org": ("2001:db8:20::5",),
    "video.example.net": ("203.0.113.80",),
    "mail.example.org": ("198.51.100.25", "2001:db8:25::25"),
    "files.example.com": ("203.0.113.45", "203.0.113.46"),
    "store.example.net": ("198.51.100.40",),
    "packages.example.org": ("203.0.113.200",),
}


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
            head = await reader.readexactly(5)
            if head[0] == _HANDSHAKE:
                await reader.readexactly(int.from_bytes(head[3:]))
                continue
            rest = await reader.readexactly(REQUEST.size - len(head))
            upload, download, per_second = REQUEST.unpack(head + rest)
            await swallow(reader, upload)
            await pour(writer, download, per_second)
    except (EOFError, ConnectionError):
        writer.close()


def dns_question(name: str, *, ipv6: bool = False) -> bytes:
    """Give a DNS query for IPv4 or IPv6 addresses (RFC 1035, section 4; RFC 3596)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    header = struct.pack("!6H", random.getrandbits(16), 0x0100, 1, 0, 0, 0)
    return header + labels + struct.pack("!BHH", 0, _AAAA if ipv6 else _A, 1)


def dns_answer(query: bytes) -> bytes:
    """Give the answer to a query that ``dns_question`` made, from ``NAMES``."""
    name, kind = _asked(query)
    family = socket.AF_INET6 if kind == _AAAA else socket.AF_INET
    found = [text for text in NAMES[name] if (":" in text) == (kind == _AAAA)]
    header = query[:2] + struct.pack("!5H", 0x8180, 1, len(found), 0, 0)
    size = 16 if kind == _AAAA else 4
    record = struct.pack("!HHHIH", 0xC00C, kind, 1, _DNS_TTL_SECONDS, size)
    return header + query[12:] + b"".join(record + socket.inet_pton(family, text) for text in found)


def _asked(query: bytes) -> tuple[str, int]:
    labels: list[str] = []
    offset = 12
    while size := query[offset]:
        labels.append(query[offset + 1 : offset + 1 + size].decode())
        offset += 1 + size
    return ".".join(labels), int.from_bytes(query[offset + 1 : offset + 3])


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
            self._transport.sendto(dns_answer(data), addr)
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
