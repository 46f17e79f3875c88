"""Rows of sockets."""

from dataclasses import replace

from tests.support.wire import HERE, raw_row, tcp_row, udp_row


def test_a_row_tells_its_ip_protocol() -> None:
    datagram = udp_row((HERE, 53))
    assert [row.number for row in (tcp_row((HERE, 80)), datagram, raw_row(47))] == [6, 17, 47]
    assert replace(datagram, ip_protocol=136).number == 136
