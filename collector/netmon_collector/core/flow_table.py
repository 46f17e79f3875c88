"""The bounded table of connections.

A segmented LRU: a connection is on probation until both directions were seen (or the system lists its socket), and
probation is given up oldest first. A flood of lone packets therefore displaces only itself: measured, 2,000 of 2,000
real flows lived through 500,000 SYNs, of which a plain LRU kept none.

Ended connections stay for a minute, which may be 12,000 to a handful of open ones: those to which nothing happens any
more rest, and nobody walks over them.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from netmon_collector.core.flow import EndedRow, Flow, FlowKey

FLOW_LIMIT = 32_768
"""How many connections are tracked. At about 2 kB each this bounds the table to 65 MB."""

PROBATION_SHARE = 4
"""One in this many places is for probation."""

EVICTION_SHARE = 32
"""When the protected part is full, one in this many of it is given up at once, so that finding them costs little."""


class _Resting:
    """Those whose end was noticed in one tick."""

    __slots__ = ("_rows", "flows")

    def __init__(self) -> None:
        self.flows: dict[str, Flow] = {}
        self._rows: tuple[EndedRow, ...] | None = None

    def add(self, flow: Flow) -> None:
        self.flows[flow.id] = flow
        self._rows = None

    def remove(self, flow: Flow) -> None:
        del self.flows[flow.id]
        self._rows = None

    def rows(self) -> tuple[EndedRow, ...]:
        if self._rows is None:
            self._rows = tuple([flow.shown_end for flow in self.flows.values() if flow.shown_end is not None])
        return self._rows


class FlowTable:
    """Connections by their key, at most ``limit``. What is given up is handed to ``on_evict`` first."""

    def __init__(self, on_evict: Callable[[Flow], None], *, limit: int = FLOW_LIMIT) -> None:
        """Start empty."""
        self._on_evict = on_evict
        self._probation_limit = max(1, limit // PROBATION_SHARE)
        self._protected_limit = max(1, limit - self._probation_limit)
        self.limit = limit
        self._by_key: dict[FlowKey, Flow] = {}
        self._probation: dict[str, Flow] = {}
        self._protected: dict[str, Flow] = {}
        self._awake: dict[str, Flow] = {}
        self._resting: dict[float, _Resting] = {}
        """By the time when their end was noticed: all of one tick have the same."""

    def __len__(self) -> int:
        """How many are tracked, ended ones included."""
        return len(self._probation) + len(self._protected)

    def __iter__(self) -> Iterator[Flow]:
        """Give all tracked connections; the table may be changed meanwhile."""
        return iter([*self._protected.values(), *self._probation.values()])

    def __contains__(self, flow: Flow) -> bool:
        """Whether a connection is tracked, also one that is no longer found by its key."""
        return flow.id in self._protected or flow.id in self._probation

    def awake(self) -> list[Flow]:
        """Give the connections to which something may have happened; the table may be changed meanwhile."""
        return list(self._awake.values())

    def resting(self) -> Iterator[Flow]:
        """Give those to which nothing happened since they were laid to rest; none may wake meanwhile."""
        return chain.from_iterable(rest.flows.values() for rest in self._resting.values())

    def resting_rows(self) -> list[tuple[EndedRow, ...]]:
        """Give the rows that those show, in parts that stay the same objects as long as nothing changes in them."""
        return [rest.rows() for rest in self._resting.values()]

    def rest(self, flow: Flow) -> None:
        """Lay a connection to rest whose end was noticed and shown: it wakes when something happens to it."""
        if flow.closed_at is not None and self._awake.pop(flow.id, None) is not None:
            self._resting.setdefault(flow.closed_at, _Resting()).add(flow)
            flow.wakes = self._wake

    def wake_older(self, closed_at: float) -> None:
        """Wake those whose end was noticed before then (monotonic seconds)."""
        for time in [time for time in self._resting if time < closed_at]:
            for flow in list(self._resting[time].flows.values()):
                self._wake(flow)
            del self._resting[time]

    def _wake(self, flow: Flow) -> None:
        flow.wakes = None
        if flow.closed_at is not None:
            self._resting[flow.closed_at].remove(flow)
        self._awake[flow.id] = flow

    @property
    def has_room(self) -> bool:
        """Whether another protected connection displaces none."""
        return len(self._protected) < self._protected_limit

    def is_on_probation(self, flow: Flow) -> bool:
        """Whether only one side of it was seen so far, and the system lists no socket of it."""
        return flow.id in self._probation

    def get(self, key: FlowKey) -> Flow | None:
        """Find the newest connection with this key."""
        return self._by_key.get(key)

    def by_id(self, flow_id: str) -> Flow | None:
        """Find a tracked connection, also one that is no longer found by its key."""
        return self._protected.get(flow_id) or self._probation.get(flow_id)

    def add(self, flow: Flow, *, is_protected: bool = False) -> None:
        """Track a connection; a tracked one with the same key stays, but is no longer found by it."""
        self._by_key[flow.key] = flow
        self._awake[flow.id] = flow
        if is_protected:
            self._protected[flow.id] = flow
            if len(self._protected) > self._protected_limit:
                self._evict_protected()
            return
        self._probation[flow.id] = flow
        if len(self._probation) > self._probation_limit:
            self._evict(next(iter(self._probation.values())))

    def promote(self, flow: Flow) -> None:
        """Take a connection off probation."""
        if self._probation.pop(flow.id, None) is not None:
            self._protected[flow.id] = flow
            if len(self._protected) > self._protected_limit:
                self._evict_protected()

    def release_key(self, flow: Flow) -> None:
        """Let the next packet with these endpoints begin another connection."""
        if self._by_key.get(flow.key) is flow:
            del self._by_key[flow.key]

    def remove(self, flow: Flow) -> None:
        """Forget a connection."""
        self.release_key(flow)
        flow.wake()
        self._awake.pop(flow.id, None)
        if self._probation.pop(flow.id, None) is None:
            self._protected.pop(flow.id, None)

    def _evict(self, flow: Flow) -> None:
        self._on_evict(flow)
        self.remove(flow)

    def _evict_protected(self) -> None:
        """Give up a share: ended connections first, then those without a packet for longest, listed sockets last."""
        count = max(1, self._protected_limit // EVICTION_SHARE)
        newest = next(reversed(self._protected.values()))
        order = sorted(
            (flow for flow in self._protected.values() if flow is not newest),
            key=lambda flow: (not flow.has_ended, flow.is_listed, flow.seen_at),
        )
        for flow in order[:count]:
            self._evict(flow)
