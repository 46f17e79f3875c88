"""What a stream says, whether it is live, replayed from a file or fake."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from netmon.model import (
    Caller,
    Degradation,
    Event,
    Gap,
    MonitoringState,
    PacketSource,
    Snapshot,
)

_UNKNOWN_CALLER: Final = Caller()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """First item of each connection. ``sequence`` is that of the newest snapshot (or event) then.

    ``interval_seconds`` is the time between two snapshots as the collector made it, which may differ from what
    was asked for.
    """

    instance_id: str
    version: str
    interval_seconds: float
    caller: Caller = _UNKNOWN_CALLER
    packet_source: PacketSource = PacketSource.LIVE
    degraded: tuple[Degradation, ...] = ()
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Sign of life where nothing else was to be said. ``time`` in Unix seconds."""

    time: float
    sequence: int
    monitoring_state: MonitoringState


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The collector is gone, or (with ``wait``) not there yet; the next try is in ``retry_seconds``.

    Said once an outage, and again only if the reason turns into one that somebody must act on. ``remedy``: what to type
    next, as in `netmon_client.NetmonError`.
    """

    reason: str
    retry_seconds: float
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnected:
    """The collector is back; a `Hello` follows. ``after_seconds`` is the length of the outage.

    ``instance_changed``: it was started anew, so counters begin anew and deltas across the outage mean nothing.
    """

    after_seconds: float
    instance_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The connection stands, and nothing has come for ``seconds``, not even a heartbeat."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Last item of a saved stream. ``sequence`` is that of the last snapshot or event, 0 if there was none."""

    reason: str
    sequence: int = 0


FeedItem = Hello | Snapshot | Event | Gap | Heartbeat | Disconnected | Reconnected | Stale | End


class Feed(Protocol):
    """A source of items: `Client.snapshots`, `Client.events`, `netmon_client.lines.read_lines`, or any iterator."""

    def __iter__(self) -> Iterator[FeedItem]:
        """Give the items in their order."""
        ...
