"""Reading a BPF ring buffer (kernel/bpf/ringbuf.c; libbpf's ringbuf.c tells the protocol)."""

import mmap
import struct
from typing import Final

__all__ = ["Ring"]

_POSITION: Final = struct.Struct("=Q")
_RECORD: Final = struct.Struct("=II")
_BUSY: Final = 1 << 31
_DISCARDED: Final = 1 << 30
_LENGTH: Final = _DISCARDED - 1


class Ring:
    """The records that programs send, oldest first; waited for on the descriptor of its map.

    The kernel maps the consumer's position read-write on page 0, its own read-only on page 1, and the data twice in a
    row behind it, so that no record is ever broken in two.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        """Map the ring of ``size`` bytes. Raises ``OSError``."""
        page = mmap.PAGESIZE
        self._mask = size - 1
        self._consumer = mmap.mmap(descriptor, page, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=0)
        try:
            self._producer = mmap.mmap(descriptor, page + 2 * size, mmap.MAP_SHARED, mmap.PROT_READ, offset=page)
        except OSError:
            self._consumer.close()
            raise
        self._data_start = page

    def read(self, limit: int = 1024) -> list[bytes]:
        """Take up to ``limit`` records that are finished."""
        (position,) = _POSITION.unpack_from(self._consumer)
        (end,) = _POSITION.unpack_from(self._producer)
        records: list[bytes] = []
        while position < end and len(records) < limit:
            start = self._data_start + (position & self._mask)
            header, _ = _RECORD.unpack_from(self._producer, start)
            if header & _BUSY:
                break
            length = header & _LENGTH
            if not header & _DISCARDED:
                records.append(self._producer[start + _RECORD.size : start + _RECORD.size + length])
            position += (length + _RECORD.size + 7) & ~7
        # One aligned store of 8 bytes: what the kernel reads is either the old position or the new one.
        _POSITION.pack_into(self._consumer, 0, position)
        return records

    def close(self) -> None:
        """Unmap it."""
        self._producer.close()
        self._consumer.close()
