"""``python -m tests.support.peer_client UID SOCKET DOING``: a client that is another user, as the kernel sees it.

It imports all it needs before it gives root up: the interpreter may lie where others cannot read. Prints one line when
it has done so, and stays as it is until its input ends.

who METHOD        calls a unary method of bytes; prints the answer, or the status and the words of its refusal
call CALLS        calls unary methods, "METHOD HEX;METHOD HEX"; prints each answer in hex, or the refusal
hold COUNT        opens so many connections that begin as HTTP/2 does; prints how many are open a second later
subscribe METHOD  opens a stream of bytes and prints its first message; then reads on
"""

import os
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

import grpc

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SETTLE_SECONDS = 1.0


def main() -> None:
    """Be that user and do it."""
    uid, path, doing, what = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    _ask("/dev/null/nowhere", "/warm/up")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    match doing:
        case "who":
            _say(_ask(path, what))
        case "call":
            for call in what.split(";"):
                method, _, request = call.partition(" ")
                _say(_ask(path, method, bytes.fromhex(request), bytes.hex))
        case "hold":
            _hold(path, int(what))
        case _:
            _subscribe(path, what)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _ask(path: str, method: str, request: bytes = b"", say: Callable[[bytes], str] = bytes.decode) -> str:
    with grpc.insecure_channel(f"unix:{path}") as typed:
        channel: Any = typed  # bytes go out as they are: the stubs know messages only
        try:
            return say(channel.unary_unary(method)(request, timeout=30))
        except grpc.RpcError as error:
            told: Any = error
            return f"{told.code().name} {told.details()}"


def _hold(path: str, count: int) -> None:
    poll = select.poll()
    held: dict[int, socket.socket] = {}
    for _ in range(count):
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        held[client.fileno()] = client
        poll.register(client, select.POLLIN)
        _say_preface(client)
        _drop_ended(poll, held, 0)
    while _drop_ended(poll, held, SETTLE_SECONDS):
        continue
    _say(str(len(held)))
    sys.stdin.read()


def _say_preface(client: socket.socket) -> None:
    try:
        client.send(PREFACE)
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before: the poll tells


def _drop_ended(poll: "select.poll", held: dict[int, socket.socket], seconds: float) -> bool:
    ready = poll.poll(seconds * 1000)
    for fd, _ in ready:
        try:
            is_open = bool(held[fd].recv(65536))
        except ConnectionResetError:
            is_open = False
        if not is_open:
            poll.unregister(fd)
            held.pop(fd).close()
    return bool(ready)


def _subscribe(path: str, method: str) -> None:
    with grpc.insecure_channel(f"unix:{path}") as typed:
        channel: Any = typed
        for number, message in enumerate(channel.unary_stream(method)(b"")):
            if number == 0:
                _say(message[:100].decode())


if __name__ == "__main__":
    main()
