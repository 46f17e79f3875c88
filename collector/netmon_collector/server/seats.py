"""Seats for subscribers: counted here and not by gRPC, so that health and single calls always answer."""

from collections.abc import Generator
from contextlib import contextmanager

from netmon.serving import Exhausted


class Seats:
    """So many and no more."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.taken_count = 0

    @contextmanager
    def take(self) -> Generator[None, None, None]:
        """Hold a seat. Raises Exhausted where all are taken."""
        if self.taken_count >= self._limit:
            raise Exhausted("TOO_MANY_SUBSCRIBERS", f"{self._limit} subscribers are served already")
        self.taken_count += 1
        try:
            yield
        finally:
            self.taken_count -= 1
