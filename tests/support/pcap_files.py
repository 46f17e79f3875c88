"""Capture files and sidecars made by hand."""

import struct
from collections.abc import Iterable
from pathlib import Path

from netmon_collector.capture.sidecar import Knowledge, Processes, encode, header_line
from netmon_collector.core.sockets import SocketScan
from tests.support import frames
from tests.support.wire import HERE, NETWORK, PEER, START, process, udp_row

OWNER = process(10)
ENDS = (HERE, 40_000), (PEER, 443)


def datagram(*, size: int = 72, is_sent: bool = True) -> bytes:
    """Give an Ethernet frame of ``size`` bytes of UDP payload between ``ENDS``."""
    source, destination = ENDS if is_sent else ENDS[::-1]
    segment = frames.udp(source[1], destination[1], bytes(size))
    return frames.ethernet(frames.ipv4(segment, source=source[0], destination=destination[0]))


def write_pcap(path: Path, packets: Iterable[tuple[float, bytes]]) -> Path:
    """Write frames with their times (seconds after ``START``) as a classic capture file (pcap-savefile(5))."""
    parts = [struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for time, frame in packets:
        seconds, fraction = divmod(START + time, 1.0)
        parts.append(struct.pack("=IIII", int(seconds), int(fraction * 1e6), len(frame), len(frame)) + frame)
    path.write_bytes(b"".join(parts))
    return path


def write_sidecar(pcap: Path, entries: Iterable[tuple[float, Knowledge]] | None = None) -> Path:
    """Write what the host knew beside a capture file; by default the addresses, and at once whose ``ENDS`` are."""
    if entries is None:
        scan = SocketScan(rows=(udp_row(*ENDS, OWNER),), start_time=START)
        entries = [(0.0, NETWORK), (0.0, Processes(rows=(OWNER,))), (0.0, scan)]
    lines = [header_line(START), *(encode(knowledge, START + time) for time, knowledge in entries)]
    path = pcap.with_name(pcap.stem + ".sidecar.jsonl")
    path.write_text("".join(lines))
    return path
