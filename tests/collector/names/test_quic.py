import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.quic import (
    LIFETIME_SECONDS,
    MAX_PACKETS,
    InitialCollector,
    InitialTable,
    is_initial,
)
from netmon_collector.names.quic_packet import VERSIONS, derive_client_keys
from netmon_collector.names.tls import ClientHello
from tests.support import name_messages as make
from tests.support.quic_clients import first_datagrams
from tests.support.rfc_initials import CRYPTO_FRAME, DESTINATION_ID

HELLO = make.named_hello()
NAMED = ClientHello(server_name="example.org", alpn=("h3",))
LONG = make.client_hello(make.server_name_extension(b"example.org"), (51, bytes(2_500)), make.alpn_extension("h3"))
V2 = 0x6B3343CF
OWN_ID = bytes(range(8))

versions = pytest.mark.parametrize("version", VERSIONS)


def cut(message: bytes, size: int) -> list[bytes]:
    """The message as CRYPTO frames of at most ``size`` bytes."""
    return [make.crypto_frame(begin, message[begin : begin + size]) for begin in range(0, len(message), size)]


@pytest.mark.parametrize("version", [1, V2])
def test_what_aioquic_sends_is_read(version: int) -> None:
    datagrams = first_datagrams("QUIC.example.org", version=version)
    assert all(map(is_initial, datagrams))
    assert InitialCollector().add(datagrams[0]) == ClientHello(server_name="quic.example.org", alpn=("h3",))


@pytest.mark.parametrize("version", [1, V2])
def test_a_long_hello_of_aioquic_is_put_together_in_any_order(version: int) -> None:
    protocols = tuple(f"protocol-{index:03}" for index in range(200))
    datagrams = first_datagrams("quic.example.org", version=version, protocols=protocols)
    assert len(datagrams) > 1
    for order in (datagrams, datagrams[::-1]):
        collector = InitialCollector()
        *early, last = [collector.add(datagram) for datagram in order]
        assert set(early) == {None}
        assert last is not None
        assert last.server_name == "quic.example.org"


def test_the_sample_of_rfc_9001_is_read() -> None:
    packet = make.seal_initial(CRYPTO_FRAME, destination_id=DESTINATION_ID)
    assert InitialCollector().add(packet) == ClientHello(server_name="example.com", alpn=("alpn",))


@versions
def test_frames_may_be_shuffled_cut_small_and_repeated(version: int) -> None:
    generator = random.Random(3)
    frames = cut(HELLO, 7)
    for _ in range(20):
        shuffled = frames * 2
        generator.shuffle(shuffled)
        assert InitialCollector().add(make.seal_initial(b"\1\0\0".join(shuffled), version=version)) == NAMED


@versions
def test_a_hello_over_several_packets_waits_for_all(version: int) -> None:
    collector = InitialCollector()
    first, second, third = (
        make.seal_initial(frame, version=version, number=n) for n, frame in enumerate(cut(LONG, 1000))
    )
    assert collector.add(third) is None
    assert collector.add(first) is None
    assert collector.held_bytes == len(LONG) - 1000
    assert collector.add(second) == NAMED
    assert (collector.is_done, collector.held_bytes) == (True, 0)
    assert collector.add(first) is None


def test_packets_in_one_datagram_are_all_read() -> None:
    parts = [make.seal_initial(frame, size=700, number=n) for n, frame in enumerate(cut(HELLO, 60))]
    assert InitialCollector().add(b"".join(parts) + b"\x40short header") == NAMED


def test_the_first_keys_stay_when_the_server_has_chosen_its_id() -> None:
    collector = InitialCollector()
    keys = derive_client_keys(1, OWN_ID)
    early, late = cut(HELLO, 60)
    collector.add(make.seal_initial(early))
    assert collector.add(make.seal_initial(late, destination_id=b"server's", keys=keys)) == NAMED


