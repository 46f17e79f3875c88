import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import Process, Protocol
from netmon_collector.core.first_packets import FirstPacket, FirstSocket
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Question
from netmon_collector.finding.requests import (
    QUESTIONS_AT_ONCE,
    WANTED_AT_ONCE,
    Kind,
    decode,
    encode_find,
    encode_foreign,
    encode_listing,
    encode_ping,
    encode_see,
)

addresses = st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)
ports = st.integers(NO_PORT, 65_535)
times = st.floats(0, 1e10)
keys = st.builds(
    FlowKey,
    st.sampled_from(Protocol),
    st.integers(0, 255),
    addresses,
    ports,
    addresses | st.just(b""),
    ports,
    st.just(""),
)
owners = st.builds(
    Process,
    id=st.text("abcdef0123456789-", min_size=1, max_size=79),
    pid=st.integers(1, 2**22),
    start_time=times,
    name=st.just(""),
)
questions = st.builds(
    Question, st.text(), keys, times, st.none() | times, st.integers(0, 2**64 - 1), st.none() | owners, st.booleans()
)
words = st.integers(0, 2**32 - 1)
long_words = st.integers(0, 2**64 - 1)
sockets = st.builds(FirstSocket, long_words, st.integers(1, 2**32 - 1), words, long_words)
packets = st.builds(FirstPacket, keys, times, st.booleans(), st.none() | sockets)


@given(st.lists(questions, max_size=5))
def test_questions_are_read_as_they_were_asked_but_for_their_ids(asked: list[Question]) -> None:
    read = decode(encode_find(asked))
    assert read.kind is Kind.FIND
    assert read.questions == tuple(each._replace(id=str(number)) for number, each in enumerate(asked))


@given(st.lists(packets, max_size=5))
def test_first_packets_are_read_as_they_were_told(told: list[FirstPacket]) -> None:
    assert decode(encode_see(told)).packets == tuple(told)


@given(st.sets(addresses, max_size=9))
def test_wanted_addresses_are_read_as_they_were_named(wanted: set[bytes]) -> None:
    assert decode(encode_foreign(list(wanted))).wanted == wanted


@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_listing_may_be_asked_for_without_caches(is_fresh: bool) -> None:
    read = decode(encode_listing(is_fresh=is_fresh))
    assert (read.kind, read.is_fresh) == (Kind.LIST, is_fresh)


def test_a_sign_of_life_is_asked_for_with_nothing_else() -> None:
    read = decode(encode_ping())
    assert (read.kind, read.questions) == (Kind.PING, ())


def test_as_many_questions_as_are_given_out_at_once_fit_into_one_message() -> None:
    key = FlowKey(Protocol.TCP, 6, bytes(16), 1, bytes(16), 2)
    owner = Process(id="i" * 79, pid=1, start_time=1.0, name="")
    message = encode_find([Question("", key, 1.0, 2.0, 3, owner)] * QUESTIONS_AT_ONCE)
    assert len(message) <= 180_000
    assert len(encode_foreign([bytes(16)] * WANTED_AT_ONCE)) <= 180_000


@pytest.mark.parametrize("name", ["i" * 80, "é"])
def test_an_owner_whose_id_does_not_fit_is_left_out(name: str) -> None:
    key = FlowKey(Protocol.TCP, 6, bytes(4), 1, bytes(4), 2)
    owner = Process(id=name, pid=1, start_time=1.0, name="")
    assert decode(encode_find([Question("", key, 1.0, owner=owner)])).questions[0].owner is None


def damaged(at: int, value: bytes) -> bytes:
    key = FlowKey(Protocol.TCP, 6, bytes(4), 1, bytes(4), 2)
    message = bytearray(encode_find([Question("", key, 1.0)]))
    message[at : at + len(value)] = value
    return bytes(message)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        encode_listing(is_fresh=False)[:-1],
        encode_listing(is_fresh=False) + b"x",
        encode_ping() + b"x",
        damaged(0, b"\x09"),  # no such kind
        damaged(2, b"\xff\xff"),  # more than follow
        damaged(4, b"\x63"),  # no such protocol
        damaged(6, b"\x05"),  # no length of an address
        damaged(8, struct.pack("=i", 65_536)),
        damaged(4 + 44, struct.pack("=d", float("nan"))),
        damaged(4 + 44, struct.pack("=d", float("inf"))),
        damaged(4 + 44 + 8, struct.pack("=d", -1.0)),
        damaged(4 + 44 + 24, struct.pack("=i", -1)),
    ],
)
def test_what_nobody_asks_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any text will do
        decode(message)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_request_or_a_value_error(message: bytes) -> None:
    try:
        decode(message)
    except ValueError:
        return
