"""The truth of a test on real traffic: a capture by tcpdump, and a reader of it that shares no code with ours.

It knows what the tests send and no more: Ethernet, IPv4 and IPv6, TCP, UDP and what has no ports. Anything else fails.
"""

import ipaddress
import re
import signal
import struct
import subprocess
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.namespaces import Namespace
from tests.support.waiting import wait_for

_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp"}
_HAVE_PORTS = {6, 17}
_HOP_BY_HOP = 0
_RING_KIB = 131_072
_SNAPSHOT_BYTES = 128

Direction = tuple[str, str, str]
"""Protocol in lower case, source and destination as ``address:port`` (or the address alone)."""


@dataclass(slots=True, kw_only=True)
class Truth:
    """What a capture holds: IP bytes and packets of each directed flow, and frames as they were on the wire."""

    frames: int = 0
    frame_bytes: int = 0
    other_frames: int = 0
    ip_bytes: Counter[Direction] = field(default_factory=Counter[Direction])
    ip_packets: Counter[Direction] = field(default_factory=Counter[Direction])

    def row(self, protocol: str, local: str, remote: str) -> tuple[int, int]:
        """Give sent and received IP bytes of one connection, seen from its local end."""
        return self.ip_bytes[protocol, local, remote], self.ip_bytes[protocol, remote, local]


class IndependentCapture:
    """A running tcpdump on one interface."""

    def __init__(self, process: subprocess.Popen[str], file: Path) -> None:
        self._process = process
        self._file = file

    def frames_on_disk(self) -> int:
        """Give how many frames are in the file by now."""
        return read_truth(self._file).frames

    def stop(self) -> Truth:
        """End it and read what it got. It must have lost nothing, or it is no truth."""
        self._process.send_signal(signal.SIGINT)
        _, told = self._process.communicate(timeout=30)
        lost = re.search(r"(\d+) packets? dropped by kernel", told)
        assert lost is not None, told
        assert lost[1] == "0", f"the independent capture lost packets: {told}"
        return read_truth(self._file)


@contextmanager
def independent_capture(namespace: Namespace, interface: str, file: Path) -> Generator[IndependentCapture]:
    """Capture on ``interface`` from now on; killed at the end if it still runs."""
    # -U: each packet reaches the file at once, so that a test can tell when all of them are there.
    options = ["-n", "-U", "-p", "-s", str(_SNAPSHOT_BYTES), "-B", str(_RING_KIB), "-Z", "root"]
    process = namespace.popen("tcpdump", "-i", interface, *options, "-w", str(file))
    try:
        wait_for(lambda: file.exists() and file.stat().st_size >= 24, seconds=30, what="tcpdump is listening")
        yield IndependentCapture(process, file)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_truth(file: Path) -> Truth:
    """Read a pcap file of an Ethernet link, up to its last whole record."""
    content = file.read_bytes()
    magic, link_type = struct.unpack_from("=I", content)[0], struct.unpack_from("=I", content, 20)[0]
    assert magic in {0xA1B2C3D4, 0xA1B23C4D}, "no pcap file of this machine's byte order"
    assert link_type == 1, f"link type {link_type} instead of Ethernet"
    truth = Truth()
    position = 24
    while position + 16 <= len(content):
        captured, on_wire = struct.unpack_from("=II", content, position + 8)
        start, position = position + 16, position + 16 + captured
        if position > len(content):
            break
        truth.frames += 1
        truth.frame_bytes += on_wire
        _add_frame(truth, content[start:position])
    return truth


def _add_frame(truth: Truth, frame: bytes) -> None:
    ether_type = int.from_bytes(frame[12:14], "big")
    if ether_type == 0x0800:
        direction, length = _read_ipv4(frame[14:])
    elif ether_type == 0x86DD:
        direction, length = _read_ipv6(frame[14:])
    else:
        truth.other_frames += 1
        return
    truth.ip_bytes[direction] += length
    truth.ip_packets[direction] += 1


def _read_ipv4(packet: bytes) -> tuple[Direction, int]:
    header_bytes = (packet[0] & 15) * 4
    assert not int.from_bytes(packet[6:8], "big") & 0x3FFF, "the tests send no fragments"
    length = int.from_bytes(packet[2:4], "big")
    assert length, "an IPv4 packet of more than 65,535 bytes has no length of its own"
    return _direction(packet[9], packet[12:16], packet[16:20], packet[header_bytes:]), length


def _read_ipv6(packet: bytes) -> tuple[Direction, int]:
    protocol, rest = packet[6], packet[40:]
    if protocol == _HOP_BY_HOP:
        protocol, rest = rest[0], rest[8 + rest[1] * 8 :]
    length = int.from_bytes(packet[4:6], "big")
    assert length, "an IPv6 packet of more than 65,575 bytes has no length of its own"
    return _direction(protocol, packet[8:24], packet[24:40], rest), length + 40


def _direction(protocol: int, source: bytes, destination: bytes, rest: bytes) -> Direction:
    ports = struct.unpack_from("!HH", rest) if protocol in _HAVE_PORTS else (None, None)
    name = _NAMES.get(protocol, f"ip {protocol}")
    return name, _endpoint(source, ports[0]), _endpoint(destination, ports[1])


def _endpoint(address: bytes, port: int | None) -> str:
    text = str(ipaddress.ip_address(address))
    if port is None:
        return text
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"
