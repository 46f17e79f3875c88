"""The ports of fragmented datagrams: the first fragment carries them, the others find them here."""

from dataclasses import dataclass

MAX_DATAGRAMS = 1_024
LIFETIME_SECONDS = 30.0
"""How long Linux itself waits for the rest of a datagram (net.ipv4.ipfrag_time)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFragment:
    """What later fragments cannot say themselves. ``time`` is the capture's, in Unix seconds."""

    ip_protocol: int
    source_port: int
    destination_port: int
    time: float


class FragmentTable:
    """First fragments of the last seconds, at most ``max_datagrams``; the oldest makes room.

    Entries live until they age out and not until a last fragment, since fragments may arrive in any order. A reused
    identification is overwritten by its next first fragment.
    """

    __slots__ = ("_entries", "_max_datagrams")

    def __init__(self, max_datagrams: int = MAX_DATAGRAMS) -> None:
        self._entries: dict[bytes, FirstFragment] = {}
        self._max_datagrams = max_datagrams

    def __len__(self) -> int:
        return len(self._entries)

    def remember(self, key: bytes, first: FirstFragment) -> None:
        """Keep the first fragment of the datagram that ``key`` names."""
        self._entries.pop(key, None)  # so that it goes to the end of the order
        self._entries[key] = first
        if len(self._entries) > self._max_datagrams:
            del self._entries[next(iter(self._entries))]

    def find(self, key: bytes, time: float) -> FirstFragment | None:
        """Give the first fragment of the datagram, if it was captured within the last seconds before ``time``."""
        first = self._entries.get(key)
        if first is None:
            return None
        # Capture times may step either way with the system's clock.
        if abs(time - first.time) > LIFETIME_SECONDS:
            del self._entries[key]
            return None
        return first
