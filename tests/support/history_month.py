"""A month of history in a file, with nights, a day without a recorder and dropped packets; a year, of fewer rows."""

import random
from itertools import accumulate
from pathlib import Path

from netmon.model import HistoryGap, HistoryGapKind, UsageRow, UsageSums
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.support.history_year import hours, pairs

DAYS = 30
_HOUR = 3600
_DAY = 86_400
_YEARS_PAIRS = 400
_OFF_DAY = 9
_NIGHT = range(1, 6)


def write_month(path: Path, now: float, *, days: int = DAYS) -> None:
    """Keep the days that end now: one minute in twelve of each waking hour, so that it is made in a few seconds."""
    start = int(now // _HOUR * _HOUR) - days * _DAY
    store = open_store(path, now=now)
    try:
        for number, rows in enumerate(hours(days * 24 + 1, start)):
            begin = start + number * _HOUR
            if number // 24 == _OFF_DAY:
                continue
            kept = tuple(row for row in rows if row.start_time % 720 == 0 and row.start_time < now - 60)
            until = min(begin + _HOUR, now)
            is_night = number % 24 in _NIGHT
            store.append(UsageBatch(until_time=until, rows=() if is_night else kept, gaps=_gaps(number, begin)))
    finally:
        store.close()


def write_year(path: Path, now: float) -> None:
    """Keep 365 days that end now: one minute in six hours of each, since who looks at a year looks at days."""
    store = open_store(path, now=now)
    chosen, known = random.Random(3), pairs()[:_YEARS_PAIRS]
    weights = list(accumulate(1 / rank for rank in range(1, len(known) + 1)))
    try:
        for day in range(365, -1, -1):
            begin = now // _HOUR * _HOUR - day * _DAY
            minutes = [begin + 6 * _HOUR * part for part in range(4) if begin + 6 * _HOUR * part < now - 60]
            rows = [
                UsageRow(minute, key, UsageSums(50_000, 10**6 * chosen.randrange(1, 40), 900, 2))
                for minute in minutes
                for key in dict.fromkeys(chosen.choices(known, cum_weights=weights, k=12))
            ]
            store.append(UsageBatch(until_time=min(now, begin + _DAY), rows=tuple(rows)))
    finally:
        store.close()


def _gaps(number: int, begin: int) -> tuple[HistoryGap, ...]:
    if number == (_OFF_DAY + 1) * 24:
        return (HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=begin - _DAY, until_time=begin),)
    if number % 100 == 50:
        return (HistoryGap(kind=HistoryGapKind.DROPS, since_time=begin, until_time=begin + 60, dropped_packets=12_345),)
    if number % 200 == 199:
        return (HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=begin + 600, until_time=begin + 2400),)
    return ()
