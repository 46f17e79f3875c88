"""What a packet costs from capture to counters: the accounting beside the loop that one writes first.

CPU time of this process, the fastest of several runs. Frames are cut to 128 bytes, as the accounting's handle does;
three of four are IPv4, two of three TCP, on 400 flows.
"""

import gc
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dpkt
import pcapy

from netmon_collector.core.accounting import Accountant, Cell
from netmon_collector.core.batch import Batch
from netmon_collector.core.packet import Packet
from tests.bench.table import Row
from tests.support import frames as make

PACKETS = 65_536
FLOWS = 400
SNAPLEN = 128
BATCH_SIZES = (4_096, 512)
BUDGET_MICROSECONDS = 1.0

_RUNS = 7
_NAIVE_RUNS = 2

Endpoint = tuple[bytes, int]


class Flow:
    """What a flow is to the smallest book that does its work: two ends, and two cells."""

    def __init__(self) -> None:
        self.cells: list[Cell[Flow]] = []


class PairingBook:
    """Pairs the two directions of each flow, as any book must."""

    def __init__(self) -> None:
        self.flows: dict[tuple[int, Endpoint, Endpoint], Flow] = {}

    def open_cell(self, packet: Packet, interface: str) -> Cell[Flow]:
        source = (packet.source, packet.source_port)
        destination = (packet.destination, packet.destination_port)
        key = (packet.ip_protocol, min(source, destination), max(source, destination))
        flow = self.flows.setdefault(key, Flow())
        cell = Cell(flow)
        flow.cells.append(cell)
        return cell

    def control(self, cell: Cell[Flow], packet: Packet, interface: str) -> Cell[Flow]:
        return cell

    def count_uncelled(self, packet: Packet, interface: str) -> None:
        raise AssertionError("there are no fragments in this traffic")

    @property
    def counted_bytes(self) -> int:
        return sum(cell.bytes for flow in self.flows.values() for cell in flow.cells)


def traffic(packets: int = PACKETS, flows: int = FLOWS) -> list[bytes]:
    """Whole frames in both directions of random flows; the same ones at each call."""
    generator = random.Random(1)
    ends = [
        (
            generator.random() < 0.75,
            generator.random() < 0.67,
            generator.randbytes(32),
            generator.randrange(1024, 65536),
        )
        for _ in range(flows)
    ]
    frames: list[bytes] = []
    for _ in range(packets):
        is_ipv4, is_tcp, addresses, port = generator.choice(ends)
        source, destination = (addresses[:4], addresses[4:8]) if is_ipv4 else (addresses[:16], addresses[16:])
        ports = (port, 443)
        if generator.random() < 0.5:
            source, destination, ports = destination, source, (443, port)
        payload = bytes(generator.choice((0, 40, 200, 1200)))
        segment = make.tcp(*ports, payload) if is_tcp else make.udp(*ports, payload)
        protocol = make.TCP if is_tcp else make.UDP
        ip = make.ipv4 if is_ipv4 else make.ipv6
        packet = ip(segment, protocol, source=source, destination=destination)
        frames.append(make.ethernet(packet, 0x0800 if is_ipv4 else 0x86DD))
    return frames


def write_pcap(path: Path, frames: list[bytes]) -> None:
    """Write a capture file of the frames, cut to ``SNAPLEN`` bytes, 10 µs apart."""
    with path.open("wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, 1))
        for index, frame in enumerate(frames):
            seconds, microseconds = divmod(index * 10, 1_000_000)
            cut = frame[:SNAPLEN]
            file.write(struct.pack("=IIII", 1_700_000_000 + seconds, microseconds, len(cut), len(frame)) + cut)


def read_batches(path: Path, batch_size: int) -> list[Batch]:
    """The whole file as batches."""
    reader = pcapy.open_offline(str(path))
    batches: list[Batch] = []
    while True:
        data, records = reader.next_batch(batch_size)
        if not records:
            return batches
        batches.append(Batch(interface="eth0", link_type=1, data=data, records=records))


def count_batches(batches: list[Batch]) -> int:
    """Count what is in memory already. Gives the IP bytes."""
    book = PairingBook()
    accountant = Accountant(book)
    for batch in batches:
        accountant.add_batch(batch)
    return book.counted_bytes


def count_file(path: Path, batch_size: int) -> int:
    """Read and count, as `--read` does. Gives the IP bytes."""
    book = PairingBook()
    accountant = Accountant(book)
    reader = pcapy.open_offline(str(path))
    while True:
        data, records = reader.next_batch(batch_size)
        if not records:
            return book.counted_bytes
        accountant.add_batch(Batch(interface="eth0", link_type=1, data=data, records=records))


def count_naively(path: Path) -> int:
    """A callback a packet, dpkt, a dict of tuples: the first version of most monitors. Gives the IP bytes."""
    counted: dict[tuple[int, bytes, bytes, int, int], int] = {}

    def count(_header: object, data: bytes) -> None:
        ip = dpkt.ethernet.Ethernet(data).data
        if isinstance(ip, dpkt.ip.IP):
            protocol, length = ip.p, ip.len
        elif isinstance(ip, dpkt.ip6.IP6):
            protocol, length = ip.nxt, ip.plen + 40
        else:
            return
        key = (protocol, ip.src, ip.dst, ip.data.sport, ip.data.dport)
        counted[key] = counted.get(key, 0) + length

    pcapy.open_offline(str(path)).loop(0, count)
    return sum(counted.values())


def measure() -> list[Row]:
    """Give the rows of the table: µs of CPU a packet, compared with the naive loop on the same packets."""
    with tempfile.TemporaryDirectory() as directory:
        return [
            *_known_flows(Path(directory, "known.pcap"), traffic()),
            *_new_flows(Path(directory, "new.pcap"), traffic(PACKETS // 4, PACKETS // 4)),
        ]


def _known_flows(path: Path, frames: list[bytes]) -> Iterator[Row]:
    write_pcap(path, frames)
    naive = _cost(lambda: count_naively(path), frames, _NAIVE_RUNS)
    for size in BATCH_SIZES:
        batches = read_batches(path, size)
        yield _row(f"from memory, {size} a batch", _cost(lambda batches=batches: count_batches(batches), frames), naive)
    for size in BATCH_SIZES:
        yield _row(f"from a file, {size} a batch", _cost(lambda size=size: count_file(path, size), frames), naive)
    yield "naive: from a file, pcapy.loop + dpkt + dict (µs)", naive, None, None


def _new_flows(path: Path, frames: list[bytes]) -> Iterator[Row]:
    write_pcap(path, frames)
    naive = _cost(lambda: count_naively(path), frames, _NAIVE_RUNS)
    cost = _cost(lambda: count_file(path, BATCH_SIZES[0]), frames)
    yield "new flows, four packets in five (µs)", cost, None, naive / cost
    yield "naive: new flows, pcapy.loop + dpkt + dict (µs)", naive, None, None


def _cost(way: Callable[[], int], frames: list[bytes], runs: int = _RUNS) -> float:
    """µs of CPU a packet, of the fastest run. Raises AssertionError if a run counts other bytes than were sent."""
    sent_bytes = sum(len(frame) - 14 for frame in frames)
    fastest = float("inf")
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        counted_bytes = way()
        fastest = min(fastest, time.process_time() - start)
        assert counted_bytes == sent_bytes
    return fastest / len(frames) * 1e6


def _row(name: str, cost: float, naive: float) -> Row:
    return f"{name} (µs)", cost, BUDGET_MICROSECONDS, naive / cost
