from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from netmon.model import (
    Gap,
    GapCause,
    HistoryGapKind,
    MonitoringState,
    RecordingState,
    Scope,
    UsageSums,
)
from netmon_client import Disconnected, Heartbeat
from netmon_recorder.recording import Recording
from netmon_recorder.store import ResumePoint
from tests.support.counting_machine import SCOPES
from tests.support.kept_seconds import assert_stored_seconds_are_the_minutes, seconds_by_minute
from tests.support.played_recording import Played, T, summed

LOST = Disconnected(reason="gone", retry_seconds=0.2)


def test_usage_stands_in_its_minute_under_all_that_is_known_of_its_connection(played: Played) -> None:
    key = played.machine.open(domain="www.example.com", interface="wlan0")
    played.machine.move(key, 1_000, 20_000)
    played.tick()
    [row] = played.keep().rows
    assert row.start_time == T // 60 * 60
    assert (row.key.user, row.key.application_id, row.key.application_name) == (
        "alice",
        "exe:/usr/bin/firefox",
        "firefox",
    )
    assert (row.key.remote_host, row.key.domain, row.key.interface) == ("93.184.216.34", "www.example.com", "wlan0")
    assert row.sums == UsageSums(1_000, 20_000, 21, 1)


def test_what_is_learnt_within_the_minute_counts_for_all_of_it(played: Played) -> None:
    key = played.machine.open("")
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.machine.change(key, application_id="exe:late", application_name="late", domain="late.example")
    played.machine.move(key, 500, 0)
    played.tick()
    [row] = played.keep().rows
    assert (row.key.application_id, row.key.domain, row.sums.sent_bytes) == ("exe:late", "late.example", 1_500)


def test_what_is_learnt_after_the_last_byte_counts_too(played: Played) -> None:
    key = played.machine.open("")
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.machine.change(key, application_id="exe:late", application_name="late", domain="late.example")
    played.tick()
    [row] = played.keep().rows
    assert (row.key.application_id, row.key.domain, row.sums.sent_bytes) == ("exe:late", "late.example", 1_000)


def test_batches_that_follow_each_other_at_once_forget_no_connection(played: Played) -> None:
    key = played.machine.open()
    played.machine.move(key, 1_000, 0)
    played.tick()
    for _ in range(20):
        without_it = replace(played.machine.tick(), connections=())
        played.recording.take(without_it, played.machine.time)
        played.keep()
    played.machine.move(key, 500, 0)
    played.tick()
    played.keep()
    assert played.notebook.total[0] == 1_500


def test_a_collector_that_ran_already_counts_from_when_it_is_first_seen() -> None:
    both = Played()
    key = both.machine.open()
    both.machine.move(key, 5_000_000, 0)
    both.recording = Recording(ResumePoint(), T + 100)
    both.machine.time = T + 100
    both.meet()
    both.tick()
    both.machine.move(key, 700, 0)
    both.tick()
    both.keep()
    assert both.notebook.total == (700, 0, 1)
    assert summed(both.notebook.rows).connection_count == 0


def test_a_collector_that_does_not_say_when_it_began_counts_from_when_it_is_first_seen(played: Played) -> None:
    played.machine.restart()
    played.meet(tells_start=False)
    played.machine.move(played.machine.open(), 400, 0)
    played.tick()
    assert played.keep().rows == ()


def test_a_restart_of_the_collector_makes_nothing_negative_or_double_and_is_a_gap(played: Played) -> None:
    key = played.machine.open()
    played.machine.move(key, 9_000, 0)
    played.tick()
    played.recording.take(LOST, T + 2)
    played.machine.time = T + 10
    played.machine.restart()
    played.meet()
    played.machine.move(key, 300, 0)
    played.tick()
    played.keep()
    assert played.notebook.total == (9_300, 0, 10)
    assert summed(played.notebook.rows).connection_count == 1
    assert played.notebook.of(HistoryGapKind.COLLECTOR_OFF) == [(1.0, 10.0)]


def test_an_outage_that_lasts_is_a_gap_without_an_end_which_its_end_replaces(played: Played) -> None:
    played.tick()
    played.recording.take(LOST, T + 2)
    played.machine.time = T + 60
    assert played.keep().until_time == T + 60
    assert played.notebook.of(HistoryGapKind.COLLECTOR_OFF) == [(1.0, None)]
    assert played.recording.position.state is RecordingState.WAITING
    played.machine.restart()
    played.meet()
    played.tick()
    played.keep()
    assert played.notebook.of(HistoryGapKind.COLLECTOR_OFF) == [(1.0, 60.0)]
    assert played.recording.position.instance_id == "instance-2"


