"""Small UDP packets at a steady rate, many a system call. Run as a program: see ``arguments``.

``sendmmsg(2)`` through ctypes: 64 packets a call, so that Python costs a quarter of a microsecond a packet and one core
of this kind can send far more than the 100,000 a second that are wanted. It prints one JSON line: packets that the
kernel took, payload bytes of each, seconds.
"""

import argparse
import ctypes
import json
import os
import socket
import sys
import time

PER_CALL = 64


class Piece(ctypes.Structure):
    """``struct iovec``."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class Header(ctypes.Structure):
    """``struct mmsghdr`` with its ``struct msghdr`` spread out; 64-bit layout."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("pieces", ctypes.POINTER(Piece)),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("sent", ctypes.c_uint),
    )


def send_all(address: tuple[str, int], *, flows: int, size: int, per_second: int, seconds: float) -> tuple[int, float]:
    """Send from ``flows`` connected sockets in turn; give packets and seconds."""
    libc = ctypes.CDLL(None, use_errno=True)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(flows)]
    for one in sockets:
        one.connect(address)
    content = ctypes.create_string_buffer(size)
    piece = Piece(base=ctypes.addressof(content), length=size)
    headers = (Header * PER_CALL)(*(Header(pieces=ctypes.pointer(piece), piece_count=1) for _ in range(PER_CALL)))
    sent, wanted, turn = 0, int(per_second * seconds), 0
    begun = time.monotonic()
    while sent < wanted:
        count = min(PER_CALL, wanted - sent)
        done = libc.sendmmsg(sockets[turn % flows].fileno(), headers, count, 0)
        if done < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), "sendmmsg")
        sent += done
        turn += 1
        ahead = begun + sent / per_second - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    return sent, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--flows", type=int, default=16)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--per-second", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    sent, seconds = send_all(
        (given.address, given.port),
        flows=given.flows,
        size=given.size,
        per_second=given.per_second,
        seconds=given.seconds,
    )
    sys.stdout.write(json.dumps({"packets": sent, "payload_bytes": given.size, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
