from dataclasses import replace

from netmon.model import BandwidthSample
from netmon_cli.top.board import Board
from netmon_client.testing import a_snapshot
from tests.clients.netmon_cli.rows import ENDED, REST, UPLOAD, WEB


def test_rows_of_the_first_snapshot_are_not_new() -> None:
    board = Board()
    assert not board.take(a_snapshot([WEB])).new
    assert board.take(a_snapshot([WEB, UPLOAD], sequence=2)).new == {"upload"}
    assert not board.take(a_snapshot([WEB, UPLOAD], sequence=3)).new


def test_rows_of_another_request_are_not_new() -> None:
    board = Board()
    board.take(a_snapshot([WEB]))
    board.begin_view()
    assert not board.take(a_snapshot([UPLOAD], sequence=2)).new


def test_what_ended_is_remembered_for_a_minute() -> None:
    board = Board()
    first = board.take(a_snapshot([WEB, ENDED, REST]))
    assert first.ended == ()  # it is in the snapshot itself
    assert board.take(a_snapshot([WEB], sequence=2)).ended == (ENDED,)
    assert board.take(replace(a_snapshot([WEB], sequence=3), time=1_700_000_081.0)).ended == ()


def test_what_ended_can_be_forgotten() -> None:
    board = Board()
    board.take(a_snapshot([ENDED]))
    board.forget_ended()
    assert board.take(a_snapshot([], sequence=2)).ended == ()


def test_a_new_instance_begins_anew() -> None:
    board = Board()
    board.take(a_snapshot([ENDED]))
    moment = board.take(a_snapshot([WEB], instance_id="other"))
    assert (moment.ended, moment.new) == ((), frozenset())


def test_the_last_minute_comes_from_before_and_grows() -> None:
    board = Board()
    snapshot = a_snapshot([WEB])
    past = [
        BandwidthSample(
            time=snapshot.time - age, interval_seconds=2.0, sent_bytes=20, received_bytes=40, loopback_bytes=0
        )
        for age in (70.0, 59.0, 2.0, 0.0)
    ]
    board.add_past(past)
    moment = board.take(snapshot)
    assert [snapshot.time - sample.time for sample in moment.samples] == [59.0, 2.0, 0.0]
    assert (moment.samples[0].sent, moment.samples[0].received) == (10.0, 20.0)
    later = board.take(replace(snapshot, sequence=2, time=snapshot.time + 1))
    assert later.samples[-1].received == 10_000_000.0
    assert later.samples[-1].time == snapshot.time + 1


def test_a_clock_that_was_set_back_begins_a_new_minute() -> None:
    board = Board()
    board.take(a_snapshot([WEB]))
    moment = board.take(replace(a_snapshot([WEB], sequence=2), time=1_600_000_000.0))
    assert [sample.time for sample in moment.samples] == [1_600_000_000.0]
