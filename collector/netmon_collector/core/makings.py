"""What was made of objects, kept by their identity as long as somebody asks for it."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

__all__ = ["KEPT_TICKS", "Makings"]

KEPT_TICKS: Final = 16
"""Whoever asks each so many ticks gets the same object still."""

SourceT = TypeVar("SourceT")
MadeT = TypeVar("MadeT")


class Makings(Generic[SourceT, MadeT]):
    """Gives what ``make`` makes of an object: the same one again for the same object, if it was asked for lately."""

    def __init__(self, make: Callable[[SourceT], MadeT]) -> None:
        """Keep nothing yet."""
        self._make = make
        self._lately: dict[int, tuple[SourceT, MadeT]] = {}
        self._before: dict[int, tuple[SourceT, MadeT]] = {}

    def __len__(self) -> int:
        """Give for how many objects something is kept."""
        return len(self._lately.keys() | self._before.keys())

    def of(self, source: SourceT) -> MadeT:
        """Give what is made of an object."""
        key = id(source)
        entry = self._lately.get(key)
        if entry is None:
            # It holds the object that it was made of: no other one can have its id() meanwhile.
            entry = self._lately[key] = self._before.get(key) or (source, self._make(source))
        return entry[1]

    def begin_tick(self, sequence: int) -> None:
        """Each `KEPT_TICKS`, forget what was not asked for since the last time."""
        if sequence % KEPT_TICKS == 0:
            self._before, self._lately = self._lately, {}
