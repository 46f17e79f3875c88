"""The bounded table of connections.

A segmented LRU: a connection is on probation until the other side is surely there (``probation``), an owner is found or
the system lists its socket. Probation is short, and given up oldest first: what a flood leaves in it is what it costs,
in memory, in rows at each tick and in questions for owners. A flood therefore displaces only itself: measured, 2,000 of
2,000 real flows lived through 500,000 SYNs, of which a plain LRU kept none.

Ended connections stay for a minute, which may be 12,000 to a handful of open ones: those to which nothing happens any
more rest, and nobody walks over them.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from netmon_collector.core.flow import EndedRow, Flow, FlowKey

FLOW_LIMIT = 26_624
"""How many connections are tracked. At about 2 kB each this bounds the table to 53 MB."""

PROBATION_LIMIT = 2_048
"""How many places are for probation, where the table is that large."""

STRANGERS_LIMIT = 512
"""How many of these are for what others began: so none of them is taken from what this machine begins and what others
answer, by owners found in some milliseconds (seconds, without eBPF and sock_diag) or by the other side."""

PROBATION_SHARE = 4
"""In a smaller table one in this many places is for probation."""

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

    def __init__(
        self,
        on_evict: Callable[[Flow], None],
        *,
        is_proven: Callable[[Flow], bool] = lambda _: False,
        limit: int = FLOW_LIMIT,
    ) -> None:
        """Start empty. ``is_proven`` has the last word on one that is about to be given up on probation."""
        self._on_evict = on_evict
        self._is_proven = is_proven
        self._probation_limit = min(max(1, limit // PROBATION_SHARE), PROBATION_LIMIT)
        self._strangers_limit = min(self._probation_limit, STRANGERS_LIMIT)
        self._protected_limit = max(1, limit - self._probation_limit)
        self.limit = limit
        self._by_key: dict[FlowKey, Flow] = {}
        self._ours: dict[str, Flow] = {}
        self._strangers: dict[str, Flow] = {}
        """On probation: what this machine began, and what others did."""
        self._protected: dict[str, Flow] = {}
        self._awake: dict[str, Flow] = {}
        self._resting: dict[float, _Resting] = {}
        """By the time when their end was noticed: all of one tick have the same."""

    def __len__(self) -> int:
        """How many are tracked, ended ones included."""
        return len(self._ours) + len(self._strangers) + len(self._protected)

    def __iter__(self) -> Iterator[Flow]:
        """Give all tracked connections; the table may be changed meanwhile."""
        return iter([*self._protected.values(), *self._ours.values(), *self._strangers.values()])

    def __contains__(self, flow: Flow) -> bool:
        """Whether a connection is tracked, also one that is no longer found by its key."""
        return flow.id in self._protected or self.is_on_probation(flow)

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

    def wake_older(self, closed_at: float, *, is_due: Callable[[Flow], bool] = lambda _: True) -> None:
        """Wake those whose end was noticed before then (monotonic seconds), as far as something ``is_due`` to them."""
        for time in [time for time in self._resting if time < closed_at]:
            resting = self._resting[time]
            for flow in [flow for flow in resting.flows.values() if is_due(flow)]:
                self._wake(flow)
            if not resting.flows:
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
        """Whether nothing shows so far that there is another side, an owner or a socket."""
        return flow.id in self._ours or flow.id in self._strangers

    def get(self, key: FlowKey) -> Flow | None:
        """Find the newest connection with this key."""
        return self._by_key.get(key)

    def by_id(self, flow_id: str) -> Flow | None:
        """Find a tracked connection, also one that is no longer found by its key."""
        return self._protected.get(flow_id) or self._ours.get(flow_id) or self._strangers.get(flow_id)

    def add(self, flow: Flow, *, is_protected: bool = False, is_ours: bool = False) -> None:
        """Track a connection; a tracked one with the same key stays, but is no longer found by it.

        ``is_ours``: this machine sent its first packet.
        """
        self._by_key[flow.key] = flow
        self._awake[flow.id] = flow
        if is_protected:
            self._protected[flow.id] = flow
            if len(self._protected) > self._protected_limit:
                self._evict_protected()
            return
        (self._ours if is_ours else self._strangers)[flow.id] = flow
        if len(self._strangers) > self._strangers_limit:
            self._end_probation(self._strangers)
        elif len(self._ours) + len(self._strangers) > self._probation_limit:
            has_older = self._strangers and (is_ours or len(self._strangers) > 1)
            self._end_probation(self._strangers if has_older else self._ours)

    def promote(self, flow: Flow) -> None:
        """Take a connection off probation."""
        if self._leave_probation(flow):
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
        if not self._leave_probation(flow):
            self._protected.pop(flow.id, None)

    def _leave_probation(self, flow: Flow) -> bool:
        """Tell whether it was on probation."""
        return self._ours.pop(flow.id, None) is not None or self._strangers.pop(flow.id, None) is not None

    def _end_probation(self, segment: dict[str, Flow]) -> None:
        """Give up the oldest, or promote it."""
        oldest = next(iter(segment.values()))
        if self._is_proven(oldest):
            self.promote(oldest)
        else:
            self._evict(oldest)

    def _evict(self, flow: Flow) -> None:
        self._on_evict(flow)
        self.remove(flow)

    def _evict_protected(self) -> None:
        """Give up a share: ended connections first, then those without a packet for longest, listed sockets last.

        Peers of an unconnected socket have none of their own: anybody makes as many as they like by forged sources.
        """
        count = max(1, self._protected_limit // EVICTION_SHARE)
        newest = next(reversed(self._protected.values()))
        order = sorted(
            (flow for flow in self._protected.values() if flow is not newest),
            key=lambda flow: (not flow.has_ended, flow.is_listed and not flow.is_unconnected, flow.seen_at),
        )
        for flow in order[:count]:
            self._evict(flow)
