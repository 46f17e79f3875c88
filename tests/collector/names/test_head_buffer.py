from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.head_buffer import MAX_PENDING, HeadBuffer

TEXT = bytes(range(200))


def test_pieces_in_order_are_the_head() -> None:
    buffer = HeadBuffer(100)
    assert buffer.add(0, b"ab")
    assert buffer.add(2, b"cd")
    assert buffer.head == b"abcd"


def test_a_gap_is_closed_later() -> None:
    buffer = HeadBuffer(100)
    assert not buffer.add(4, b"ef")
    assert not buffer.add(2, b"cd")
    assert buffer.head == b""
    assert buffer.held_bytes == 4
    assert buffer.has_gap
    assert buffer.add(0, b"ab")
    assert not buffer.has_gap
    assert buffer.head == b"abcdef"
    assert buffer.pieces == ((0, b"abcdef"),)


def test_what_comes_again_or_overlaps_changes_nothing() -> None:
    buffer = HeadBuffer(100)
    buffer.add(0, b"abcd")
    assert not buffer.add(0, b"XXXX")
    assert not buffer.add(1, b"X")
    assert buffer.add(2, b"XXef")
    assert buffer.head == b"abcdef"


def test_bytes_before_the_beginning_are_left_out() -> None:
    buffer = HeadBuffer(100)
    assert buffer.add(-2, b"xxab")
    assert not buffer.add(-9, b"xx")
    assert buffer.head == b"ab"


def test_no_more_is_kept_than_allowed() -> None:
    buffer = HeadBuffer(10)
    buffer.add(0, bytes(8))
    assert not buffer.is_full
    buffer.add(8, bytes(8))
    assert buffer.is_full
    assert not buffer.add(10, b"x")
    assert buffer.held_bytes == 10


def test_what_waits_behind_gaps_is_bounded_in_bytes_and_pieces() -> None:
    large = HeadBuffer(1_000)
    for offset in range(1, 100):
        large.add(offset, bytes(900))
    assert large.held_bytes <= 1_000
    many = HeadBuffer(1_000)
    for offset in range(1, 999, 2):
        many.add(offset, b"x")
    assert many.held_bytes == MAX_PENDING


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(1, 40)), max_size=60))
def test_pieces_of_one_text_give_its_beginning(cuts: list[tuple[int, int]]) -> None:
    buffer = HeadBuffer(len(TEXT))
    for offset, size in cuts:
        buffer.add(offset, TEXT[offset : offset + size])
        assert TEXT.startswith(buffer.head)
    for offset in range(0, len(TEXT), 10):
        buffer.add(offset, TEXT[offset : offset + 10])
    assert buffer.head == TEXT


@given(st.lists(st.tuples(st.integers(-50, 300), st.binary(max_size=60)), max_size=60))
def test_any_pieces_are_kept_within_bounds(pieces: list[tuple[int, bytes]]) -> None:
    buffer = HeadBuffer(200)
    for offset, piece in pieces:
        buffer.add(offset, piece)
        assert len(buffer.head) <= 200
        assert buffer.held_bytes == sum(len(kept) for _, kept in buffer.pieces) <= 400


def test_what_was_read_is_dropped_and_the_rest_goes_on() -> None:
    buffer = HeadBuffer(10)
    buffer.add(0, b"abcd")
    buffer.add(6, b"gh")
    buffer.drop(3)
    assert (buffer.head, buffer.held_bytes) == (b"d", 3)
    buffer.add(1, b"ef")
    assert buffer.head == b"defgh"
    buffer.drop(100)
    assert (buffer.head, buffer.held_bytes) == (b"", 0)
