"""Reading the ring that perf events are written to (perf_event_open(2), "MMAP layout")."""

import mmap
import struct
from typing import Final

__all__ = ["PerfRing"]

# struct perf_event_mmap_page, linux/perf_event.h.
_HEAD_AT: Final = 1024
_TAIL_AT: Final = 1032
_POSITION: Final = struct.Struct("=Q")


class PerfRing:
    """What one event tells, mapped for as long as this object is open. The kernel says where it lost something."""

    def __init__(self, event: int, pages: int) -> None:
        """Map ``pages``, a power of two, behind the one with the positions. Raises ``OSError``: EPERM beyond a limit.

        The limits are kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK.
        """
        self._size = pages * mmap.PAGESIZE
        self._map = mmap.mmap(
            event, mmap.PAGESIZE + self._size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=0
        )

    def read(self) -> bytes:
        """Take all that was written: whole records, one behind the other."""
        (head,) = _POSITION.unpack_from(self._map, _HEAD_AT)
        (tail,) = _POSITION.unpack_from(self._map, _TAIL_AT)
        if head == tail:
            return b""
        start, end = tail % self._size, head % self._size
        base = mmap.PAGESIZE
        if start < end:
            data = self._map[base + start : base + end]
        else:
            data = self._map[base + start : base + self._size] + self._map[base : base + end]
        # One aligned store of 8 bytes: what the kernel reads is either the old position or the new one.
        _POSITION.pack_into(self._map, _TAIL_AT, head)
        return data

    def close(self) -> None:
        """Unmap it."""
        self._map.close()
