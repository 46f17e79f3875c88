"""Seats for streams: counted here and not by gRPC, so that health and single calls always answer."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from netmon.serving.callers import Caller
from netmon.serving.errors import Exhausted


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLimits:
    """Counts of those who sit: in all, of one user, and how many are kept for those who see everything."""

    subscriber_limit: int = 1024
    subscribers_a_user: int = 64
    kept_for_those_who_see_all: int = 128


class Seats:
    """So many and no more: one user cannot take them all, nor can strangers together."""

    def __init__(self, limits: SeatLimits, of: str = "subscribers") -> None:
        """``of`` what they are, in words for people."""
        self._limits = limits
        self._of = of
        self._reason = f"TOO_MANY_{of.upper()}"
        self._counts: Counter[int] = Counter()
        self._stranger_count = 0

    @property
    def taken_count(self) -> int:
        """Seats that are taken."""
        return self._counts.total()

    @contextmanager
    def take(self, caller: Caller) -> Generator[None, None, None]:
        """Hold a seat. Raises Exhausted where there is none for this caller."""
        self._check(caller)
        is_stranger = not caller.sees_all
        self._counts[caller.uid] += 1
        self._stranger_count += is_stranger
        try:
            yield
        finally:
            self._stranger_count -= is_stranger
            self._counts[caller.uid] -= 1
            if not self._counts[caller.uid]:
                del self._counts[caller.uid]

    def _check(self, caller: Caller) -> None:
        limits = self._limits
        if self._counts[caller.uid] >= limits.subscribers_a_user:
            raise Exhausted(self._reason, f"user {caller.uid} has {limits.subscribers_a_user} {self._of} already")
        if self.taken_count >= limits.subscriber_limit:
            raise Exhausted(self._reason, f"{limits.subscriber_limit} {self._of} are served already")
        strangers = max(0, limits.subscriber_limit - limits.kept_for_those_who_see_all)
        if not caller.sees_all and self._stranger_count >= strangers:
            raise Exhausted(self._reason, f"{strangers} {self._of} like this are served already: the rest is kept")
