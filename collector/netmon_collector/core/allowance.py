"""So much work a second and no more, so that a flood of it never slows the rest."""

__all__ = ["Allowance"]


class Allowance:
    """Lets ``per_second`` things through, ``at_once`` at most; counts those that it did not."""

    __slots__ = ("_at_once", "_left", "_now", "_per_second", "refused_count")

    def __init__(self, per_second: float, *, at_once: float | None = None) -> None:
        """Begin with as much as may be done at once; None: one second's worth."""
        self._per_second = per_second
        self._at_once = self._left = per_second if at_once is None else at_once
        self._now: float | None = None
        self.refused_count = 0

    def take(self, count: int, now: float) -> int:
        """Give how many of ``count`` may be done; ``now`` in monotonic seconds."""
        self._refill(now)
        allowed = count if count <= self._left else int(self._left)
        self._left -= allowed
        self.refused_count += count - allowed
        return allowed

    def take_all(self, count: int, now: float) -> bool:
        """Tell whether all of ``count`` may be done; where not all may, none is taken."""
        self._refill(now)
        if count > self._left:
            self.refused_count += count
            return False
        self._left -= count
        return True

    def _refill(self, now: float) -> None:
        if self._now is not None and now > self._now:
            self._left = min(self._at_once, self._left + (now - self._now) * self._per_second)
        self._now = now
