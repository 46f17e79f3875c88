"""Connections that come and go, for hours: ``serve ADDRESS``, or ``call ADDRESS PORT PER_SECOND SECONDS``.

Standard library only. The server echoes TCP and UDP on one port, which it prints, until its input ends. The client
opens TCP connections that live from nothing to eight seconds, sends datagrams from new sockets, and leaves every tenth
turn to a child that ends at once.
"""

import asyncio
import os
import random
import socket
import sys
import time

CHUNK = bytes(20_000)
MOST_HELD = 150


class EchoDatagrams(asyncio.DatagramProtocol):
    """Sends every datagram back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert isinstance(self._transport, asyncio.DatagramTransport)
        self._transport.sendto(data, addr)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


async def serve(address: str) -> None:
    server = await asyncio.start_server(echo, address, 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    await asyncio.get_running_loop().create_datagram_endpoint(EchoDatagrams, local_addr=(address, port))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def exchange(remote: tuple[str, int], size: int) -> socket.socket:
    """Send so much, read it back, and give the open connection."""
    stream = socket.create_connection(remote, 10)
    stream.sendall(CHUNK[:size])
    missing = size
    while missing:
        missing -= len(stream.recv(missing))
    return stream


def send_datagram(remote: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(1)
        datagrams.connect(remote)
        datagrams.send(CHUNK[:200])
        datagrams.recv(1_000)


def in_a_child(remote: tuple[str, int]) -> None:
    child = os.fork()
    if child == 0:
        # Whatever happens, the child must not go on as its parent does.
        try:
            exchange(remote, 3_000).close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def act(remote: tuple[str, int], chance: random.Random, held: list[tuple[float, socket.socket]]) -> None:
    """Do one thing; close what has lived long enough."""
    now = time.monotonic()
    match chance.randrange(10):
        case 0:
            in_a_child(remote)
        case 1 | 2:
            send_datagram(remote)
        case 3 | 4 | 5:
            exchange(remote, chance.randrange(1, 20_000)).close()
        case _:
            held.append((now + chance.random() * 8, exchange(remote, chance.randrange(1, 5_000))))
    for pair in [pair for pair in held if pair[0] < now or len(held) > MOST_HELD]:
        pair[1].close()
        held.remove(pair)


def call(remote: tuple[str, int], per_second: float, seconds: float) -> None:
    chance = random.Random(1)
    held: list[tuple[float, socket.socket]] = []
    begun, turn = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        turn += 1
        time.sleep(max(0.0, turn / per_second - now))
        try:
            act(remote, chance, held)
        except OSError as error:
            # Its interface may just be down: the next one goes on.
            sys.stderr.write(f"{type(error).__name__}\n")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2]))
    else:
        call((sys.argv[2], int(sys.argv[3])), float(sys.argv[4]), float(sys.argv[5]))
