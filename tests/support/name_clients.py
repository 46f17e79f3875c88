"""A program whose connections have names, and which says which: asked of DNS, told in TLS or QUIC, or none at all.

``python -m tests.support.name_clients RESOLVER STEP...``: each step is ``KIND NAME ADDRESS`` joined by commas. When all
is moved it prints a JSON list of ``{protocol, local_port, name}``, one for each connection, and holds them until its
input ends. Kinds: ``sni``, ``split`` (the ClientHello in two segments), ``small`` (1,500 bytes of it in segments of at
most 88), ``quiet`` (no server name), ``quic``, ``asks`` (over DNS, no connection) and ``asks-tcp``. An empty name:
nothing tells one.
"""

# aioquic annotates only part of what it takes.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

import asyncio
import itertools
import json
import socket
import ssl
import struct
import sys
from contextlib import AsyncExitStack

from aioquic.asyncio.client import connect
from aioquic.quic.configuration import QuicConfiguration

from tests.support.name_messages import AAAA, A, dns_message, question
from tests.support.name_servers import ALPN, PORT, REQUEST

WANTED_BYTES = 60_000
_TIMEOUT_SECONDS = 30.0

_ids = itertools.count(1)


def context() -> ssl.SSLContext:
    """A client that checks no certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def ask(resolver: str, name: str, address: str, *, over_tcp: bool) -> None:
    """Ask for a name's addresses of the family of ``address``."""
    record_type = AAAA if ":" in address else A
    query = dns_message(questions=[question(name, record_type)], flags=0x0100, message_id=next(_ids))
    family = socket.AF_INET6 if ":" in resolver else socket.AF_INET
    if over_tcp:
        with socket.create_connection((resolver, 53), _TIMEOUT_SECONDS) as stream, stream.makefile("rb") as reader:
            stream.sendall(struct.pack("!H", len(query)) + query)
            reader.read(struct.unpack("!H", reader.read(2))[0])
        return
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(_TIMEOUT_SECONDS)
        datagrams.sendto(query, (resolver, 53))
        datagrams.recvfrom(4_096)


def open_tls(name: str, address: str) -> ssl.SSLSocket:
    """Open a connection; without a name there is none in the ClientHello."""
    plain = socket.create_connection((address, PORT), _TIMEOUT_SECONDS)
    return context().wrap_socket(plain, server_hostname=name or None)


def open_small_tls(name: str, address: str) -> ssl.SSLSocket:
    """The same in small segments, with a ClientHello as long as one with post-quantum keys."""
    plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 100)  # 12 of them are a time stamp
    plain.settimeout(_TIMEOUT_SECONDS)
    plain.connect((address, PORT))
    long = context()
    long.set_alpn_protocols([str(number) * 200 for number in range(1, 7)])
    return long.wrap_socket(plain, server_hostname=name)


def fetch(stream: ssl.SSLSocket) -> None:
    """Move ``WANTED_BYTES``."""
    stream.sendall(REQUEST.pack(WANTED_BYTES))
    left = WANTED_BYTES
    while left:
        left -= len(stream.recv(left))


def fetch_split(name: str, address: str) -> socket.socket:
    """The same with the ClientHello in two segments."""
    plain = socket.create_connection((address, PORT), _TIMEOUT_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    stream = context().wrap_bio(received, to_send, server_hostname=name)

    def pump() -> None:
        plain.sendall(to_send.read())
        received.write(plain.recv(65_536))

    try:
        stream.do_handshake()
    except ssl.SSLWantReadError:
        hello = to_send.read()
        for half in (hello[: len(hello) // 3], hello[len(hello) // 3 :]):
            plain.sendall(half)
    received.write(plain.recv(65_536))
    while True:
        try:
            stream.do_handshake()
            break
        except ssl.SSLWantReadError:
            pump()
    stream.write(REQUEST.pack(WANTED_BYTES))
    plain.sendall(to_send.read())
    left = WANTED_BYTES
    while left:
        try:
            left -= len(stream.read(left))
        except ssl.SSLWantReadError:
            pump()
    return plain


async def fetch_quic(name: str, address: str, held: AsyncExitStack) -> int:
    """Move as much over QUIC; give the local port."""
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=[ALPN], server_name=name, verify_mode=ssl.CERT_NONE
    )
    client = await held.enter_async_context(connect(address, PORT, configuration=configuration))
    reader, writer = await client.create_stream()
    writer.write(REQUEST.pack(WANTED_BYTES))
    await reader.readexactly(WANTED_BYTES)
    transport = client._transport
    assert transport is not None
    return transport.get_extra_info("sockname")[1]


async def main(resolver: str, steps: list[str]) -> None:
    """Take the steps, and tell."""
    truth: list[dict[str, object]] = []
    sockets: list[socket.socket] = []
    async with AsyncExitStack() as held:
        for step in steps:
            kind, name, address = step.split(",")
            if kind in {"asks", "asks-tcp"}:
                ask(resolver, name, address, over_tcp=kind == "asks-tcp")
                continue
            if kind == "quic":
                port = await fetch_quic(name, address, held)
            elif kind == "split":
                sockets.append(fetch_split(name, address))
                port = sockets[-1].getsockname()[1]
            else:
                is_small = kind == "small"
                stream = open_small_tls(name, address) if is_small else open_tls(name if kind == "sni" else "", address)
                fetch(stream)
                sockets.append(stream)
                port = stream.getsockname()[1]
            truth.append({"protocol": "udp" if kind == "quic" else "tcp", "local_port": port, "name": name})
        sys.stdout.write(json.dumps(truth) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
