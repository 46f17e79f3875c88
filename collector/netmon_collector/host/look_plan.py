"""When a socket is looked at again after its first packet: it may be accepted later, or be handed on."""

from collections import deque
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import Final

from netmon_collector.host.seen_sockets import Seen

__all__ = ["LookPlan"]

# After the first packet: an accepted socket has no process before accept(2), and may be handed to a child; a socket
# that was found is looked at once more, to be sure. One that is handed on is so at once, mostly.
_INBOUND_LOOKS: Final = (0.001, 0.003, 0.008, 0.02, 0.05)
_OUTBOUND_LOOKS: Final = (0.002, 0.1)
MOST_LOOKS: Final = len(_INBOUND_LOOKS)

GRID_SECONDS: Final = 0.05
"""Looks that do not haste are taken together: a wake-up costs 0.1 ms and more, one more look in it 10 us."""

STEADY_COUNT: Final = 8
"""Those whose last so many sockets were all still held at the second look are not known to hand them on."""
PATIENCE_SECONDS: Final = 0.008
"""How long that look may wait then for something else to do: the next first packet, where many come."""

_LIMIT: Final = 4_096
_FAMILIES: Final = 256


class LookPlan:
    """Sockets that are to be looked at again. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Plan nothing."""
        self._timed: list[tuple[float, int, Seen]] = []
        self._patient: deque[tuple[float, Seen]] = deque()
        self._numbers = count()
        self._steady: dict[int, int] = {}

    def add(self, seen: Seen, now: float) -> None:
        """Plan the next look at a socket, if there is to be one."""
        delays = _INBOUND_LOOKS if seen.is_inbound else _OUTBOUND_LOOKS
        if seen.is_sure or seen.looks >= len(delays) or len(self._timed) + len(self._patient) >= _LIMIT:
            return
        due = max(now, seen.kept_at + delays[seen.looks])
        if not seen.is_inbound and not seen.looks and self._steady.get(seen.family, 0) >= STEADY_COUNT:
            self._patient.append((due, seen))
            return
        if not seen.is_inbound and seen.looks:
            due = ceil(due / GRID_SECONDS) * GRID_SECONDS
        heappush(self._timed, (due, next(self._numbers), seen))

    def is_due(self, now: float) -> bool:
        """Tell whether `take` gives one."""
        is_timed_due = bool(self._timed) and self._timed[0][0] <= now
        return is_timed_due or (bool(self._patient) and self._patient[0][0] <= now)

    def take(self, now: float) -> Seen | None:
        """Give the next socket that may be looked at now."""
        if self._patient and self._patient[0][0] <= now:
            return self._patient.popleft()[1]
        if self._timed and self._timed[0][0] <= now:
            return heappop(self._timed)[2]
        return None

    def next_at(self) -> float | None:
        """Give when something cannot wait any longer; None: never."""
        timed = self._timed[0][0] if self._timed else None
        if not self._patient:
            return timed
        patient = self._patient[0][0] + PATIENCE_SECONDS
        return patient if timed is None else min(timed, patient)

    def note(self, family: int, *, is_held: bool) -> None:
        """Learn from a look at a socket opened here whether who is related to its holder keeps theirs while they run.

        ``family`` is that of `Seen`; 0: not known.
        """
        if not family:
            return
        steady = self._steady.pop(family, 0) + 1 if is_held else 0
        self._steady[family] = steady
        if len(self._steady) > _FAMILIES:
            del self._steady[next(iter(self._steady))]