def test_after_a_retry_the_keys_are_new() -> None:
    collector = InitialCollector()
    early, late = cut(HELLO, 60)
    collector.add(make.seal_initial(early))
    assert collector.add(make.seal_initial(late, destination_id=b"retried", token=b"token")) == NAMED


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x40" + bytes(1_200),
        make.seal_initial(CRYPTO_FRAME, keys=derive_client_keys(1, b"server's")),
        make.seal_initial(b"\x08\0\0\0"),
        make.seal_initial(make.crypto_frame(0, b"\2")),
    ],
)
def test_what_cannot_be_read_is_refused(datagram: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        InitialCollector().add(datagram)


def test_a_packet_that_cannot_be_opened_spoils_nothing() -> None:
    collector = InitialCollector()
    early, late = cut(HELLO, 60)
    collector.add(make.seal_initial(early))
    with pytest.raises(ValueError, match="do not open"):
        collector.add(make.seal_initial(late, keys=derive_client_keys(1, b"server's")))
    assert collector.add(make.seal_initial(late)) == NAMED


def test_a_connection_is_given_up_after_many_packets() -> None:
    collector = InitialCollector()
    for number in range(MAX_PACKETS):
        assert not collector.is_done
        assert collector.add(make.seal_initial(b"\1", number=number)) is None
    assert collector.is_done


def test_what_is_held_of_one_connection_is_bounded() -> None:
    collector = InitialCollector()
    for number in range(MAX_PACKETS - 1):
        collector.add(make.seal_initial(make.crypto_frame(5 + number * 1_100, bytes(1_100)), number=number))
    assert collector.held_bytes <= 16_384


def test_a_table_keeps_connections_apart() -> None:
    table = InitialTable()
    early, late = (make.seal_initial(frame) for frame in cut(HELLO, 60))
    assert table.add("a", early, 0.0) is None
    assert table.add("b", late, 0.0) is None
    assert table.add("a", late, 0.1) == NAMED
    assert table.add("a", late, 0.2) is None
    assert table.add("b", early, 0.2) == NAMED


def test_a_table_begins_anew_after_a_while() -> None:
    table = InitialTable()
    early, late = (make.seal_initial(frame) for frame in cut(HELLO, 60))
    table.add("a", early, 0.0)
    assert table.add("a", late, LIFETIME_SECONDS + 1) is None
    assert table.add("a", early, LIFETIME_SECONDS + 2) == NAMED


def test_a_table_is_bounded_and_remembers_nothing_that_begins_nothing() -> None:
    table = InitialTable(max_connections=3)
    for key in range(10):
        table.add(key, make.seal_initial(b"\1"), 0.0)
        with pytest.raises(ValueError, match="do not open"):
            table.add(-1 - key, make.seal_initial(b"\1", keys=derive_client_keys(1, b"server's")), 0.0)
    assert len(table) == 3
    table.forget(9)
    table.forget(9)
    assert len(table) == 2


@given(st.binary(max_size=300), st.sampled_from(sorted(VERSIONS)))
def test_any_frames_give_a_value_or_value_error(frames: bytes, version: int) -> None:
    collector = InitialCollector()
    try:
        hello = collector.add(make.seal_initial(frames, version=version, size=300))
    except ValueError:
        return
    assert hello is None or hello.server_name.isprintable()


@given(st.lists(st.tuples(st.integers(0, 1_199), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 1_200))
def test_a_damaged_datagram_gives_a_value_or_value_error(damage: list[tuple[int, int]], size: int) -> None:
    datagram = bytearray(make.seal_initial(CRYPTO_FRAME))
    for offset, byte in damage:
        datagram[offset] = byte
    try:
        hello = InitialCollector().add(bytes(datagram[:size]))
    except ValueError:
        return
    assert hello is None or hello.server_name == "example.com"


def test_connections_of_one_port_are_told_apart_also_while_they_begin_together() -> None:
    table = InitialTable()
    other = make.client_hello(make.server_name_extension(b"other.example"), make.alpn_extension("h3"))
    mine = [make.seal_initial(frame, number=n) for n, frame in enumerate(cut(HELLO, 60))]
    theirs = [make.seal_initial(frame, number=n, destination_id=b"another!") for n, frame in enumerate(cut(other, 60))]
    assert table.add("a", mine[0], 0.0) is None
    assert table.add("a", theirs[0], 0.0) is None
    first, *_ = [hello for datagram in mine[1:] if (hello := table.add("a", datagram, 0.1))]
    second, *_ = [hello for datagram in theirs[1:] if (hello := table.add("a", datagram, 0.1))]
    assert (first, second.server_name) == (NAMED, "other.example")


def test_what_comes_under_the_servers_id_is_of_the_connection_whose_keys_open_it() -> None:
    table = InitialTable()
    keys = derive_client_keys(1, OWN_ID)
    early, late = cut(HELLO, 60)
    table.add("a", make.seal_initial(early), 0.0)
    assert table.add("a", make.seal_initial(late, destination_id=b"server's", keys=keys), 0.1) == NAMED
    assert len(table) == 1


def test_one_port_that_begins_many_connections_holds_a_few() -> None:
    table = InitialTable()
    for number in range(50):
        table.add("a", make.seal_initial(b"\1", destination_id=number.to_bytes(8)), 0.0)
    assert len(table) == 4
