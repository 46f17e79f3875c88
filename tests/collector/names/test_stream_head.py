import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.stream_head import LIFETIME_SECONDS, MAX_STREAM_BYTES, StreamHeads
from netmon_collector.names.tls import parse_client_hello
from tests.support import name_messages as make

HELLO = make.in_records(make.client_hello(make.server_name_extension(b"example.org"), (51, bytes(3_000))))
NEAR_THE_END = (1 << 32) - 100


@pytest.mark.parametrize("begin", [1_000, NEAR_THE_END])
@pytest.mark.parametrize("has_syn", [True, False])
def test_a_hello_over_several_segments_is_put_together(begin: int, has_syn: bool) -> None:
    heads = StreamHeads()
    if has_syn:
        assert heads.add("a", begin - 1, b"", 0.0, is_syn=True) == b""
    head = b""
    for offset in range(0, len(HELLO), 1_000):
        assert parse_client_hello(head) is None
        head = heads.add("a", (begin + offset) % (1 << 32), HELLO[offset : offset + 1_000], 0.1)
    assert head == HELLO
    assert parse_client_hello(head) is not None


@pytest.mark.parametrize("has_syn", [True, False])
def test_segments_may_come_in_any_order_and_again(has_syn: bool) -> None:
    generator = random.Random(5)
    for _ in range(50):
        heads = StreamHeads()
        if has_syn:
            heads.add("a", NEAR_THE_END - 1, b"", 0.0, is_syn=True)
        offsets = [*range(0, len(HELLO), 300)] * 2
        generator.shuffle(offsets)
        head = b""
        for offset in offsets:
            head = heads.add("a", (NEAR_THE_END + offset) % (1 << 32), HELLO[offset : offset + 400], 0.1)
        assert head == HELLO


def test_a_syn_may_carry_the_first_bytes() -> None:
    heads = StreamHeads()
    assert heads.add("a", 9, b"hello", 0.0, is_syn=True) == b"hello"
    assert heads.add("a", 15, b" you", 0.0) == b"hello you"
    assert heads.add("a", 9, b"hello", 0.1, is_syn=True) == b"hello you"


def test_a_new_syn_begins_a_new_stream() -> None:
    heads = StreamHeads()
    heads.add("a", 9, b"old", 0.0, is_syn=True)
    heads.add("a", 500, b"", 1.0, is_syn=True)
    assert heads.held_bytes == 0
    assert heads.add("a", 501, b"new", 1.0) == b"new"


def test_directions_and_connections_are_apart() -> None:
    heads = StreamHeads()
    heads.add(("a", "b"), 1, b"query", 0.0)
    assert heads.add(("b", "a"), 1, b"answer", 0.0) == b"answer"


def test_after_a_silence_a_stream_begins_anew() -> None:
    heads = StreamHeads()
    heads.add("a", 1, b"old", 0.0)
    assert heads.add("a", 4, b"new", LIFETIME_SECONDS + 0.1) == b"new"
    assert heads.held_bytes == 3


def test_an_empty_segment_says_nothing_new() -> None:
    heads = StreamHeads()
    assert heads.add("a", 1, b"", 0.0) == b""
    assert len(heads) == 0
    heads.add("a", 1, b"x", 0.0)
    assert heads.add("a", 2, b"", 0.0) == b"x"


def test_a_forgotten_stream_holds_nothing() -> None:
    heads = StreamHeads()
    heads.add("a", 1, b"x", 0.0)
    heads.forget("a")
    heads.forget("a")
    assert (len(heads), heads.held_bytes) == (0, 0)


def test_a_stream_is_full_at_its_limit() -> None:
    heads = StreamHeads()
    assert not heads.is_full("a")
    heads.add("a", 1, bytes(MAX_STREAM_BYTES - 1), 0.0)
    assert not heads.is_full("a")
    assert len(heads.add("a", MAX_STREAM_BYTES, bytes(50), 0.0)) == MAX_STREAM_BYTES
    assert heads.is_full("a")


def test_a_stream_says_whether_something_is_missing_in_it() -> None:
    heads = StreamHeads()
    assert not heads.has_gap("a")
    heads.add("a", 1, b"ab", 0.0)
    heads.add("a", 5, b"ef", 0.0)
    assert heads.has_gap("a")
    heads.add("a", 3, b"cd", 0.0)
    assert not heads.has_gap("a")


def test_the_stream_that_was_silent_longest_makes_room() -> None:
    heads = StreamHeads(max_streams=2)
    for key, sequence in (("a", 1), ("b", 1), ("a", 2), ("c", 1)):
        heads.add(key, sequence, b"x", 0.0)
    assert heads.add("a", 3, b"x", 0.0) == b"xxx"
    assert heads.add("b", 2, b"y", 0.0) == b"y"
    assert len(heads) == 2


def test_all_streams_together_are_bounded_in_bytes() -> None:
    heads = StreamHeads(max_bytes=10_000)
    for key in range(100):
        heads.add(key, 1, bytes(1_000), 0.0)
    assert (len(heads), heads.held_bytes) == (10, 10_000)


def test_a_flood_of_syns_pushes_no_stream_out() -> None:
    heads = StreamHeads(max_streams=10)
    heads.add("a", 1, b"he", 0.0)
    for key in range(1_000):
        heads.add(key, 1, b"", 0.0, is_syn=True)
    assert heads.add("a", 3, b"llo", 0.0) == b"hello"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 2**32 - 1) | st.integers(0, 40_000),
            st.binary(max_size=50),
            st.booleans(),
            st.floats(0, 30),
        ),
        max_size=60,
    )
)
def test_any_segments_are_kept_within_bounds(segments: list[tuple[int, int, bytes, bool, float]]) -> None:
    heads = StreamHeads(max_streams=3, max_stream_bytes=100, max_bytes=150)
    for key, sequence, payload, is_syn, now in segments:
        assert len(heads.add(key, sequence, payload, now, is_syn=is_syn)) <= 100
        assert len(heads) <= 3
        assert 0 <= heads.held_bytes <= 200
    for key in range(4):
        heads.forget(key)
    assert heads.held_bytes == 0


def test_a_stream_goes_on_behind_what_was_read_of_it() -> None:
    heads = StreamHeads(max_stream_bytes=10)
    assert heads.add("a", 100, b"abcdef", 0.0) == b"abcdef"
    heads.take("a", 4)
    assert heads.add("a", 106, b"ghijklm", 0.0) == b"efghijklm"
    assert heads.add("a", 100, b"abcdef", 0.0) == b"efghijklm"
    heads.take("a", 9)
    assert (len(heads), heads.held_bytes) == (0, 0)
    heads.take("a", 9)
