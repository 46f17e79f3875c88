"""Servers whose accepted connections are hard to tell the owner of.

    python -m tests.support.owner_servers KIND TRUTH_FILE ADDRESS

Each prints its port in a line of JSON, takes what callers send, answers with 5 kB, and ends with its standard input; of
``inherited``, which another one starts, ADDRESS is the descriptor of a listener. Whoever serves a connection appends a
line to the truth file (`owner_truth`). Standard library only.
"""

import asyncio
import ctypes
import itertools
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence

from tests.support.owner_truth import Truth, endpoint, say_done

_libc = ctypes.CDLL(None, use_errno=True)


def serve(truth: Truth, accepted: socket.socket, peer: tuple[str, int]) -> None:
    """Take what is sent, answer with 5 kB, say whose it was."""
    received = 0
    while data := accepted.recv(65536):
        received += len(data)
    accepted.sendall(bytes(5_000))
    truth.add(accepted, remote=peer, received=received, sent=5_000)


def accept_loop(truth: Truth, server: socket.socket) -> None:
    """Serve one after the other, in the process that listens."""
    while _waits(server):
        accepted, peer = server.accept()
        with accepted:
            serve(truth, accepted, peer)


def fork_each(truth: Truth, server: socket.socket, live_milliseconds: Sequence[int] = (0,)) -> None:
    """Accept, and fork a child for each connection: it serves, and lives on for so long."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    lives = itertools.cycle(live_milliseconds)
    while _waits(server):
        live_seconds = next(lives) / 1000
        accepted, peer = server.accept()
        waiting, held = os.pipe()
        if not os.fork():
            os.close(held)
            server.close()
            with accepted:
                serve(truth, accepted, peer)
                os.read(waiting, 1)  # until the parent has closed its copy: who closes last is the owner
                time.sleep(live_seconds)
            os._exit(0)
        accepted.close()
        os.close(held)
        os.close(waiting)


def silent(truth: Truth, server: socket.socket) -> None:
    """Accept without asking for the peer's name, as Node does; the caller says its own port first (4 bytes)."""
    while _waits(server):
        descriptor = int(_libc.accept(server.fileno(), None, None))
        with socket.socket(server.family, socket.SOCK_STREAM, 0, descriptor) as accepted:
            host, port = accepted.getsockname()[:2]
            caller = int.from_bytes(accepted.recv(4, socket.MSG_WAITALL), "big")
            received = 4
            while data := accepted.recv(65536):
                received += len(data)
            accepted.sendall(bytes(5_000))
            peer = endpoint("198.18.0.2", caller)
            truth.write(os.getpid(), "tcp", endpoint(host, port), peer, sent=5_000, received=received)


async def with_asyncio(truth: Truth, server: socket.socket) -> None:
    """Serve many at once."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received = len(await reader.read(-1))
        writer.write(bytes(5_000))
        await writer.drain()
        used, peer = writer.get_extra_info("socket"), writer.get_extra_info("peername")
        truth.add(used, remote=peer, received=received, sent=5_000)
        writer.close()

    running = await asyncio.start_server(serve_one, sock=server)
    await asyncio.to_thread(sys.stdin.read)
    running.close()


def reuseport_pair(truth: Truth, server: socket.socket) -> None:
    """Listen twice on one port, in two processes; the kernel deals connections out (SO_REUSEPORT, socket(7))."""
    if not os.fork():
        port = server.getsockname()[1]
        host = server.getsockname()[0]
        server.close()
        with listen(host, port) as own:
            accept_loop(truth, own)
        os._exit(0)
    accept_loop(truth, server)
    os.wait()


def activate(path: str, server: socket.socket) -> None:
    """Listen as systemd does for its services, start the program that takes the calls, and keep the socket."""
    child = os.fork()
    if not child:
        os.set_inheritable(server.fileno(), True)
        words = ("-m", "tests.support.owner_servers", "inherited", path, str(server.fileno()))
        os.execv(sys.executable, (sys.executable, *words))  # noqa: S606 -- ourselves
    os.waitpid(child, 0)


def datagrams(truth: Truth, address: str) -> None:
    """Echo datagrams on an unconnected socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 0))
        say_done(port=server.getsockname()[1])
        moved: dict[tuple[str, int], int] = {}
        while _waits(server):
            data, peer = server.recvfrom(65536)
            server.sendto(data, peer)
            moved[peer] = moved.get(peer, 0) + len(data)
        for peer, count in moved.items():
            truth.add(server, remote=peer, sent=count, received=count)


def listen(address: str, port: int = 0) -> socket.socket:
    """Give a listener on a free port, or on one that another listens on too."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind((address, port))
    server.listen(1024)
    return server


def _waits(server: socket.socket) -> bool:
    """Wait for somebody to serve; False when standard input has ended."""
    readable, _, _ = select.select([server, sys.stdin], [], [])
    return server in readable


def main(kind: str, path: str, address: str) -> None:
    """Run one kind."""
    with Truth(path) as truth:
        if kind == "datagrams":
            datagrams(truth, address)
            return
        if kind == "inherited":
            with socket.socket(fileno=int(address)) as server:
                accept_loop(truth, server)
            return
        with listen(address) as server:
            say_done(port=server.getsockname()[1])
            match kind:
                case "accept-loop":
                    accept_loop(truth, server)
                case "fork-each":
                    fork_each(truth, server)
                case "fork-each-slow":
                    fork_each(truth, server, range(10, 51))
                case "silent":
                    silent(truth, server)
                case "asyncio":
                    asyncio.run(with_asyncio(truth, server))
                case "activated":
                    activate(path, server)
                case "reuseport":
                    reuseport_pair(truth, server)
                case _:
                    sys.exit(f"owner_servers.py: no such kind: {kind}")


if __name__ == "__main__":
    main(*sys.argv[1:])
