"""Bars of the last minute."""

from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["SPARK_SECONDS", "Sample", "bars", "slots"]

SPARK_SECONDS: Final = 60.0

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


class Sample(NamedTuple):
    """Speed over one interval; ``time`` (Unix seconds) is its end. Bytes a second, loopback left out."""

    time: float
    interval_seconds: float
    sent: float
    received: float


def slots(samples: Sequence[tuple[float, float, float]], count: int, now: float) -> list[float]:
    """Spread samples (end, length in seconds, value) over ``count`` slots of the last minute, the newest at the end.

    A slot has the largest value that reached into it, so that no peak is lost; 0 where nothing is known.
    """
    values = [0.0] * count
    each = SPARK_SECONDS / count if count else SPARK_SECONDS
    begin = now - SPARK_SECONDS
    for end, length, value in samples:
        first = int((end - length - begin) / each + 1e-6)
        last = int((end - begin) / each - 1e-6)
        for place in range(max(0, first), min(count - 1, max(first, last)) + 1):
            values[place] = max(values[place], value)
    return values


def bars(values: Sequence[float], lines: int) -> list[str]:
    """Draw values as bars of ``lines`` lines, top line first; the largest reaches the top, what is above 0 is seen."""
    most = max(values, default=0.0)
    if most <= 0:
        return [" " * len(values)] * (lines - 1) + ["▁" * len(values)] if lines else []
    steps = [max(1, round(value / most * 8 * lines)) if value > 0 else 0 for value in values]
    return ["".join(_EIGHTHS[max(0, min(8, step - 8 * line))] for step in steps) for line in range(lines - 1, -1, -1)]
