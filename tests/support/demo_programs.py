"""The programs of the demo recording: each does with its network what a program of its kind does.

Standard library only, and ``demo_servers``. ``play(role)`` is called by an interpreter, or by a copy of it that has the
role's name. A role ends by itself or when it is killed.
"""

import asyncio
import random
import socket
import ssl
import struct
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from tests.support.demo_servers import CHUNK, DATAGRAMS, NAMES, REQUEST, STEP_SECONDS, dns_question, serve, swallow

QUIC_INITIAL = Path(__file__).with_name("demo_initial.bin")
"""A datagram with a QUIC client's first packet, for ``video.example.net``; ``record_demo`` writes it."""

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 -- in a network of its own
RESOLVER = ("127.0.0.1", 53)
ROUTER = "192.168.1.1"
NAS = "192.168.1.20"
MDNS = ("224.0.0.251", 5353)

Place = tuple[str, int]


class Link:
    """One TCP connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, place: Place, name: str = "") -> "Link":
        """Connect, and with a name begin as TLS does."""
        reader, writer = await asyncio.open_connection(*place)
        if name:
            writer.write(client_hello(name))
        return cls(reader, writer)

    async def get(self, count: int, per_second: int = 0) -> None:
        """Ask for bytes and read them."""
        self._writer.write(REQUEST.pack(420, count, per_second) + bytes(420))
        await swallow(self._reader, count)

    async def put(self, count: int, per_second: int) -> None:
        """Send bytes at about ``per_second``."""
        self._writer.write(REQUEST.pack(count, 200, 0))
        while count > 0:
            piece = CHUNK[: min(count, round(per_second * STEP_SECONDS * random.uniform(0.6, 1.4)))]
            self._writer.write(piece)
            await self._writer.drain()
            count -= len(piece)
            await asyncio.sleep(STEP_SECONDS)
        await swallow(self._reader, 200)

    def close(self) -> None:
        self._writer.close()


class Datagrams(asyncio.DatagramProtocol):
    """A UDP socket that hands what it receives to ``receive``."""

    def __init__(self, receive: Callable[[bytes, Place], None] = lambda _data, _place: None) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: Place) -> None:
        self._receive(data, addr)


async def udp(remote: Place | None = None, local: Place | None = None) -> asyncio.DatagramTransport:
    """Open a UDP socket, connected where ``remote`` is given."""
    loop = asyncio.get_running_loop()
    made, _ = await loop.create_datagram_endpoint(
        Datagrams, local_addr=local, remote_addr=remote, family=_family(remote)
    )
    return made


def _family(place: Place | None) -> int:
    return socket.AF_INET6 if place is not None and ":" in place[0] else socket.AF_INET


def client_hello(name: str) -> bytes:
    """Give the first message of a TLS client that wants ``name``, as OpenSSL writes it."""
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise AssertionError("a handshake with nobody")


async def look_up(name: str) -> list[str]:
    """Ask the machine's own resolver, from a socket of its own as C libraries do; give the addresses."""
    asking = await udp(RESOLVER)
    asking.sendto(dns_question(name))
    asking.sendto(dns_question(name, ipv6=True))
    await asyncio.sleep(0.4)
    asking.close()
    return list(NAMES[name])


# --- Programs of the person at the keyboard --------------------------------------------------


async def load(place: Place, name: str, sizes: Sequence[int], stay_seconds: float) -> None:
    """Fetch files over one connection and keep it for the next ones, as browsers do."""
    link = await Link.open(place, name)
    for size in sizes:
        await link.get(size, 4_000_000 if size > 200_000 else 0)
        await asyncio.sleep(random.uniform(0.05, 0.3))
    await asyncio.sleep(stay_seconds)
    link.close()


