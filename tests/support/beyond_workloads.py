"""Programs that move IP packets without TCP or UDP sockets, and write down what they moved.

    python -m tests.support.beyond_workloads KIND TRUTH ARGUMENT...

Standard library only. Sent and received are whole IP packets here: these programs make them, or know their length. Each
prints ``{"ready": true}`` when it has begun, goes on until its standard input ends, and then appends its line to TRUTH.
"""

import json
import os
import select
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.owner_truth import Truth

PAUSE_SECONDS = 0.05
EXPERIMENT = 253
"""An IP protocol for experiments (RFC 3692)."""


@dataclass(slots=True, kw_only=True)
class Moved:
    sent: int = 0
    received: int = 0


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ipv4(payload: bytes, protocol: int, source: str, destination: str) -> bytes:
    fields = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    header = fields + addresses
    return header[:10] + struct.pack("!H", checksum(header)) + addresses + payload


def echo(kind: int, identifier: int, size: int) -> bytes:
    message = struct.pack("!BBHHH", kind, 0, 0, identifier, 1) + bytes(size)
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def go_on(step: Callable[[], None]) -> None:
    """Do it again and again until standard input ends."""
    step()
    sys.stdout.write(json.dumps({"ready": True, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        step()


def ping(moved: Moved, remote: str, *, is_raw: bool) -> None:
    """Ping through a raw socket, which sees all that comes in, or a ping socket, which sees its own answers."""
    kind = socket.SOCK_RAW if is_raw else socket.SOCK_DGRAM
    identifier = os.getpid() & 0xFFFF
    size = 402 if is_raw else 400  # so that what each has sent is never the same, and its row is known by it
    with socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP) as pinger:
        pinger.settimeout(30)

        def step() -> None:
            moved.sent += 20 + pinger.sendto(echo(8, identifier, size), (remote, 0))
            while True:
                data = pinger.recv(65536)
                message = data[20:] if is_raw else data
                is_ours = not is_raw or int.from_bytes(message[4:6], "big") == identifier
                if message[0] == 0 and is_ours:
                    moved.received += 20 + len(message)
                    return

        go_on(step)


def raw(moved: Moved, remote: str) -> None:
    """Send packets of a protocol that nobody else speaks."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, EXPERIMENT) as sender:

        def step() -> None:
            moved.sent += 20 + sender.sendto(bytes(300), (remote, 0))

        go_on(step)


def frames(moved: Moved, local: str, remote: str, interface: str, destination: str) -> None:
    """Send UDP from port 4000 to port 9 in frames of our own."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        link = bytes.fromhex(destination.replace(":", "")) + sender.getsockname()[4] + b"\x08\x00"
        packet = ipv4(struct.pack("!HHHH", 4_000, 9, 8 + 500, 0) + bytes(500), 17, local, remote)

        def step() -> None:
            moved.sent += sender.send(link + packet) - len(link)

        go_on(step)


def main(kind: str, truth: str, *words: str) -> None:
    moved = Moved()
    with Truth(truth) as file:
        match kind:
            case "ping":
                ping(moved, words[1], is_raw=False)
            case "raw-ping":
                ping(moved, words[1], is_raw=True)
            case "raw":
                raw(moved, words[1])
            case "frames":
                frames(moved, *words)
            case _:
                sys.exit(f"beyond_workloads.py: no such kind: {kind}")
        file.note(kind=kind, pid=os.getpid(), local=words[0], remote=words[1], sent=moved.sent, received=moved.received)


if __name__ == "__main__":
    main(*sys.argv[1:])
