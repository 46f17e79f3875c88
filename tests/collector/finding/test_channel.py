import marshal
import socket
import struct
import threading
from collections.abc import Generator
from typing import Any

import pytest

from netmon_collector.finding.channel import (
    ANSWER_LIMIT_BYTES,
    Incoming,
    pair,
    receive_answer,
    send_answer,
    wait_at_most,
)

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Generator[Ends]:
    here, there = pair()
    with here, there:
        yield here, there


@pytest.mark.parametrize("answer", [(), (1, "text", b"bytes", None, 2.5, True), ("long", b"x" * 1_000_000)])
def test_an_answer_arrives_as_it_was_however_long(ends: Ends, answer: tuple[Any, ...]) -> None:
    sending = threading.Thread(target=send_answer, args=(ends[0], answer))
    sending.start()
    assert receive_answer(ends[1]) == answer
    sending.join()


def test_the_end_of_the_other_side_is_an_error(ends: Ends) -> None:
    ends[0].close()
    with pytest.raises(ConnectionResetError):
        receive_answer(ends[1])


def test_an_end_within_an_answer_is_an_error(ends: Ends) -> None:
    ends[0].send(struct.pack("=I", 100) + b"the first of two pieces")
    ends[0].close()
    with pytest.raises(ConnectionResetError):
        receive_answer(ends[1])


@pytest.mark.parametrize("piece", [b"x", struct.pack("=I", ANSWER_LIMIT_BYTES + 1)])
def test_what_is_no_answer_is_an_error(ends: Ends, piece: bytes) -> None:
    ends[0].send(piece)
    with pytest.raises(ConnectionResetError):
        receive_answer(ends[1])


def test_pieces_that_have_come_are_kept_until_the_last_one_has(ends: Ends) -> None:
    data = marshal.dumps(("long", "x" * 1_000))
    incoming = Incoming()
    with pytest.raises(BlockingIOError):
        incoming.receive(ends[1], socket.MSG_DONTWAIT)
    ends[0].send(struct.pack("=I", len(data)) + data[:100])
    with pytest.raises(BlockingIOError):
        incoming.receive(ends[1], socket.MSG_DONTWAIT)
    ends[0].send(data[100:])
    assert incoming.receive(ends[1], socket.MSG_DONTWAIT) == ("long", "x" * 1_000)


def test_a_wait_ends_in_time(ends: Ends) -> None:
    wait_at_most(ends[1], 0.01)
    with pytest.raises(BlockingIOError):
        receive_answer(ends[1])
