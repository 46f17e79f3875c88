"""A month of history in a file: the busy desktop's, with nights, a day without a recorder, and dropped packets."""

from pathlib import Path

from netmon.model import HistoryGap, HistoryGapKind
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.support.history_year import hours

DAYS = 30
_HOUR = 3600
_DAY = 86_400
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


def _gaps(number: int, begin: int) -> tuple[HistoryGap, ...]:
    if number == (_OFF_DAY + 1) * 24:
        return (HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=begin - _DAY, until_time=begin),)
    if number % 100 == 50:
        return (HistoryGap(kind=HistoryGapKind.DROPS, since_time=begin, until_time=begin + 60, dropped_packets=12_345),)
    if number % 200 == 199:
        return (HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=begin + 600, until_time=begin + 2400),)
    return ()
