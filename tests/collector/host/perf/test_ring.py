"""The ring's protocol on a file that stands for the kernel's pages: what it reads and what it gives back."""

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator

import pytest

from netmon_collector.host.perf.ring import PerfRing

PAGE = mmap.PAGESIZE


class Pages:
    """The page with the positions, and one of data."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 -- the fixture closes it
        self.file.truncate(2 * PAGE)
        self.head = 0

    def put(self, data: bytes) -> None:
        for index, byte in enumerate(data):
            os.pwrite(self.file.fileno(), bytes([byte]), PAGE + (self.head + index) % PAGE)
        self.head += len(data)
        os.pwrite(self.file.fileno(), struct.pack("=Q", self.head), 1024)

    def tail(self) -> int:
        return struct.unpack("=Q", os.pread(self.file.fileno(), 8, 1032))[0]


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.file.close()


@pytest.fixture
def ring(pages: Pages) -> Iterator[PerfRing]:
    made = PerfRing(pages.file.fileno(), 1)
    yield made
    made.close()


def test_all_that_was_written_is_read_once_and_given_back(pages: Pages, ring: PerfRing) -> None:
    pages.put(b"some records")
    assert ring.read() == b"some records"
    assert pages.tail() == len(b"some records")
    assert ring.read() == b""
    pages.put(b"more")
    assert ring.read() == b"more"


def test_what_goes_on_at_the_ring_s_beginning_is_one(pages: Pages, ring: PerfRing) -> None:
    pages.put(bytes(PAGE - 3))
    ring.read()
    pages.put(b"across the end")
    assert ring.read() == b"across the end"


def test_a_ring_that_is_full_is_read_whole(pages: Pages, ring: PerfRing) -> None:
    pages.put(b"abc")
    ring.read()
    full = bytes(range(256)) * (PAGE // 256)
    pages.put(full)
    assert ring.read() == full
