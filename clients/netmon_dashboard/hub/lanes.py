"""What each domain moved in the last minutes, by slices of five seconds: the lanes of the page."""

from collections.abc import Iterable
from math import floor
from typing import Final

from netmon_dashboard.hub.vocabulary import Json

__all__ = ["LANE_SECONDS", "SLICE_SECONDS", "Lanes"]

LANE_SECONDS: Final = 300
SLICE_SECONDS: Final = 5


class Lanes:
    """Bytes by slice and number. A slice is named by its begin, a multiple of ``SLICE_SECONDS`` in Unix seconds.

    A tick counts in the slice that it ends in. Tabs add up the ticks in the same way.
    """

    def __init__(self) -> None:
        self._slices: dict[int, dict[int, list[int]]] = {}

    def add(self, time: float, moved: Iterable[tuple[int, int, int]]) -> None:
        """Take a tick: number, sent, received of those that moved."""
        begin = SLICE_SECONDS * floor(round(time, 3) / SLICE_SECONDS)
        # Later ones were taken before the clock was set back.
        self._slices = {key: each for key, each in self._slices.items() if begin - LANE_SECONDS < key <= begin}
        current = self._slices.setdefault(begin, {})
        for number, sent, received in moved:
            sums = current.setdefault(number, [0, 0])
            sums[0] += sent
            sums[1] += received

    def forget(self, number: int) -> None:
        """Drop all that it moved."""
        for each in self._slices.values():
            each.pop(number, None)

    def slices(self) -> list[Json]:
        """Give begin and flat number, sent, received of all slices, oldest first."""
        return [
            [begin, [value for number, moved in each.items() for value in (number, *moved)]]
            for begin, each in sorted(self._slices.items())
        ]
