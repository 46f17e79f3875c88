"""What a wall clock that is set leaves in the record."""

import pytest

from netmon.model import Gap, GapCause, HistoryGapKind
from netmon_recorder.recording import Recording
from netmon_recorder.store import ResumePoint
from netmon_recorder.store.gaps import recorded_seconds
from tests.support.played_recording import Played, T


def test_a_clock_that_is_set_forward_leaves_a_gap_and_bytes_as_they_are(played: Played) -> None:
    key = played.machine.open()
    played.tick()
    played.machine.time += 3_600
    played.machine.move(key, 100, 0)
    played.tick()
    played.keep()
    assert played.notebook.of(HistoryGapKind.CLOCK) == [(1.0, 3_602.0)]
    assert played.notebook.total[0] == 100


def test_a_clock_that_is_set_back_and_on_again_leaves_a_gap_only_where_nothing_was_recorded(played: Played) -> None:
    played.tick()
    played.machine.time -= 3_600
    played.tick()
    played.machine.time += 3_600
    played.tick()
    played.machine.time -= 3_600
    played.tick()
    played.machine.time += 7_200
    played.tick()
    played.keep()
    assert played.notebook.of(HistoryGapKind.CLOCK) == [(1.0, 3.0), (3.0, 3_605.0)]


def test_a_machine_that_was_off_and_begins_with_a_clock_that_is_behind_was_not_recorded_until_it_is_set() -> None:
    begun = Played()
    begun.recording = Recording(ResumePoint(until_time=T + 600.0), T)
    begun.meet()
    begun.tick()
    begun.machine.time += 7_200
    begun.tick()
    begun.keep()
    assert begun.notebook.of(HistoryGapKind.CLOCK) == [(600.0, 7_202.0)]
    assert recorded_seconds(T, T + 7_202, begun.notebook.gaps.values()) == 600


def test_a_clock_that_is_set_back_adds_to_minutes_that_were(played: Played) -> None:
    key = played.machine.open()
    played.tick()
    played.machine.time -= 3_600
    played.machine.move(key, 100, 0)
    played.tick()
    [row] = played.keep().rows
    assert row.start_time == (T - 3_598) // 60 * 60


@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_sleep_of_the_machine_is_told_as_such_and_not_as_a_step_of_the_clock(
    played: Played, *, is_told_first: bool
) -> None:
    slept = Gap(cause=GapCause.SUSPENDED, since_time=T + 1.2, until_time=T + 601.2)
    played.tick()
    played.machine.time += 600
    if is_told_first:
        played.recording.take(slept, T + 602)
    played.tick()
    if not is_told_first:
        played.recording.take(slept, T + 602)
    played.keep()
    assert {gap.kind for gap in played.notebook.gaps.values()} == {HistoryGapKind.SUSPENDED}
    played.machine.time += 600
    played.tick()
    played.tick()
    played.machine.time += 600
    played.tick()
    played.keep()
    assert len(played.notebook.of(HistoryGapKind.CLOCK)) == 2


def test_a_gap_of_a_slow_reader_within_a_sleep_is_the_sleep_alone(played: Played) -> None:
    played.tick()
    played.recording.take(Gap(cause=GapCause.SLOW_READER, since_time=T + 300, until_time=T + 500), T + 602)
    played.recording.take(Gap(cause=GapCause.SUSPENDED, since_time=T + 1.2, until_time=T + 601.2), T + 602)
    played.keep()
    assert {gap.kind for gap in played.notebook.gaps.values()} == {HistoryGapKind.SUSPENDED}
