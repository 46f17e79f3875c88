import errno
import os
import socket
from collections.abc import Generator
from contextlib import suppress

import pytest

from netmon.serving.passage import CHUNK_BYTES, Memory, Passage, Pipe, open_passage
from tests.support.descriptors import open_descriptors


class Way:
    """A passage between two connections: what is written to ``source`` can be handed on to ``reader``."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.writer, self.source = socket.socketpair()
        self.sink, self.reader = socket.socketpair()
        for each in (self.source, self.sink, self.writer):
            each.setblocking(False)

    def close(self) -> None:
        for each in (self.writer, self.source, self.sink, self.reader):
            each.close()


@pytest.fixture(params=[Pipe, Memory])
def way(request: pytest.FixtureRequest) -> Generator[Way, None, None]:
    made = Way(request.param())
    yield made
    made.close()
    made.passage.close()


def test_what_waits_is_handed_on(way: Way) -> None:
    way.writer.send(b"a few words")
    assert way.passage.fill(way.source) == 11
    assert way.passage.empty_into(way.sink) == 11
    assert way.reader.recv(100) == b"a few words"
    assert way.passage.left() == b""


def test_no_more_than_a_chunk_is_taken_at_a_time(way: Way) -> None:
    sent = way.writer.send(os.urandom(2 * CHUNK_BYTES))
    assert sent > CHUNK_BYTES
    assert 0 < way.passage.fill(way.source) <= CHUNK_BYTES


def test_what_the_sink_does_not_take_is_left_and_nothing_of_it_is_lost(way: Way) -> None:
    payload = os.urandom(3_000_000)
    offset, taken, heard = 0, b"", bytearray()
    while not taken:
        offset += way.writer.send(payload[offset : offset + CHUNK_BYTES])
        way.passage.fill(way.source)
        with suppress(BlockingIOError):
            way.passage.empty_into(way.sink)
        taken = way.passage.left()
    way.sink.close()
    while part := way.reader.recv(CHUNK_BYTES):
        heard += part
    assert bytes(heard) + taken == payload[: len(heard) + len(taken)]
    waiting = way.source.recv(CHUNK_BYTES) if len(heard) + len(taken) < offset else b""
    assert len(heard) + len(taken) + len(waiting) == offset


def test_an_empty_source_says_so(way: Way) -> None:
    with pytest.raises(BlockingIOError):
        way.passage.fill(way.source)
    assert way.passage.left() == b""


def test_the_end_of_a_source_is_no_bytes(way: Way) -> None:
    way.writer.close()
    assert way.passage.fill(way.source) == 0


def test_a_sink_that_is_gone_is_an_error_and_leaves_all(way: Way) -> None:
    way.writer.send(b"for nobody")
    way.passage.fill(way.source)
    way.reader.close()
    with pytest.raises(BrokenPipeError):
        way.passage.empty_into(way.sink)
    assert way.passage.left() == b"for nobody"
    assert way.passage.left() == b""


def test_on_linux_the_kernel_moves_them() -> None:
    made = open_passage()
    assert isinstance(made, Pipe)
    made.close()


def test_where_the_kernel_refuses_memory_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "splice", refuse)
    before = open_descriptors()
    made = open_passage()
    assert isinstance(made, Memory)
    made.close()
    assert open_descriptors() <= before
