"""What each domain moved in the last minutes, by slices of five seconds: the lanes of the page."""

from collections.abc import Iterable, Sequence
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

    def __init__(self, delta_columns: tuple[int, int]) -> None:
        self._sent_column, self._received_column = delta_columns
        self._slices: dict[int, dict[int, list[int]]] = {}

    def add(self, time: float, moved: Sequence[int], entries: Iterable[list[Json]]) -> None:
        """Take a tick: flat number, sent, received of those that moved, and the entries that were told whole."""
        begin = SLICE_SECONDS * floor(round(time, 3) / SLICE_SECONDS)
        # Later ones were taken before the clock was set back.
        self._slices = {key: each for key, each in self._slices.items() if begin - LANE_SECONDS < key <= begin}
        current = self._slices.setdefault(begin, {})
        for place in range(0, len(moved), 3):
            _count(current, *moved[place : place + 3])
        for entry in entries:
            _count(current, entry[0], entry[self._sent_column], entry[self._received_column])

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop all that these moved."""
        for number in numbers:
            for each in self._slices.values():
                each.pop(number, None)

    def slices(self) -> list[Json]:
        """Give begin and flat number, sent, received of all slices, oldest first."""
        return [
            [begin, [value for number, moved in each.items() for value in (number, *moved)]]
            for begin, each in sorted(self._slices.items())
        ]


def _count(current: dict[int, list[int]], number: int, sent: int, received: int) -> None:
    if sent or received:
        sums = current.setdefault(number, [0, 0])
        sums[0] += sent
        sums[1] += received
