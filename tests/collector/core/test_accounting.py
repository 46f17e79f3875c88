from dataclasses import replace

import pytest

from netmon_collector.core.accounting import Accountant, Cell
from netmon_collector.core.fragments import MAX_DATAGRAMS
from netmon_collector.core.packet import TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, Packet
from tests.support import frames as make
from tests.support.frames import UDP, batch
from tests.support.recording_book import RecordingBook, accounted, key_of, totals

UDP_FRAME = make.ethernet(make.ipv4(make.udp(payload=bytes(20))))
UDP_KEY = (17, make.IP_A, make.IP_B, 40000, 53)
TCP_KEY = (6, make.IP_A, make.IP_B, 40000, 443)


def tcp_frame(flags: int = TCP_ACK, payload: bytes = b"") -> bytes:
    return make.ethernet(make.ipv4(make.tcp(flags=flags, payload=payload), make.TCP))


def test_tagged_frames_and_options_share_the_cell_of_their_flow() -> None:
    plain = make.ipv4(make.udp())
    accountant, book = accounted(
        batch(
            [
                make.ethernet(make.vlan(plain), 0x8100),
                make.ethernet(plain),
                make.ethernet(make.ipv4(make.udp(), options=b"\1" * 4)),
            ]
        )
    )
    assert totals(accountant) == {UDP_KEY: (3, 28 + 28 + 32)}
    assert len(book.opened) == 1


def lie(claimed: int) -> bytes:
    """Give a short frame whose IP header claims so many bytes."""
    return make.ethernet(make.ipv4(make.udp(payload=bytes(20)), total_length=claimed))


LIES = [
    lie(49),
    lie(0xFFFF),
    make.ethernet(make.ipv4(make.tcp(flags=TCP_SYN), make.TCP, total_length=0xFFFF)),
    make.ethernet(make.ipv6(make.udp(), payload_length=0xFFFF), 0x86DD),
    make.ethernet(make.ipv6(make.jumbo(UDP, make.udp(), length=524_000), 0, payload_length=0), 0x86DD),
]


@pytest.mark.parametrize("frame", LIES)
def test_a_whole_frame_that_claims_more_than_it_has_counts_nothing_and_is_told(frame: bytes) -> None:
    honest = make.ethernet(make.ipv6(make.udp()), 0x86DD)
    frames = batch([UDP_FRAME, honest, frame, UDP_FRAME, frame, honest])
    accountant, _ = accounted(replace(frames, whole_below=128))
    assert {packets for packets, _ in totals(accountant).values()} == {2}
    assert sum(byte_count for _, byte_count in totals(accountant).values()) == 2 * (48 + 48)
    assert dict(accountant.malformed) == {"longer_than_frame": 2}
    assert accountant.unreadable("eth0") == (2, 2 * len(frame))


def test_what_was_cut_and_what_the_link_padded_counts_as_the_header_says() -> None:
    cut = make.ethernet(make.ipv4(make.udp(payload=bytes(86)), total_length=1_500))
    padded = UDP_FRAME + bytes(18)
    accountant, _ = accounted(replace(batch([cut, padded]), whole_below=128))
    assert totals(accountant) == {UDP_KEY: (2, 1_548)}
    accountant, _ = accounted(batch([lie(1_500)]))  # of a file, which may have been cut anywhere
    assert totals(accountant) == {UDP_KEY: (1, 1_500)}


# --- What the book hears ---------------------------------------------------------------------


def test_the_first_packet_of_a_key_opens_a_cell_with_its_own_time() -> None:
    _, book = accounted(batch([tcp_frame(), tcp_frame(), UDP_FRAME, UDP_FRAME], first_time=1_000))
    assert [(key_of(packet), packet.time) for packet in book.opened] == [(TCP_KEY, 1_000.5), (UDP_KEY, 1_002.5)]


def test_each_interface_has_cells_of_its_own() -> None:
    accountant, book = accounted(batch([UDP_FRAME], interface="a"), batch([UDP_FRAME], interface="b"))
    assert len(book.opened) == len(list(accountant.cells())) == 2


