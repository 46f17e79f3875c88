import socket
import struct
import threading
from collections.abc import Generator
from typing import Any

import pytest

from netmon_collector.finding.channel import ANSWER_LIMIT_BYTES, pair, receive_answer, send_answer

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
