"""The ring's protocol on a file that stands for the kernel's pages: what it reads and what it gives back."""

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator

import pytest

from netmon_collector.host.bpf.ring import Ring

PAGE = mmap.PAGESIZE
SIZE = PAGE
BUSY, DISCARDED = 1 << 31, 1 << 30


class Pages:
    """Consumer page, producer page, data twice: the second copy is written along, as the kernel maps it."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 -- the fixture closes it
        self.file.truncate(2 * PAGE + 2 * SIZE)
        self.position = 0

    def put(self, payload: bytes, flags: int = 0) -> None:
        record = struct.pack("=II", len(payload) | flags, 0) + payload
        record = record.ljust((len(record) + 7) & ~7, b"\0")
        for copy in (0, SIZE):
            for index, byte in enumerate(record):
                offset = (self.position + index) % SIZE
                os.pwrite(self.file.fileno(), bytes([byte]), 2 * PAGE + copy + offset)
        self.position += len(record)
        os.pwrite(self.file.fileno(), struct.pack("=Q", self.position), PAGE)

    def finish(self, at: int, length: int) -> None:
        for copy in (0, SIZE):
            os.pwrite(self.file.fileno(), struct.pack("=I", length), 2 * PAGE + copy + at % SIZE)

    def consumed(self) -> int:
        return struct.unpack("=Q", os.pread(self.file.fileno(), 8, 0))[0]


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.file.close()


@pytest.fixture
def ring(pages: Pages) -> Iterator[Ring]:
    made = Ring(pages.file.fileno(), SIZE)
    yield made
    made.close()


def test_records_come_in_order_and_once(pages: Pages, ring: Ring) -> None:
    for payload in (b"one", b"two and more", b""):
        pages.put(payload)
    assert ring.read() == [b"one", b"two and more", b""]
    assert ring.read() == []
    assert pages.consumed() == pages.position


def test_a_record_that_wraps_is_whole(pages: Pages, ring: Ring) -> None:
    filler, payload = bytes(SIZE - 24), b"around the end"
    pages.put(filler)
    assert ring.read() == [filler]
    pages.put(payload)
    assert ring.read() == [payload]


def test_what_is_discarded_is_skipped_and_what_is_busy_waited_for(pages: Pages, ring: Ring) -> None:
    pages.put(b"dropped", DISCARDED)
    at = pages.position
    pages.put(b"busy", BUSY)
    pages.put(b"later")
    assert ring.read() == []
    pages.finish(at, len(b"busy"))
    assert ring.read() == [b"busy", b"later"]


def test_no_more_is_taken_than_asked_for(pages: Pages, ring: Ring) -> None:
    for number in range(5):
        pages.put(bytes([number]))
    assert ring.read(limit=3) == [b"\0", b"\1", b"\2"]
    assert ring.read() == [b"\3", b"\4"]
