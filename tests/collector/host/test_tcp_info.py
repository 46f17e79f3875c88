"""The kernel's counts of TCP sockets: on real sockets, and on bytes of older kernels."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.flow import Told
from netmon_collector.core.tcp_counts import SocketCounts
from netmon_collector.host.tcp_info import (
    TcpInfo,
    TcpInfoReader,
    counts_of,
    find_info,
    has_tcp_info,
    read_info,
    told_of,
)

MEGABYTE = 1 << 20


def info_bytes(size: int = 280) -> bytes:
    """A recorded layout: 4.2 ms, 3 sent again, 5,001 acknowledged, 7,001 received, 6,000 sent of which 1,000 twice."""
    fields = {68: ("=I", 4200), 100: ("=I", 3), 120: ("=Q", 5001), 128: ("=Q", 7001), 200: ("=Q", 6000)}
    fields[208] = ("=Q", 1000)
    data = bytearray(b"\xaa" * 280)
    for at, (form, value) in fields.items():
        struct.pack_into(form, data, at, value)
    return bytes(data[:size])


def message(info: bytes | None, *, state: int = 1, before: bytes = b"\x05\x00\x08\x00\x00\x00\x00\x00") -> bytes:
    """A ``struct inet_diag_msg`` of 192.0.2.1:4000 to 198.51.100.2:443, then attributes."""
    ends = struct.pack("!HH", 4000, 443) + bytes((192, 0, 2, 1)).ljust(16, b"\0") + bytes((198, 51, 100, 2)).ljust(16)
    head = bytes((socket.AF_INET, state, 0, 0)) + ends + struct.pack("=IQ", 0, 4711) + bytes(20)
    assert len(head) == 72
    return head + before + (b"" if info is None else struct.pack("=HH", 4 + len(info), 2) + info)


def read(info: bytes, state: int = 1) -> SocketCounts:
    data = message(info, state=state)
    at, length = find_info(data, 0, len(data))
    return counts_of(data, 0, read_info(data, at + 4, length - 4))


def test_payload_is_counted_once_and_without_what_was_sent_again() -> None:
    row = read(info_bytes())
    assert row.told == Told(5000, 7001, 0.0042, 3)
    assert (row.local_port, row.remote_port, row.cookie) == (4000, 443, 4711)
    assert (row.local_address, row.remote_address) == (bytes((192, 0, 2, 1)), bytes((198, 51, 100, 2)))


@pytest.mark.parametrize("state", [8, 9, 11])
def test_the_other_sides_fin_is_no_payload(state: int) -> None:
    assert read(info_bytes(), state).told.received_payload_bytes == 7000


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (216, Told(5000, 7001, 0.0042, 3)),  # Linux 4.19
        (192, Told(None, 7001, 0.0042, 3)),
        (136, Told(None, 7001, 0.0042, 3)),  # 4.1
        (104, Told(None, None, 0.0042, 3)),  # 2.6
    ],
)
def test_what_an_older_kernel_does_not_have_is_not_known(size: int, told: Told) -> None:
    assert read(info_bytes(size)).told == told


def test_a_round_trip_that_nobody_measured_is_not_known() -> None:
    assert told_of(TcpInfo(0, 0, 0, 0, 0, 0), 0).round_trip_seconds is None


def test_messages_without_counts_have_none() -> None:
    for data in (message(None), message(info_bytes(100)), message(None, before=b"\x03\x00\x02\x00")):
        assert find_info(data, 0, len(data)) == (0, 0)


@given(st.binary(max_size=400))
def test_any_attributes_are_read_inside_of_their_message(data: bytes) -> None:
    whole = bytes(72) + data
    at, length = find_info(whole, 0, len(whole))
    assert at + length <= len(whole)
    if at:
        assert counts_of(whole, 0, read_info(whole, at + 4, length - 4))


# With the kernel.


class Pair:
    """Both ends of a connection."""

    def __init__(self, address: str, family: socket.AddressFamily = socket.AF_INET) -> None:
        with socket.create_server((address, 0), family=family) as server:
            self.client = socket.create_connection(server.getsockname()[:2])
            self.accepted, _ = server.accept()
        ports = self.client.getsockname()[1], self.accepted.getsockname()[1]
        self.ends = [ports, ports[::-1]]  # others may have the client's port towards other ends

    def move(self, sent: int, received: int) -> None:
        self._send(self.client, self.accepted, sent)
        self._send(self.accepted, self.client, received)

    def close(self) -> None:
        self.client.close()
        self.accepted.close()

    @staticmethod
    def _send(source: socket.socket, sink: socket.socket, size: int) -> None:
        while size:
            step = min(size, 32_768)
            source.sendall(bytes(step))
            size -= step
            while step:
                step -= len(sink.recv(step))

    def counts(self, rows: list[SocketCounts]) -> list[Told]:
        found = {(row.local_port, row.remote_port): row.told for row in rows}
        return [found[each] for each in self.ends if each in found]


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_transfer_is_counted_to_the_byte_at_both_ends(family: socket.AddressFamily, address: str) -> None:
    pair = Pair(address, family)
    pair.move(MEGABYTE + 1, 3)
    client, accepted = pair.counts(TcpInfoReader().read())
    assert (client.sent_payload_bytes, client.received_payload_bytes) == (MEGABYTE + 1, 3)
    assert (accepted.sent_payload_bytes, accepted.received_payload_bytes) == (3, MEGABYTE + 1)
    assert client.retransmitted_packets == 0
    assert client.round_trip_seconds is not None
    assert 0 < client.round_trip_seconds < 1
    pair.close()


def test_a_half_closed_connection_is_counted_to_the_byte() -> None:
    pair = Pair("127.0.0.1")
    pair.move(10, 20)
    pair.client.shutdown(socket.SHUT_WR)
    assert pair.accepted.recv(1) == b""
    client, accepted = pair.counts(TcpInfoReader().read())
    assert (client.sent_payload_bytes, accepted.received_payload_bytes) == (10, 10)
    pair.close()


def test_only_sockets_that_moved_are_given_again_or_those_that_are_wanted() -> None:
    pair, still = Pair("127.0.0.1"), Pair("127.0.0.1")
    reader = TcpInfoReader()
    first = reader.read()
    assert len(pair.counts(first)) == len(still.counts(first)) == 2
    pair.move(5, 5)
    moved = reader.read()
    assert (len(pair.counts(moved)), len(still.counts(moved))) == (2, 0)
    [cookie] = [row.cookie for row in first if (row.local_port, row.remote_port) == still.ends[0]]
    reader.again([cookie])
    assert [row.cookie for row in reader.read() if row.cookie == cookie] == [cookie]
    for one in (pair, still):
        one.close()


def test_listeners_have_no_counts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not [row for row in TcpInfoReader().read() if row.local_port == port]


def test_this_system_has_counts() -> None:
    assert has_tcp_info()