def test_a_first_packet_with_syn_opens_and_is_no_control() -> None:
    accountant, book = accounted(batch([tcp_frame(TCP_SYN), tcp_frame()]))
    assert book.opened[0].tcp_flags == TCP_SYN
    assert book.controlled == []
    assert totals(accountant) == {TCP_KEY: (2, 80)}


@pytest.mark.parametrize("flags", [TCP_SYN, TCP_SYN | TCP_ACK, TCP_FIN | TCP_ACK, TCP_RST])
def test_the_book_hears_of_control_before_the_packet_is_counted_once(flags: int) -> None:
    accountant, book = accounted(batch([tcp_frame(), tcp_frame(flags), tcp_frame()]))
    assert book.controlled == [(TCP_KEY, flags, 1)]
    assert totals(accountant) == {TCP_KEY: (3, 120)}


def test_a_new_connection_on_the_same_endpoints_gets_the_packets_from_its_syn_on() -> None:
    accountant, book = accounted(batch([tcp_frame(payload=bytes(100)), tcp_frame()]))
    old = next(iter(accountant.cells()))
    book.begins_anew = True
    accountant.add_batch(batch([tcp_frame(TCP_SYN), tcp_frame()]))
    assert (old.packets, old.bytes) == (2, 180)
    assert [(cell.packets, cell.bytes) for cell in accountant.cells()] == [(2, 80)]


def test_a_cell_that_was_read_and_zeroed_goes_on_counting() -> None:
    accountant, _ = accounted(batch([UDP_FRAME]))
    cell = next(iter(accountant.cells()))
    cell.bytes = cell.packets = 0
    accountant.add_batch(batch([UDP_FRAME, UDP_FRAME]))
    assert (cell.packets, cell.bytes) == (2, 96)


def test_a_dropped_cell_is_asked_for_anew() -> None:
    accountant, book = accounted(batch([UDP_FRAME]))
    cell = next(iter(accountant.cells()))
    accountant.drop(cell)
    accountant.drop(cell)
    assert list(accountant.cells()) == []
    accountant.add_batch(batch([UDP_FRAME, UDP_FRAME]))
    assert len(book.opened) == 2
    assert (cell.packets, totals(accountant)) == (1, {UDP_KEY: (2, 96)})


def test_dropping_an_old_cell_leaves_the_new_one_of_its_key() -> None:
    accountant, book = accounted(batch([tcp_frame()]))
    old = next(iter(accountant.cells()))
    book.begins_anew = True
    accountant.add_batch(batch([tcp_frame(TCP_SYN)]))
    accountant.drop(old)
    assert len(list(accountant.cells())) == 1


def test_the_book_may_drop_cells_while_it_opens_one() -> None:
    class SmallBook(RecordingBook):
        """Has room for one flow."""

        accountant: Accountant[Packet]

        def open_cell(self, packet: Packet, interface: str) -> Cell[Packet]:
            for cell in list(self.accountant.cells()):
                self.accountant.drop(cell)
            return super().open_cell(packet, interface)

    book = SmallBook()
    book.accountant = Accountant(book)
    book.accountant.add_batch(batch([UDP_FRAME, tcp_frame(), UDP_FRAME, UDP_FRAME]))
    assert totals(book.accountant) == {UDP_KEY: (2, 96)}
    assert len(book.opened) == 3


def test_cleared_cells_are_all_asked_for_anew() -> None:
    accountant, book = accounted(batch([UDP_FRAME, tcp_frame()]))
    accountant.clear_cells()
    assert list(accountant.cells()) == []
    accountant.add_batch(batch([UDP_FRAME, tcp_frame()]))
    assert len(book.opened) == 4


def test_a_folded_interface_leaves_nothing_but_what_was_no_ip() -> None:
    arp = make.ethernet(bytes(28), 0x0806)
    accountant, _ = accounted(batch([UDP_FRAME, arp], interface="veth1"), batch([UDP_FRAME, arp]))
    accountant.fold_interface("veth1", "earlier")
    accountant.fold_interface("veth1", "earlier")
    assert len(list(accountant.cells())) == 1
    assert accountant.last_packet_time("veth1") is None
    assert accountant.non_ip("earlier") == accountant.non_ip("eth0") == (1, len(arp))


