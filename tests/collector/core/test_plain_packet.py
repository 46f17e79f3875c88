"""The short way to a packet gives what the full parser gives."""

from dataclasses import replace

from hypothesis import given

from netmon_collector.core.accounting import Accountant, Cell
from netmon_collector.core.frames import Frame, parse_frame
from netmon_collector.core.layouts import LAYOUTS
from netmon_collector.core.packet import TCP_SYN, Packet
from netmon_collector.core.plain_packet import plain_packet
from tests.collector.core.test_quick_road import traffic
from tests.support import frames as make
from tests.support.frames import batch


class PacketBook:
    """Keeps every packet that it is told of."""

    def __init__(self) -> None:
        self.told: list[Packet] = []

    def open_cell(self, packet: Packet, interface: str) -> Cell[None]:
        self.told.append(replace(packet))
        return Cell(None)

    def control(self, cell: Cell[None], packet: Packet, interface: str) -> Cell[None]:
        self.told.append(replace(packet))
        return cell

    def count_uncelled(self, packet: Packet, interface: str) -> None:
        self.told.append(replace(packet))


@given(traffic())
def test_the_book_is_told_what_the_full_parser_reads(sample: tuple[int, list[bytes]]) -> None:
    link_type, frames = sample
    book = PacketBook()
    Accountant(book).add_batch(batch(frames, link_type=link_type))
    parsed = [parse_frame(frame, 0, len(frame), link_type, 1_000.5 + number) for number, frame in enumerate(frames)]
    whole = {one.packet.time: one.packet for one in parsed if isinstance(one, Frame) and not one.fragment_key}
    assert all(packet == whole[packet.time] for packet in book.told if packet.time in whole)


def test_a_tcp_header_that_ends_behind_its_packet_is_for_the_full_parser() -> None:
    layout = LAYOUTS[1]
    frame = make.ethernet(make.ipv4(make.tcp(flags=make.SYN), make.TCP, total_length=33))
    key = frame[26:38]
    short = plain_packet(frame, 0, len(frame), layout, time=1.0, protocol=6, length=33, key=key)
    whole = plain_packet(frame, 0, len(frame), layout, time=1.0, protocol=6, length=40, key=key)
    assert short is None
    assert whole is not None
    assert whole.tcp_flags == TCP_SYN
