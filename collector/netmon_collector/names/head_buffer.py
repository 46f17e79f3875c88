"""Pieces of a stream's beginning, put in order: a TCP stream's segments, or QUIC's CRYPTO frames."""

from bisect import insort

MAX_PENDING = 64
"""Pieces behind a gap that are kept. A browser that shuffles its ClientHello sends about 20."""


class HeadBuffer:
    """The first ``max_bytes`` of a stream, and as many behind gaps.

    Where pieces overlap, what lay without a gap first counts, and of pieces behind a gap the one that begins first.
    """

    __slots__ = ("_head", "_max_bytes", "_pending", "_pending_bytes")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._head = bytearray()
        self._pending: list[tuple[int, bytes]] = []  # by offset
        self._pending_bytes = 0

    @property
    def head(self) -> bytes:
        """All bytes without a gap from the beginning."""
        return bytes(self._head)

    @property
    def is_full(self) -> bool:
        """Whether ``max_bytes`` are there without a gap."""
        return len(self._head) >= self._max_bytes

    @property
    def has_gap(self) -> bool:
        """Whether there are pieces behind a gap."""
        return bool(self._pending)

    @property
    def held_bytes(self) -> int:
        """What is kept, behind gaps too."""
        return len(self._head) + self._pending_bytes

    @property
    def pieces(self) -> tuple[tuple[int, bytes], ...]:
        """All that is kept, each piece with its offset."""
        return ((0, self.head), *self._pending)

    def add(self, offset: int, piece: bytes) -> bool:
        """Add a piece that lies ``offset`` bytes behind the beginning (less than 0: its first bytes lie before it).

        Gives whether ``head`` has grown. What lies beyond ``max_bytes``, or would be too much behind gaps, is dropped.
        """
        if offset < 0:
            piece = piece[-offset:]
            offset = 0
        piece = piece[: max(self._max_bytes - offset, 0)]
        before = len(self._head)
        if not piece or offset + len(piece) <= before:
            return False
        if offset > before:
            self._keep(offset, piece)
            return False
        self._head += piece[before - offset :]
        self._join()
        return True

    def drop(self, byte_count: int) -> None:
        """Drop so many bytes of ``head``, at most all; what is behind them comes first then."""
        byte_count = min(byte_count, len(self._head))
        del self._head[:byte_count]
        self._pending = [(offset - byte_count, piece) for offset, piece in self._pending]

    def _keep(self, offset: int, piece: bytes) -> None:
        if len(self._pending) == MAX_PENDING or self._pending_bytes + len(piece) > self._max_bytes:
            return
        insort(self._pending, (offset, piece), key=lambda kept: kept[0])
        self._pending_bytes += len(piece)

    def _join(self) -> None:
        """Move to the head what is no longer behind a gap."""
        joined = 0
        for offset, piece in self._pending:
            if offset > len(self._head):
                break
            self._head += piece[len(self._head) - offset :]
            self._pending_bytes -= len(piece)
            joined += 1
        del self._pending[:joined]
