"""A book that writes down what the accounting asks, and the totals that come of it."""

from netmon_collector.core.accounting import Accountant, Cell
from netmon_collector.core.batch import Batch
from netmon_collector.core.packet import Packet

Key = tuple[int, bytes, bytes, int, int]


def key_of(packet: Packet) -> Key:
    return (packet.ip_protocol, packet.source, packet.destination, packet.source_port, packet.destination_port)


class RecordingBook:
    """Writes down what the accounting asks. A cell's owner is the packet that opened it."""

    def __init__(self) -> None:
        self.opened: list[Packet] = []
        self.controlled: list[tuple[Key, int, int]] = []
        """Key, flags, and how many packets the cell held when the book heard of them."""
        self.uncelled: list[Packet] = []
        self.begins_anew = False

    def open_cell(self, packet: Packet, interface: str) -> Cell[Packet]:
        self.opened.append(packet)
        return Cell(packet)

    def control(self, cell: Cell[Packet], packet: Packet, interface: str) -> Cell[Packet]:
        self.controlled.append((key_of(packet), packet.tcp_flags, cell.packets))
        return Cell(packet) if self.begins_anew else cell

    def count_uncelled(self, packet: Packet, interface: str) -> None:
        self.uncelled.append(packet)


def accounted(*batches: Batch) -> tuple[Accountant[Packet], RecordingBook]:
    book = RecordingBook()
    accountant = Accountant(book)
    for one in batches:
        accountant.add_batch(one)
    return accountant, book


def totals(accountant: Accountant[Packet]) -> dict[Key, tuple[int, int]]:
    counts = {key_of(cell.owner): (cell.packets, cell.bytes) for cell in accountant.cells()}
    assert len(counts) == len(list(accountant.cells()))
    return counts