# --- Fragments -------------------------------------------------------------------------------


def fragments(identification: int = 1) -> tuple[bytes, bytes, bytes]:
    whole = make.udp(payload=bytes(40))
    return (
        make.ethernet(make.ipv4(whole[:24], fragment=make.MORE_FRAGMENTS, identification=identification)),
        make.ethernet(make.ipv4(whole[24:32], fragment=make.MORE_FRAGMENTS | 3, identification=identification)),
        make.ethernet(make.ipv4(whole[32:], fragment=4, identification=identification)),
    )


def test_later_fragments_follow_their_first_one() -> None:
    accountant, book = accounted(batch(fragments()))
    assert totals(accountant) == {UDP_KEY: (3, 60 + 48)}
    assert book.uncelled == []


def test_fragments_of_a_protocol_without_ports_share_its_cell() -> None:
    first = make.ethernet(make.ipv4(bytes(16), 89, fragment=make.MORE_FRAGMENTS))
    later = make.ethernet(make.ipv4(bytes(16), 89, fragment=2))
    accountant, book = accounted(batch([first, later]))
    assert totals(accountant) == {(89, make.IP_A, make.IP_B, -1, -1): (2, 72)}
    assert not book.opened[0].is_later_fragment


def test_a_later_fragment_before_its_first_one_has_no_cell() -> None:
    first, second, third = fragments()
    accountant, book = accounted(batch([second, first, third]))
    assert totals(accountant) == {UDP_KEY: (2, 44 + 36)}
    assert [(packet.length, packet.is_later_fragment) for packet in book.uncelled] == [(28, True)]


def test_a_flood_of_later_fragments_leaves_nothing_behind() -> None:
    accountant, book = accounted(batch(fragments(number)[1] for number in range(5_000)))
    assert len(book.uncelled) == 5_000
    assert list(accountant.cells()) == []
    assert len(accountant._fragments) == 0


def test_a_flood_of_first_fragments_keeps_the_table_bounded() -> None:
    accountant, _ = accounted(batch(fragments(number)[0] for number in range(5_000)))
    assert len(accountant._fragments) == MAX_DATAGRAMS
    assert totals(accountant)[UDP_KEY][0] == 5_000


# --- What is told of interfaces --------------------------------------------------------------


def test_an_empty_batch_changes_nothing() -> None:
    accountant, _ = accounted(batch([]))
    assert accountant.packet_count == 0
    assert accountant.last_packet_time("eth0") is None


def test_frames_without_ip_are_counted_with_their_captured_bytes() -> None:
    accountant, _ = accounted(batch([make.ethernet(bytes(46), 0x0806), UDP_FRAME]))
    assert accountant.non_ip("eth0") == (1, 60)
    assert accountant.non_ip("eth9") == (0, 0)


def test_malformed_frames_are_counted_by_reason() -> None:
    accountant, book = accounted(batch([b"", UDP_FRAME[:30], b"\1", UDP_FRAME]), batch([UDP_FRAME], link_type=105))
    assert accountant.malformed == {
        "truncated_link_header": 2,
        "truncated_ip_header": 1,
        "unknown_link_type": 1,
    }
    assert len(book.opened) == 1
    assert accountant.packet_count == 5


def test_a_packet_of_unknown_length_counts_and_is_named() -> None:
    accountant, _ = accounted(batch([make.ipv4(make.tcp(), make.TCP, total_length=0)], link_type=101))
    assert accountant.malformed == {"length_unknown": 1}
    assert totals(accountant) == {TCP_KEY: (1, 40)}


def test_the_newest_frame_and_the_link_header_are_known() -> None:
    accountant, _ = accounted(
        batch([UDP_FRAME] * 3, first_time=50), batch([make.ipv4(make.udp())], link_type=12, interface="tun")
    )
    assert accountant.last_packet_time("eth0") == 52.5
    assert (accountant.link_header_bytes("eth0"), accountant.link_header_bytes("tun")) == (14, 0)
    assert accountant.link_header_bytes("eth9") == 0
