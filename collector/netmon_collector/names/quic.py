"""QUIC Initials of version 1 (RFC 9001), version 2 (RFC 9369) and draft 29: the client's ClientHello.

Everybody who sees an Initial can read it: its keys come from the connection id in it.
"""

from collections.abc import Hashable, Iterator

from netmon_collector.names.head_buffer import HeadBuffer
from netmon_collector.names.quic_frames import crypto_pieces
from netmon_collector.names.quic_packet import (
    InitialKeys,
    LongHeader,
    derive_client_keys,
    is_available,
    open_initial,
    read_long_header,
)
from netmon_collector.names.tls import ClientHello, parse_handshake

__all__ = [
    "LIFETIME_SECONDS",
    "MAX_CONNECTIONS",
    "MAX_CRYPTO_BYTES",
    "MAX_PACKETS",
    "InitialCollector",
    "InitialTable",
    "is_available",
    "is_initial",
]

MAX_CRYPTO_BYTES = 16_384
MAX_PACKETS = 16
"""Initials that are opened of one connection; a ClientHello takes one to three."""
MAX_COALESCED = 4
"""Packets that are looked at in one datagram."""
MAX_CONNECTIONS = 512
MAX_CONNECTIONS_OF_ONE_KEY = 4
"""That are told apart; each may cost a try to open a packet."""
LIFETIME_SECONDS = 10.0
"""How long a ClientHello may take to become whole (RFC 9002, 6.2: the third repetition comes after 7 s)."""


def is_initial(datagram: bytes) -> bool:
    """Whether a datagram begins with an Initial of a version that is known here; the server's looks like the client's.

    Never raises; costs a tenth of opening it.
    """
    try:
        return read_long_header(datagram, 0).is_initial
    except ValueError:
        return False


class InitialCollector:
    """One connection's Initials from the client, in any order, until the ClientHello is whole; at most 16 kB."""

    __slots__ = ("_buffer", "_is_done", "_keys", "_packets")

    def __init__(self) -> None:
        self._buffer = HeadBuffer(MAX_CRYPTO_BYTES)
        self._keys: InitialKeys | None = None  # what opened the last packet
        self._packets = 0
        self._is_done = False

    @property
    def is_done(self) -> bool:
        """Whether nothing more will come of this connection: its ClientHello was given, or is none or too long."""
        return self._is_done

    @property
    def is_begun(self) -> bool:
        """Whether a packet could be opened."""
        return self._packets > 0

    @property
    def held_bytes(self) -> int:
        """Bytes kept."""
        return self._buffer.held_bytes

    def add(self, datagram: bytes) -> ClientHello | None:
        """Read a datagram's Initials. None: more are needed, or all was said.

        Raises ValueError: there is none here that the client's keys open (the server's are of that kind), or what they
        carry is no ClientHello.
        """
        if self._is_done:
            return None
        failure: ValueError | None = None
        opened = 0
        for header in _initials(datagram):
            try:
                pieces = crypto_pieces(self._open(datagram, header))
            except ValueError as error:
                failure = error
                continue
            opened += 1
            for offset, piece in pieces:
                self._buffer.add(offset, piece)
        if not opened:
            raise failure or ValueError("no QUIC Initial")
        self._packets += opened
        return self._parsed()

    def can_open(self, datagram: bytes, header: LongHeader) -> bool:
        """Whether a packet is of this connection: what opened its last packet opens that one too."""
        if self._keys is None:
            return False
        try:
            open_initial(datagram, header, self._keys)
        except ValueError:
            return False
        return True

    def _parsed(self) -> ClientHello | None:
        try:
            hello = parse_handshake(self._buffer.head)
        except ValueError:
            self._is_done = True
            raise
        self._is_done = hello is not None or self._packets >= MAX_PACKETS
        if self._is_done:
            self._buffer = HeadBuffer(0)
        return hello

    def _open(self, datagram: bytes, header: LongHeader) -> bytes:
        # Once the server has answered the client writes the id that it chose, and the first one's keys stay; after a
        # Retry they are new (RFC 9001, 5.2). So the known ones first, then this packet's own.
        if self._keys is not None:
            try:
                return open_initial(datagram, header, self._keys)
            except ValueError:
                keys = derive_client_keys(header.version, header.destination_id)
        else:
            keys = derive_client_keys(header.version, header.destination_id)
        frames = open_initial(datagram, header, keys)
        self._keys = keys
        return frames


def _initials(datagram: bytes) -> Iterator[LongHeader]:
    """The headers of the Initials in a datagram; what follows a packet that cannot be read is left out."""
    begin = 0
    for _ in range(MAX_COALESCED):
        try:
            header = read_long_header(datagram, begin)
        except ValueError:
            return
        if header.is_initial:
            yield header
        begin = header.end


class InitialTable:
    """Collectors of many connections, oldest out first.

    They are told apart by a key of the caller's (the client's and server's ends) and the first id that the client gave
    the server: a client may open several from one port, for different servers on one address (RFC 9000, 5.1).
    """

    __slots__ = ("_connections", "_ids", "_max_connections")

    def __init__(self, max_connections: int = MAX_CONNECTIONS) -> None:
        self._connections: dict[tuple[Hashable, bytes], tuple[float, InitialCollector]] = {}  # since when
        self._ids: dict[Hashable, list[bytes]] = {}  # of the connections with a key, the newest last
        self._max_connections = max_connections

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, key: Hashable, datagram: bytes, now: float) -> ClientHello | None:
        """Read a datagram from client to server. None: more are needed, or all was said.

        Raises ValueError as ``InitialCollector.add`` does; a datagram that begins nothing is not remembered. ``now``
        is monotonic seconds; what waits longer than ``LIFETIME_SECONDS`` is begun anew.
        """
        first_id = self._first_id(key, datagram)
        begun, collector = self._connections.get((key, first_id), (now, None))
        if collector is None or now - begun > LIFETIME_SECONDS:
            self._drop(key, first_id)
            begun, collector = now, InitialCollector()
        try:
            return collector.add(datagram)
        finally:
            if collector.is_begun and (key, first_id) not in self._connections:
                self._keep(key, first_id, begun, collector)

    def forget(self, key: Hashable) -> None:
        """Drop the connections with a key. What comes later would begin a new one."""
        for first_id in self._ids.pop(key, ()):
            del self._connections[key, first_id]

    def _first_id(self, key: Hashable, datagram: bytes) -> bytes:
        """Tell which connection a datagram is of: once the server has answered its id is another than the first."""
        header = next(_initials(datagram), None)
        if header is None:
            raise ValueError("no QUIC Initial")
        known_ids = self._ids.get(key, ())
        if header.destination_id not in known_ids:
            for known_id in reversed(known_ids):
                if self._connections[key, known_id][1].can_open(datagram, header):
                    return known_id
        return header.destination_id

    def _keep(self, key: Hashable, first_id: bytes, begun: float, collector: InitialCollector) -> None:
        self._connections[key, first_id] = (begun, collector)
        ids = self._ids.setdefault(key, [])
        ids.append(first_id)
        if len(ids) > MAX_CONNECTIONS_OF_ONE_KEY:
            self._drop(key, ids[0])
        if len(self._connections) > self._max_connections:
            self._drop(*next(iter(self._connections)))

    def _drop(self, key: Hashable, first_id: bytes) -> None:
        if self._connections.pop((key, first_id), None) is None:
            return
        ids = self._ids[key]
        ids.remove(first_id)
        if not ids:
            del self._ids[key]