async def browser() -> None:
    """Load a page every few seconds, hold a channel for messages, and play a video by datagrams."""
    pages = (
        ("www.news.example", "img.news.example"),
        ("shop.example", "cdn.shop.example"),
        ("en.wiki.example",),
        ("tiles.maps.example",),
    )

    async def channel() -> None:
        await asyncio.sleep(2)
        (address,) = await look_up("push.example.org")
        link = await Link.open((address, 443), "push.example.org")
        while True:
            await link.get(random.randint(80, 900))
            await asyncio.sleep(1.7)

    async def video() -> None:
        await asyncio.sleep(6)
        (address,) = await look_up("video.example.net")
        stream = await udp((address, 443))
        stream.sendto(QUIC_INITIAL.read_bytes())
        while True:
            stream.sendto(DATAGRAMS.pack(60, 1250, 120))
            await asyncio.sleep(1.4)

    async def pages_forever() -> None:
        loads: list[asyncio.Task[None]] = []
        for turn in range(100):
            for name in pages[turn % len(pages)]:
                for address in await look_up(name):
                    for _ in range(random.randint(1, 2)):
                        sizes = [random.choice((4_000, 18_000, 60_000, 240_000, 700_000)) for _ in range(5)]
                        loading = load((address, 443), name, sizes, random.uniform(4, 9))
                        loads.append(asyncio.ensure_future(loading))
            await asyncio.sleep(random.uniform(3, 5))

    await asyncio.gather(channel(), video(), pages_forever())


async def music() -> None:
    """Fetch some seconds of sound at a time."""
    link = await Link.open(("2001:db8:30::7", 443))
    while True:
        await link.get(random.randint(90_000, 140_000))
        await asyncio.sleep(2.5)


async def call() -> None:
    """Speak and listen, see and be seen."""
    voice = await udp(("198.51.100.77", 3478))
    sight = await udp(("198.51.100.77", 3479))
    while True:
        voice.sendto(DATAGRAMS.pack(12, 170, 12))
        sight.sendto(DATAGRAMS.pack(24, 1150, 24))
        for _ in range(12):
            voice.sendto(bytes(random.randint(120, 170)))
            sight.sendto(bytes(random.randint(700, 1100)))
            await asyncio.sleep(1 / 12)


async def mailer() -> None:
    """Wait for mail on two connections, look now and then, and send one letter."""
    boxes = [await Link.open((address, 993)) for address in ("198.51.100.25", "2001:db8:25::25")]
    for turn in range(1000):
        for box in boxes:
            await box.get(random.randint(300, 2_000))
        if turn == 2:
            await look_up("mail.example.org")
            letter = await Link.open(("198.51.100.25", 587))
            await letter.put(380_000, 190_000)
            letter.close()
        await asyncio.sleep(6)


async def shell() -> None:
    """Send keys and get them back."""
    link = await Link.open(("198.51.100.7", 22))
    while True:
        await link.get(random.randint(40, 600))
        await asyncio.sleep(random.uniform(0.3, 1.5))


async def fetch() -> None:
    """Download one file and end."""
    link = await Link.open((random.choice(await look_up("files.example.com")), 443), "files.example.com")
    await link.get(random.randint(150_000, 500_000), 600_000)
    link.close()


async def backup() -> None:
    """Send what has changed to a store far away."""
    (address,) = await look_up("store.example.net")
    link = await Link.open((address, 443), "store.example.net")
    while True:
        await link.put(4_200_000, 640_000)
        await asyncio.sleep(0.5)


async def sync() -> None:
    """Exchange files with the storage in the cupboard."""
    link = await Link.open((NAS, 22000))
    while True:
        await link.get(random.randint(20_000, 1_600_000), 2_400_000)
        await link.put(random.randint(10_000, 500_000), 1_500_000)
        await asyncio.sleep(random.uniform(0.5, 2.5))


# --- Programs of the machine -----------------------------------------------------------------


async def updater() -> None:
    """Download large files, without TLS: they are signed."""
    (address,) = await look_up("packages.example.org")
    link = await Link.open((address, 80))
    while True:
        await link.get(random.randint(12_000_000, 30_000_000), 2_300_000)
        await asyncio.sleep(1)


