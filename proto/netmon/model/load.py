"""What the collector bears: its processes, what waits in it, how far its subscribers are behind, and its limits."""

from dataclasses import dataclass

__all__ = ["ProcessCost", "Queue", "ServiceLimits", "StreamLag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCost:
    """One process. ``role``: main, helper, keeper. A helper's CPU time is with those before it."""

    role: str
    pid: int
    cpu_seconds: float = 0.0
    resident_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Something that waits. ``name``: questions (connections whose owner is asked for), events (kept to be read)."""

    name: str
    depth: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLag:
    """How far the subscribers of a ``stream`` (snapshots, events) are behind, in ticks or events that wait for them.

    ``worst_lag_seconds``: since when the furthest behind has not taken what was due.
    """

    stream: str
    subscriber_count: int = 0
    mean_behind_count: float = 0.0
    worst_behind_count: int = 0
    worst_lag_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """How many connections there are, and how many of them and of subscribers there can be, in all and of one user."""

    connection_count: int = 0
    connection_limit: int = 0
    connections_a_user: int = 0
    subscriber_limit: int = 0
    subscribers_a_user: int = 0
