import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.quic_frames import MAX_FRAMES, crypto_pieces
from tests.support.line_count import lines_run
from tests.support.name_messages import crypto_frame, varint

PING = b"\1"
ACK = b"\2" + varint(9) + varint(300) + varint(1) + varint(2) + varint(0) + varint(1)
ACK_WITH_ECN = b"\3" + ACK[1:] + varint(1) * 3

MOST_LINES = 6_000
"""Python lines that the worst payload may cost."""


def test_crypto_frames_are_found_among_the_others() -> None:
    payload = PING + bytes(20) + crypto_frame(70, b"late") + ACK + ACK_WITH_ECN + crypto_frame(0, b"early") + bytes(9)
    assert crypto_pieces(payload) == [(70, b"late"), (0, b"early")]


def test_padding_alone_carries_nothing() -> None:
    assert crypto_pieces(bytes(1_162)) == []
    assert crypto_pieces(b"") == []


def test_nothing_is_read_behind_a_close() -> None:
    assert crypto_pieces(crypto_frame(0, b"a") + b"\x1c\xff\xff") == [(0, b"a")]


@pytest.mark.parametrize(
    "payload",
    [
        b"\x08abc",
        crypto_frame(0, b"abc")[:-1],
        b"\x06",
        ACK[:-1],
        b"\2" + varint(9) + varint(0) + varint(1 << 40),
        PING * (MAX_FRAMES + 1),
    ],
)
def test_what_no_initial_has_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        crypto_pieces(payload)


@pytest.mark.parametrize("frame", [PING, b"\1\0", ACK, crypto_frame(0, b"a"), crypto_frame(9, b"")])
def test_the_work_on_one_payload_is_bounded(frame: bytes) -> None:
    assert 0 < lines_run(lambda: crypto_pieces(frame * (60_000 // len(frame)))) <= MOST_LINES


@given(st.binary(max_size=200))
def test_any_bytes_give_pieces_or_value_error(payload: bytes) -> None:
    try:
        pieces = crypto_pieces(payload)
    except ValueError:
        return
    assert all(offset >= 0 for offset, _ in pieces)
