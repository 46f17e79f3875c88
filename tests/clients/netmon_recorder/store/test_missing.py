"""The gaps of a range."""

from pathlib import Path

from netmon.model import BucketSize, HistoryGap, HistoryGapKind
from netmon_recorder.store.missing import gaps_of, open_gaps
from netmon_recorder.store.ranges import Kept
from tests.support.history_stage import NOON, keep, opened

_K = HistoryGapKind


def test_gaps_of_a_range_come_oldest_first_after_what_is_not_kept(tmp_path: Path) -> None:
    early = HistoryGap(kind=_K.SUSPENDED, since_time=NOON - 10, until_time=NOON + 10)
    drops = HistoryGap(kind=_K.DROPS, since_time=NOON + 50, until_time=NOON + 60, dropped_packets=4)
    lasting = HistoryGap(kind=_K.STOPPED, since_time=NOON + 80)
    past = HistoryGap(kind=_K.STOPPED, since_time=NOON - 90, until_time=NOON)
    with opened(tmp_path) as store:
        keep(store, gaps=(lasting, drops, early, past))
        found = gaps_of(store._writer, NOON, NOON + 100, BucketSize.MINUTE, Kept(minute=int(NOON) + 5))
        assert open_gaps(store._writer) == (lasting,)
    first = HistoryGap(kind=_K.NOT_KEPT, since_time=NOON, until_time=NOON + 5)
    assert found == (first, early, drops, lasting)


def test_of_an_empty_history_nothing_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        (gap,) = gaps_of(store._writer, NOON, NOON + 100, BucketSize.DAY, Kept())
    assert gap == HistoryGap(kind=_K.NOT_KEPT, since_time=NOON, until_time=NOON + 100)