def test_a_short_loss_of_the_same_collector_is_no_gap_and_loses_nothing(played: Played) -> None:
    key = played.machine.open()
    played.tick()
    played.recording.take(LOST, T + 1)
    played.machine.move(key, 100, 0)
    played.meet()
    played.tick()
    played.keep()
    assert (played.notebook.total[0], played.notebook.gaps) == (100, {})


def test_a_recorder_that_was_off_goes_on_where_it_was_and_says_when_it_was_off(played: Played) -> None:
    key = played.machine.open()
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.keep()
    played.machine.move(key, 2_000, 0)
    played.machine.tick(300.0, is_missed=True)
    played.restart_recorder()
    played.meet()
    played.tick()
    played.keep()
    assert played.notebook.total == (3_000, 0, 3)
    assert played.notebook.of(HistoryGapKind.RECORDER_OFF) == [(1.0, 301.0)]
    late = [row for row in played.notebook.rows if row.sums.sent_bytes == 2_000]
    assert [row.start_time for row in late] == [T // 60 * 60], "where it was last active"


def test_a_recorder_that_was_off_for_long_begins_anew(played: Played) -> None:
    key = played.machine.open()
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.keep()
    played.machine.move(key, 70_000_000, 0)
    played.machine.tick(7_200.0, is_missed=True)
    played.restart_recorder()
    played.meet()
    played.tick()
    played.keep()
    assert played.notebook.total[0] == 1_000
    assert played.notebook.of(HistoryGapKind.RECORDER_OFF) == [(1.0, 7_201.0)]


def test_a_checkpoint_that_makes_no_sense_is_as_none() -> None:
    recording = Recording(ResumePoint(until_time=T, checkpoint=b"of another version"), T + 5)
    assert not recording.knows("instance-1")


def test_an_outage_that_lasted_when_the_recorder_ended_is_ended_where_it_did(played: Played) -> None:
    played.tick()
    played.recording.take(LOST, T + 2)
    played.machine.time = T + 60
    played.keep()
    played.machine.time = T + 200
    played.restart_recorder()
    played.keep()
    assert played.notebook.of(HistoryGapKind.COLLECTOR_OFF) == [(1.0, 60.0)]
    assert played.notebook.of(HistoryGapKind.RECORDER_OFF) == [(60.0, 200.0)]


def test_monitoring_that_is_stopped_is_a_gap_until_it_starts(played: Played) -> None:
    played.tick()
    played.machine.is_stopped = True
    played.tick(5.0)
    assert played.recording.position.state is RecordingState.STOPPED
    played.recording.take(Heartbeat(time=T + 40, sequence=2, monitoring_state=MonitoringState.RUNNING), T + 40)
    played.keep()
    assert played.notebook.of(HistoryGapKind.STOPPED) == [(1.0, 40.0)]


def test_drops_that_follow_each_other_are_one_gap(played: Played) -> None:
    for dropped in (0, 10, 10, 25):
        played.machine.dropped = dropped
        played.tick()
    played.keep()
    [gap] = played.notebook.gaps.values()
    assert (gap.kind, gap.dropped_packets) == (HistoryGapKind.DROPS, 25)
    assert (gap.since_time, gap.until_time) == (T + 1, T + 4)


@pytest.mark.parametrize(("seconds", "expected"), [(5.0, []), (90.0, [(1.0, 91.0)])])
def test_a_stretch_that_was_missed_is_a_gap_from_a_minute_on(
    played: Played, seconds: float, expected: list[tuple[float, float]]
) -> None:
    played.tick()
    gap = Gap(cause=GapCause.SLOW_READER, skipped_count=5, since_time=T + 1, until_time=T + 1 + seconds)
    played.recording.take(gap, T + 2)
    played.keep()
    assert played.notebook.of(HistoryGapKind.MISSED) == expected


def test_what_could_not_be_written_comes_with_the_next_batch_and_a_gap(played: Played) -> None:
    key = played.machine.open()
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.recording.put_back(played.recording.batch(T + 1), T)
    played.machine.move(key, 1_000, 0)
    played.tick()
    played.recording.put_back(played.recording.batch(T + 2), T + 1)
    played.tick()
    played.keep()
    assert played.notebook.total[0] == 2_000
    assert played.notebook.of(HistoryGapKind.STORAGE) == [(0.0, 3.0)]
    played.tick()
    assert played.keep().gaps == ()


class EverythingCounts(RuleBasedStateMachine):
    """Whatever happens: what is recorded of a collector is what its totals grew by."""

    def __init__(self) -> None:
        super().__init__()
        self.played = Played()
        self.played.meet()
        self.earlier = (0, 0, 0)

    @rule(scope=st.sampled_from(SCOPES), program=st.sampled_from(["firefox", "curl", ""]))
    def a_connection_begins(self, scope: Scope, program: str) -> None:
        self.played.machine.open(program, scope)

    @precondition(lambda self: self.played.machine.rows)
    @rule(data=st.data(), sent=st.integers(0, 10**9), received=st.integers(0, 10**9))
    def a_connection_moves(self, data: st.DataObject, sent: int, received: int) -> None:
        self.played.machine.move(data.draw(st.sampled_from(sorted(self.played.machine.rows))), sent, received)

    @rule(scope=st.sampled_from(SCOPES), sent=st.integers(1, 10**6))
    def a_lone_packet(self, scope: Scope, sent: int) -> None:
        self.played.machine.move_lone(scope, sent)

    @precondition(lambda self: self.played.machine.rows)
    @rule(data=st.data())
    def a_connection_ends(self, data: st.DataObject) -> None:
        self.played.machine.end(data.draw(st.sampled_from(sorted(self.played.machine.rows))))

    @precondition(lambda self: self.played.machine.rows)
    @rule(data=st.data())
    def a_row_is_given_up(self, data: st.DataObject) -> None:
        self.played.machine.evict(data.draw(st.sampled_from(sorted(self.played.machine.rows))))

    @precondition(lambda self: self.played.machine.rows)
    @rule(data=st.data(), program=st.sampled_from(["firefox", "curl"]), domain=st.sampled_from(["", "a.example"]))
    def something_is_learnt(self, data: st.DataObject, program: str, domain: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.played.machine.rows)))
        self.played.machine.change(key, application_id=f"exe:{program}", application_name=program, domain=domain)

    @rule()
    def statistics_are_cleared(self) -> None:
        self.played.machine.clear()

    @rule(seconds=st.sampled_from([1.0, 1.0, 30.0, 61.0]))
    def a_snapshot_comes(self, seconds: float) -> None:
        self.played.tick(seconds)

    @rule(seconds=st.sampled_from([1.0, 61.0]))
    def a_snapshot_is_missed(self, seconds: float) -> None:
        self.played.machine.tick(seconds, is_missed=True)

    @rule()
    def a_batch_is_kept(self) -> None:
        self.played.machine.pass_minute()
        self.played.keep()

    @rule()
    def a_batch_is_refused(self) -> None:
        self.played.machine.pass_minute()
        recording = self.played.recording
        recording.put_back(recording.batch(self.played.machine.time), self.played.machine.time)

    @rule()
    def the_connection_to_the_collector_is_lost_and_found(self) -> None:
        self.played.recording.take(LOST, self.played.machine.time)
        self.played.meet()

    @precondition(lambda self: self.played.notebook.resume.until_time is not None)
    @rule(off_seconds=st.sampled_from([0.0, 5.0, 600.0]))
    def the_recorder_is_killed(self, off_seconds: float) -> None:
        self.played.machine.tick(off_seconds + 0.001, is_missed=True)
        self.played.restart_recorder()
        self.played.meet()

    @rule(off_seconds=st.sampled_from([0.001, 30.0]))
    def the_collector_is_restarted(self, off_seconds: float) -> None:
        self.played.tick()
        self.played.keep()
        sent, received, packets = self.played.machine.total
        self.earlier = (self.earlier[0] + sent, self.earlier[1] + received, self.earlier[2] + packets)
        self.played.recording.take(LOST, self.played.machine.time)
        self.played.machine.time += off_seconds
        self.played.machine.restart()
        self.played.meet()

    @invariant()
    def what_is_kept_is_never_more_than_what_was_counted(self) -> None:
        counted = zip(self.played.notebook.total, self.played.machine.total, self.earlier, strict=True)
        assert all(kept <= now + before for kept, now, before in counted)
        assert all(min(row.sums) >= 0 for row in self.played.notebook.rows)

    def teardown(self) -> None:
        self.played.tick()
        self.played.keep()
        for batch in self.played.notebook.batches:
            assert seconds_by_minute(batch.seconds) == seconds_by_minute(batch.rows)
        assert_stored_seconds_are_the_minutes(self.played.notebook.batches)
        counted = zip(self.played.machine.total, self.earlier, strict=True)
        assert self.played.notebook.total == tuple(now + before for now, before in counted)
        by_scope = {
            scope: summed([row for row in self.played.notebook.rows if row.key.scope is scope]) for scope in SCOPES
        }
        if self.earlier == (0, 0, 0):
            assert {scope: sums[:2] for scope, sums in by_scope.items()} == {
                scope: (part.sent_bytes, part.received_bytes) for scope, part in self.played.machine.scopes.items()
            }


TestEverythingCounts = EverythingCounts.TestCase
TestEverythingCounts.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
