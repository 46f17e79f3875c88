"""Frames that no honest machine sends, on the wire."""

import random
import socket

import pytest

from tests.support.collector_process import collector, cpu_seconds
from tests.support.namespaces import VethEnd
from tests.support.stage import stage
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

FRAMES = 3_000
ETHER_TYPES = (0x0800, 0x86DD, 0x8100, 0x88A8, 0x0806, 0xFFFF)
ONE_VLAN_TAG = bytes.fromhex("00058100")
BROADCAST = b"\xff" * 6


def hostile(chance: random.Random) -> bytes:
    """Give a frame with a right or wrong first byte behind its Ethernet header, and noise after it."""
    ether_type = chance.choice(ETHER_TYPES)
    start = chance.choice((b"\x45", b"\x4f", b"\x40", b"\x60", ONE_VLAN_TAG * 40, b""))
    return BROADCAST + bytes(6) + ether_type.to_bytes(2, "big") + start + chance.randbytes(chance.randrange(1_300))


def send_from(end: VethEnd, frames: list[bytes]) -> None:
    with end.namespace.entered():
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with sender:
        sender.bind((end.interface, 0))
        for frame in frames:
            sender.send(frame)


def test_hostile_frames_are_counted_and_hurt_nothing() -> None:
    chance = random.Random(4711)
    with stage() as built, collector(built) as process, process.client() as client:
        before = cpu_seconds((process.pid,))
        send_from(built.far, [hostile(chance) for _ in range(FRAMES)])
        wait_for(
            lambda: sum(count for _, count in client.snapshot().drops.malformed) > FRAMES // 10,
            seconds=30,
            what="malformed frames in the status",
        )
        assert cpu_seconds((process.pid,)) - before < 3.0
        built.near.namespace.run("ping", "-n", "-q", "-c", "2", "-i", "0.2", built.far.ipv4)
        wait_for(
            lambda: any(
                row.remote is not None and row.remote.address == built.far.ipv4 and row.traffic.received_packets >= 2
                for row in client.snapshot().connections
            ),
            seconds=30,
            what="the ping is counted all the same",
        )
        assert "Traceback" not in process.log.read_text()
