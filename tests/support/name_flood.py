"""So many DNS answers or ClientHellos a second, for benchmarks of names.

``python -m tests.support.name_flood KIND ADDRESS PER_SECOND SECONDS``: ``dns`` and ``hello`` are clients, which print
JSON with ``count`` and ``seconds`` at their end; ``sink`` serves both until its input ends, and prints a line first.
Hellos are real ones with an answer of 2 kB, each on a TCP connection of its own, without the rest of a handshake.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Callable

from tests.support.name_messages import (
    CNAME,
    QUESTION_NAME,
    A,
    alpn_extension,
    client_hello,
    dns_message,
    dns_name,
    in_records,
    pointer,
    question,
    record,
    server_name_extension,
)

DNS_PORT, TLS_PORT = 53, 443
_NAMES = 200

_QUERIES = [
    dns_message(questions=[question(f"host-{number}.example.com")], flags=0x0100, message_id=number)
    for number in range(_NAMES)
]


def answer_to(query: bytes, number: int) -> bytes:
    """An alias and four addresses, compressed as resolvers do it."""
    alias = len(query) + 12  # behind the question: a pointer and ten bytes, then the alias's name
    return dns_message(
        questions=[question(f"host-{number}.example.com")],
        answers=[
            record(pointer(QUESTION_NAME), CNAME, dns_name(f"edge-{number}.cdn.example")),
            *(record(pointer(alias), A, bytes((203, 0, number, index)), ttl_seconds=20) for index in range(4)),
        ],
        message_id=number,
    )


_ANSWERS = {query: answer_to(query, number) for number, query in enumerate(_QUERIES)}
_HELLO = in_records(
    client_hello(
        server_name_extension(b"www.example.com"),
        alpn_extension("h2", "http/1.1"),
        (51, bytes(1_250)),
        (0xFE0D, bytes(200)),
    )
)


def paced(act: Callable[[int], None], per_second: float, seconds: float) -> None:
    """Do something so many times a second, and tell."""
    begun = time.monotonic()
    count = 0
    while count < per_second * seconds:
        act(count)
        count += 1
        ahead = begun + count / per_second - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    sys.stdout.write(json.dumps({"count": count, "seconds": time.monotonic() - begun}) + "\n")


def ask_all(address: str, per_second: float, seconds: float) -> None:
    """Ask from 64 sockets in turn."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(64)]
    for one in sockets:
        one.connect((address, DNS_PORT))

    def ask(number: int) -> None:
        one = sockets[number % len(sockets)]
        one.send(_QUERIES[number % _NAMES])
        one.recv(2_048)

    paced(ask, per_second, seconds)


def greet_all(address: str, per_second: float, seconds: float) -> None:
    """Open a connection for each hello."""

    def greet(_number: int) -> None:
        with socket.create_connection((address, TLS_PORT)) as stream:
            stream.sendall(_HELLO)
            stream.recv(4_096)

    paced(greet, per_second, seconds)


def sink(address: str) -> None:
    """Answer both kinds."""
    answer = b"\x16\x03\x03\x08\x00\x02" + bytes(2_047)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.create_server((address, TLS_PORT), backlog=512) as streams,
        selectors.DefaultSelector() as selector,
    ):
        datagrams.bind((address, DNS_PORT))
        for waiting in (datagrams, streams, sys.stdin):
            selector.register(waiting, selectors.EVENT_READ)
        sys.stdout.write(json.dumps({}) + "\n")
        sys.stdout.flush()
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is datagrams:
                    query, asker = datagrams.recvfrom(512)
                    datagrams.sendto(_ANSWERS[query], asker)
                else:
                    with streams.accept()[0] as stream:
                        stream.recv(4_096)
                        stream.sendall(answer)


if __name__ == "__main__":
    kind, at = sys.argv[1:3]
    if kind == "sink":
        sink(at)
    else:
        (ask_all if kind == "dns" else greet_all)(at, float(sys.argv[3]), float(sys.argv[4]))