async def resolver() -> None:
    """Answer this machine's questions with what the router says."""
    loop = asyncio.get_running_loop()
    waiting: dict[bytes, Place] = {}

    def answer(data: bytes, _: Place) -> None:
        here.sendto(data, waiting.pop(data[:2]))

    def ask(data: bytes, asker: Place) -> None:
        waiting[data[:2]] = asker
        upstream.sendto(data, (ROUTER, 53))

    upstream, _ = await loop.create_datagram_endpoint(lambda: Datagrams(answer), (ANY_ADDRESS, 0))
    here, _ = await loop.create_datagram_endpoint(lambda: Datagrams(ask), RESOLVER)
    await asyncio.Event().wait()


async def webserver() -> None:
    """Serve pages to the home and to this machine; ask the database for each."""
    database = await Link.open(("127.0.0.1", 5432))
    lock = asyncio.Lock()

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with lock:
            await database.get(random.randint(2_000, 40_000))
        await serve(reader, writer)

    for address in (ANY_ADDRESS, "::"):
        await asyncio.start_server(page, address, 80)
    await asyncio.Event().wait()


async def database() -> None:
    """Answer on this machine alone."""
    await asyncio.start_server(serve, "127.0.0.1", 5432)
    await asyncio.Event().wait()


async def metrics() -> None:
    """Look each second how the web server is."""
    while True:
        link = await Link.open(("127.0.0.1", 80))
        for _ in range(8):
            await link.get(random.randint(8_000, 60_000))
            await asyncio.sleep(1)
        link.close()


async def shelld() -> None:
    """Let people in."""
    for address in (ANY_ADDRESS, "::"):
        await asyncio.start_server(serve, address, 22)
    await asyncio.Event().wait()


async def printd() -> None:
    """Wait for paper, and tell the home that it is there."""
    await asyncio.start_server(serve, ANY_ADDRESS, 631)
    telling = await udp(local=(ANY_ADDRESS, 5353))
    while True:
        telling.sendto(bytes(12) + bytes(random.randint(60, 180)), MDNS)
        await asyncio.sleep(7)


async def timesync() -> None:
    """Ask what time it is."""
    clock = await udp(("203.0.113.123", 123))
    while True:
        clock.sendto(struct.pack("!48B", 0x23, *bytes(47)))
        await asyncio.sleep(8)


# --- Others at home, who come to this machine ------------------------------------------------


async def visit(place: Place, source: str) -> Link:
    """Come from an address of the home, as soon as the machine is there."""
    while True:
        try:
            return Link(*await asyncio.open_connection(*place, local_addr=(source, 0)))
        except OSError:
            await asyncio.sleep(0.5)


async def visitors() -> None:
    """Read pages of the machine's web server and work in its shell; runs on the far side."""

    async def read(source: str) -> None:
        while True:
            link = await visit(("192.168.1.23", 80), source)
            for _ in range(random.randint(3, 9)):
                await link.get(random.randint(10_000, 400_000))
                await asyncio.sleep(random.uniform(0.4, 1.5))
            link.close()
            await asyncio.sleep(1)

    async def work() -> None:
        link = await visit(("2001:db8:1::23", 22), "2001:db8:1::40")
        while True:
            await link.get(random.randint(60, 3_000))
            await asyncio.sleep(random.uniform(0.2, 1.2))

    await asyncio.gather(work(), read("192.168.1.50"), read("192.168.1.51"))


ROLES: dict[str, Callable[[], Coroutine[None, None, None]]] = {
    role.__name__: role
    for role in (
        backup,
        browser,
        call,
        database,
        fetch,
        mailer,
        metrics,
        music,
        printd,
        resolver,
        shell,
        shelld,
        sync,
        timesync,
        updater,
        visitors,
        webserver,
    )
}


def play(role: str, seed: str = "") -> None:
    """Be ``role``; with the same ``seed`` it draws the same numbers again."""
    random.seed(role + seed)
    asyncio.run(ROLES[role]())
