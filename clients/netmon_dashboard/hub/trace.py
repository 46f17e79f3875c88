"""What each row or application moved in the ticks of the last minute: the graph of one, the sparks of all."""

from array import array
from collections import deque
from collections.abc import Container, Sequence
from typing import Final

from netmon_dashboard.hub.row_entries import DELTA_RECEIVED, DELTA_SENT
from netmon_dashboard.hub.vocabulary import Json

TRACE_SECONDS: Final = 60.0


class Trace:
    """Bytes by number and tick; 24 bytes for each that moved in a tick, 4 MB a minute for 3,000 of them.

    ``delta_columns``: where an entry that is told whole has what it sent and received in its tick.
    """

    def __init__(self, delta_columns: tuple[int, int] = (DELTA_SENT, DELTA_RECEIVED)) -> None:
        self._sent_column, self._received_column = delta_columns
        self._ticks: deque[tuple[float, float, array[int]]] = deque()

    def add(self, time: float, interval_seconds: float, moved: Sequence[int], entries: Sequence[list[Json]]) -> None:
        """Take a tick: flat number, sent, received of those that moved, and the entries that were told whole."""
        flat = array("q", moved)
        for entry in entries:
            sent, received = entry[self._sent_column], entry[self._received_column]
            if sent or received:
                flat.extend((entry[0], sent, received))
        # What is not older was taken before the clock was set back, or is this tick: one whose stream began anew is
        # sent again.
        while self._ticks and self._ticks[-1][0] >= time:
            self._ticks.pop()
        while self._ticks and self._ticks[0][0] <= time - TRACE_SECONDS:
            self._ticks.popleft()
        self._ticks.append((time, interval_seconds, flat))

    def points(self, number: int) -> list[list[float]]:
        """Give time, interval, sent, received of the ticks in which it moved, oldest first."""
        found: list[list[float]] = []
        for time, interval_seconds, flat in self._ticks:
            numbers = flat[::3]
            if number in numbers:
                place = 3 * numbers.index(number)
                found.append([round(time, 3), round(interval_seconds, 6), flat[place + 1], flat[place + 2]])
        return found

    def forget(self, numbers: Container[int]) -> None:
        """Drop all that these moved: what comes back under its old number begins anew, as it does in every tab."""
        self._ticks = deque((time, seconds, _without(flat, numbers)) for time, seconds, flat in self._ticks)

    def ticks(self) -> list[Json]:
        """Give time, interval and flat number, sent, received of all ticks, oldest first."""
        return [
            [round(time, 3), round(interval_seconds, 6), flat.tolist()] for time, interval_seconds, flat in self._ticks
        ]


def _without(flat: "array[int]", numbers: Container[int]) -> "array[int]":
    kept = array("q")
    for place in range(0, len(flat), 3):
        if flat[place] not in numbers:
            kept.extend(flat[place : place + 3])
    return kept
