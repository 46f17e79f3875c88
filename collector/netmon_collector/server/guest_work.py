"""CPU time that callers may take who see only their own part, of the one thread that serves and ticks."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from netmon.serving import Exhausted
from netmon_collector import clock

__all__ = ["GuestWork"]

SHARE: Final = 0.2
"""Of a core that one user may take in the long run. A view of 2,000 rows that all change takes 20 ms a tick; a filter
of eight patterns made to be slow took 200 us a row."""

AT_ONCE_SECONDS: Final = 0.5
"""What may be taken at once after a rest."""

PATIENCE_SECONDS: Final = 5.0
"""How long a single call waits for its turn."""

_A_MOMENT: Final = 0.01
_REMEMBERED: Final = 64


class GuestWork:
    """What each user has left. User None sees everything, and is not counted. Times are seconds."""

    def __init__(
        self, now: Callable[[], float] = clock.monotonic, cpu_seconds: Callable[[], float] = clock.thread_cpu
    ) -> None:
        """Begin with a rest behind everybody."""
        self._now = now
        self._cpu_seconds = cpu_seconds
        self._left: dict[int, tuple[float, float]] = {}
        """What was left, and when."""

    def may_begin(self, only_uid: int | None) -> bool:
        """Whether a user may have something done now; how long it takes is known afterwards."""
        return only_uid is None or self._left_of(only_uid) > 0.0

    async def turn(self, only_uid: int | None, *, patience_seconds: float | None = PATIENCE_SECONDS) -> None:
        """Wait until the user may have something done. Raises Exhausted where that takes longer than the patience."""
        until = float("inf") if patience_seconds is None else self._now() + patience_seconds
        while only_uid is not None and (left := self._left_of(only_uid)) <= 0.0:
            seconds = _A_MOMENT - left / SHARE
            if self._now() + seconds > until:
                raise Exhausted("TOO_MUCH_WORK", f"this user's calls took more than {SHARE:.0%} of a processor")
            await asyncio.sleep(seconds)

    @contextmanager
    def counted(self, only_uid: int | None) -> Generator[None]:
        """Count what is done meanwhile; nothing may be awaited there."""
        before = self._cpu_seconds()
        try:
            yield
        finally:
            if only_uid is not None:
                self._left[only_uid] = (self._left_of(only_uid) - (self._cpu_seconds() - before), self._now())
                if len(self._left) > _REMEMBERED:
                    self._left = {uid: one for uid, one in self._left.items() if self._left_of(uid) < AT_ONCE_SECONDS}

    def _left_of(self, uid: int) -> float:
        left, at = self._left.get(uid, (AT_ONCE_SECONDS, 0.0))
        return min(AT_ONCE_SECONDS, left + max(0.0, self._now() - at) * SHARE)
