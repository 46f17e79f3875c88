"""``python -m tests.support.user_traffic UID NAME RESOLVER PORT STEP...``: a program of one user that moves bytes.

It imports all it needs before it gives root up: the interpreter may lie where others cannot read. NAME becomes its own
name (prctl(2), PR_SET_NAME). A STEP is ``ask:NAME`` (a question to the resolver, over UDP), ``open:ADDRESS:BYTES`` (a
connection to PORT that stays) or ``close:ADDRESS:BYTES`` (one that ends). It prints its local TCP ports as JSON and
ends with its input. ``serve PORT`` in place of all that takes what comes, and sends as much back.
"""

import ctypes
import json
import os
import socket
import sys
import threading

from tests.support.name_messages import dns_message, question

_PR_SET_NAME = 15
_TYPE_A = 1
_CHUNK = 65_536


def become(uid: int, name: str) -> None:
    """Be that user, under that name."""
    libc = ctypes.CDLL(None)
    socket.getaddrinfo("127.0.0.1", 1)  # it wants a codec that may not be readable any more
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def ask(resolver: str, name: str) -> None:
    """Ask for the addresses of a name, and wait for the answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.connect((resolver, 53))
        client.send(dns_message(questions=[question(name, _TYPE_A)], flags=0x0100, message_id=os.getpid() & 0xFFFF))
        client.recv(4_096)


def move(address: str, port: int, byte_count: int) -> socket.socket:
    """Open a connection, send so many bytes and wait until as many are back."""
    client = socket.create_connection((address, port), timeout=60)
    client.sendall(bytes(byte_count))
    left = byte_count
    while left:
        got = len(client.recv(_CHUNK))
        assert got, "the server is gone"
        left -= got
    return client


def serve(port: int) -> None:
    """Send back what comes, until the input ends."""

    def echo(peer: socket.socket) -> None:
        with peer:
            while data := peer.recv(_CHUNK):
                peer.sendall(data)

    def accept(server: socket.socket) -> None:
        while True:
            threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()

    server = socket.create_server(("0.0.0.0", port), backlog=64)  # noqa: S104 -- in a namespace of the test's own
    threading.Thread(target=accept, args=(server,), daemon=True).start()
    say(port)
    sys.stdin.read()


def say(value: object) -> None:
    """Print a line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    """Serve, or be a user's program."""
    if arguments[0] == "serve":
        serve(int(arguments[1]))
        return
    uid, name, resolver, port, *steps = arguments
    become(int(uid), name)
    held: list[socket.socket] = [socket.create_server(("0.0.0.0", 0))]  # noqa: S104 -- in a namespace of the test's own
    ports: list[int] = [held[0].getsockname()[1]]
    for step in steps:
        kind, _, rest = step.partition(":")
        if kind == "ask":
            ask(resolver, rest)
            continue
        address, _, count = rest.rpartition(":")
        client = move(address, int(port), int(count))
        ports.append(client.getsockname()[1])
        if kind == "close":
            client.close()
        else:
            held.append(client)
    say(ports)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
