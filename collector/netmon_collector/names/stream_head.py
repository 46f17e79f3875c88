"""The first bytes of TCP streams, put in order: enough for a ClientHello over several segments, or DNS over TCP."""

from collections.abc import Hashable

from netmon_collector.names.head_buffer import HeadBuffer

MAX_STREAM_BYTES = 16_384
MAX_STREAMS = 1_024
MAX_BYTES = 4_194_304
"""Of all streams together."""
LIFETIME_SECONDS = 10.0
"""How long a beginning may be silent; then what comes is a new stream's."""

_MODULUS = 1 << 32


class _Stream:
    __slots__ = ("begin", "buffer", "is_certain", "time")

    def __init__(self, begin: int, now: float, *, is_certain: bool, max_bytes: int) -> None:
        self.begin = begin  # sequence number of the first byte
        self.is_certain = is_certain  # a SYN said so
        self.time = now
        self.buffer = HeadBuffer(max_bytes)


class StreamHeads:
    """Beginnings of many streams, by a key of the caller's (both ends, one direction); the least used makes room."""

    __slots__ = ("_begins", "_held_bytes", "_max_bytes", "_max_stream_bytes", "_max_streams", "_streams")

    def __init__(
        self,
        *,
        max_streams: int = MAX_STREAMS,
        max_stream_bytes: int = MAX_STREAM_BYTES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._max_streams = max_streams
        self._max_stream_bytes = max_stream_bytes
        self._max_bytes = max_bytes
        self._held_bytes = 0
        self._streams: dict[Hashable, _Stream] = {}
        # Streams of which only the SYN was seen, apart, so that a flood of SYNs pushes out no bytes.
        self._begins: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def held_bytes(self) -> int:
        """Bytes kept of all streams."""
        return self._held_bytes

    def add(self, key: Hashable, sequence: int, payload: bytes, now: float, *, is_syn: bool = False) -> bytes:
        """Add a segment; give all bytes without a gap from the stream's beginning (none while the first are missing).

        ``sequence`` is the TCP header's. A SYN tells where the stream begins; without one the first segment does,
        until an earlier one comes. ``now`` is monotonic seconds.
        """
        if is_syn:
            sequence = (sequence + 1) % _MODULUS  # the SYN itself takes one number (RFC 9293, 3.4)
            self._open(key, sequence)
        stream = self._streams.pop(key, None)
        if stream is not None and now - stream.time > LIFETIME_SECONDS:
            self._held_bytes -= stream.buffer.held_bytes
            stream = None
        if not payload:
            if stream is not None:
                self._streams[key] = stream
            return stream.buffer.head if stream is not None else b""
        if stream is None:
            begin = self._begins.pop(key, None)
            stream = _Stream(
                sequence if begin is None else begin,
                now,
                is_certain=begin is not None,
                max_bytes=self._max_stream_bytes,
            )
        self._streams[key] = stream  # at the end of the order
        self._fill(stream, sequence, payload)
        stream.time = now
        self._make_room()
        return stream.buffer.head

    def take(self, key: Hashable, byte_count: int) -> None:
        """Drop so many bytes at a stream's head: they were read, and it goes on behind them."""
        stream = self._streams.get(key)
        if stream is None or not byte_count:
            return
        before = stream.buffer.held_bytes
        stream.buffer.drop(byte_count)
        stream.begin = (stream.begin + byte_count) % _MODULUS
        stream.is_certain = True  # what comes with an earlier number was read
        self._held_bytes += stream.buffer.held_bytes - before
        if not stream.buffer.held_bytes:
            self.forget(key)

    def is_full(self, key: Hashable) -> bool:
        """Whether no more bytes will be taken for this stream."""
        stream = self._streams.get(key)
        return stream is not None and stream.buffer.is_full

    def has_gap(self, key: Hashable) -> bool:
        """Whether bytes are missing before the last ones that came."""
        stream = self._streams.get(key)
        return stream is not None and stream.buffer.has_gap

    def forget(self, key: Hashable) -> None:
        """Drop a stream: its name is known, or there is none. What comes later would begin a new stream."""
        self._begins.pop(key, None)
        stream = self._streams.pop(key, None)
        if stream is not None:
            self._held_bytes -= stream.buffer.held_bytes

    def _open(self, key: Hashable, begin: int) -> None:
        known = self._streams.get(key)
        if known is not None and known.begin == begin:
            return  # the SYN came once more, or behind the first bytes
        self.forget(key)
        self._begins[key] = begin
        if len(self._begins) > self._max_streams:
            del self._begins[next(iter(self._begins))]

    def _fill(self, stream: _Stream, sequence: int, payload: bytes) -> None:
        before = stream.buffer.held_bytes
        offset = (sequence - stream.begin) % _MODULUS
        if offset >= _MODULUS // 2:
            offset -= _MODULUS
        if -self._max_stream_bytes < offset < 0 and not stream.is_certain:
            kept, stream.buffer = stream.buffer, HeadBuffer(self._max_stream_bytes)
            stream.begin = sequence
            for place, piece in kept.pieces:
                stream.buffer.add(place - offset, piece)
            offset = 0
        stream.buffer.add(offset, payload)
        self._held_bytes += stream.buffer.held_bytes - before

    def _make_room(self) -> None:
        while len(self._streams) > self._max_streams or (self._held_bytes > self._max_bytes and len(self._streams) > 1):
            self.forget(next(iter(self._streams)))
