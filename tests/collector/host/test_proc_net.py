import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import ConnectionState, Protocol
from netmon_collector.host.proc_net import decode_endpoint, decode_line, parse_table

HEADER = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LISTEN = (
    b"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0"
    b" 1151 1 00000000b6aac276 100 0 0 10 0                      \n"
)
TIME_WAIT = (
    b"  17: 0100007F:8002 0100007F:9F95 06 00000000:00000000 03:0000176C 00000000     0        0 0 3 0000000010312968\n"
)
MAPPED = (
    b"   3: 0000000000000000FFFF00000100007F:01BB 0000000000000000FFFF00000100007F:9E49 01"
    b" 00000000:00000000 00:00000000 00000000     0        0 99 1 00000000 20 4 30 10 -1\n"
)
UDP6 = (
    b" 1234: 000080FE00000000FF00FC00010000FE:0222 00000000000000000000000000000000:0000 07"
    b" 00000000:00000000 00:00000000 00000000   101        0 77 2 0000000000000000 0\n"
)


def test_a_table_is_split_into_its_sockets() -> None:
    listener, time_wait = parse_table(HEADER + LISTEN + TIME_WAIT)
    assert listener == (b"0100007F:1F90", b"00000000:0000", b"0A", b"1151")
    assert time_wait == (b"0100007F:8002", b"0100007F:9F95", b"06", b"0")


def test_a_listener_has_no_peer() -> None:
    row = decode_line(parse_table(HEADER + LISTEN)[0], Protocol.TCP, ())
    assert (row.local_address, row.local_port) == (socket.inet_aton("127.0.0.1"), 8080)
    assert row.remote_address is None
    assert row.state is ConnectionState.LISTEN
    assert row.process_id == ""


def test_a_mapped_address_is_given_as_ipv4_and_the_first_holder_as_owner() -> None:
    row = decode_line(parse_table(HEADER + MAPPED)[0], Protocol.TCP, ("a", "b", "c"))
    assert row.local_address == row.remote_address == socket.inet_aton("127.0.0.1")
    assert (row.local_port, row.remote_port) == (443, 40521)
    assert row.state is ConnectionState.ESTABLISHED
    assert (row.process_id, row.holder_ids) == ("a", ("b", "c"))


def test_udp_has_no_state() -> None:
    row = decode_line(parse_table(HEADER + UDP6)[0], Protocol.UDP, ())
    assert row.local_address == socket.inet_pton(socket.AF_INET6, "fe80::fc:ff:fe00:1")
    assert row.state is ConnectionState.UNSPECIFIED


def test_a_torn_line_is_left_out() -> None:
    assert len(parse_table(HEADER + LISTEN + TIME_WAIT[:60])) == 1
    assert parse_table(HEADER) == []
    assert parse_table(b"") == []


@pytest.mark.parametrize("text", [b"0100007F", b"0100:1F90", b"xx:1", b""])
def test_an_endpoint_of_another_shape_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode_endpoint(text)


@given(st.binary(max_size=300))
def test_no_text_breaks_the_parser(text: bytes) -> None:
    for line in parse_table(HEADER + text + b"\n" + LISTEN):
        decode_line(line, Protocol.TCP, ())
