import pytest

from netmon.model import Scope
from netmon_client.testing.samples import START_TIME
from netmon_recorder.recording.meter import ABSENT_ROUNDS, Counts, Meter, Reading
from tests.support.counting_machine import CountingMachine


def summed(reading: Reading) -> Counts:
    total = Counts()
    for counts in [row.counts for row in reading.rows] + [counts for _, counts in reading.rest]:
        total = total.plus(counts)
    return total


def test_a_row_gives_what_it_moved_since_the_snapshot_before() -> None:
    machine, meter = CountingMachine(), Meter()
    key = machine.open()
    machine.move(key, 1_000, 2_000)
    [first] = meter.read(machine.tick()).rows
    machine.move(key, 10, 0)
    [second] = meter.read(machine.tick()).rows
    assert (first.counts, second.counts) == (Counts(1_000, 2_000, 3), Counts(10, 0, 1))
    assert (first.is_new, second.is_new) == (True, False)


def test_a_row_that_did_not_move_is_left_out() -> None:
    machine, meter = CountingMachine(), Meter()
    machine.move(machine.open(), 10, 0)
    meter.read(machine.tick())
    assert meter.read(machine.tick()) == Reading()


def test_a_connection_that_was_there_before_the_collector_did_not_begin() -> None:
    machine, meter = CountingMachine(), Meter()
    machine.move(machine.open(started_before=True), 10, 0)
    [row] = meter.read(machine.tick()).rows
    assert not row.is_new


def test_the_first_snapshot_of_a_running_collector_only_sets_the_marks() -> None:
    machine, meter = CountingMachine(), Meter(skips_first=True)
    key = machine.open()
    machine.move(key, 5_000, 0)
    machine.move_lone(Scope.LAN, 100)
    assert meter.read(machine.tick()) == Reading()
    machine.move(key, 1, 0)
    assert summed(meter.read(machine.tick())) == Counts(1, 0, 1)


def test_what_no_connection_shows_is_the_rest_of_its_scope() -> None:
    machine, meter = CountingMachine(), Meter()
    machine.move(machine.open(), 10, 0)
    machine.move_lone(Scope.LAN, 60)
    reading = meter.read(machine.tick())
    assert reading.rest == ((Scope.LAN, Counts(60, 0, 1)),)


def test_what_ended_unseen_is_in_the_rest() -> None:
    machine, meter = CountingMachine(), Meter()
    key = machine.open()
    machine.move(key, 10, 0)
    meter.read(machine.tick())
    machine.move(key, 30, 0)
    machine.end(key)
    machine.tick(is_missed=True)
    assert meter.read(machine.tick()).rest == ((Scope.INTERNET, Counts(30, 0, 1)),)


def test_a_row_that_is_forgotten_and_speaks_again_after_its_end_is_not_counted_twice() -> None:
    machine, meter = CountingMachine(), Meter()
    key = machine.open()
    machine.move(key, 1_000, 0)
    machine.end(key)
    total = summed(meter.read(machine.tick()))
    for _ in range(ABSENT_ROUNDS + 1):
        meter.read(machine.tick())
        meter.tidy()
    assert not meter.marks().rows
    machine.move(key, 10, 0)
    [row] = meter.read(machine.tick()).rows
    assert total.plus(row.counts).sent_bytes == machine.total[0] == 1_010


def test_what_ended_unseen_and_speaks_again_was_in_the_rest() -> None:
    machine, meter = CountingMachine(), Meter()
    total = summed(meter.read(machine.tick()))
    key, other = machine.open(), machine.open()
    machine.move(key, 1_000, 0)
    machine.end(key)
    machine.tick(is_missed=True)
    total = total.plus(summed(meter.read(machine.tick())))
    machine.move(other, 500, 0)
    machine.move(key, 0, 0)
    reading = meter.read(machine.tick())
    assert [(row.facts.id, row.counts.sent_bytes) for row in reading.rows] == [(other, 500)]
    assert total.plus(summed(reading)).sent_bytes == machine.total[0] == 1_500


@pytest.mark.parametrize(("began", "counted"), [(START_TIME, 1_010), (START_TIME + 60, 2_010)])
def test_an_open_row_that_is_forgotten_and_comes_back_is_taken_off_the_rest(began: float, counted: int) -> None:
    machine, meter = CountingMachine(), Meter()
    key = machine.open(start_time=began)
    machine.move(key, 1_000, 0)
    total = summed(meter.read(machine.tick()))
    hidden = machine.rows.pop(key)
    for _ in range(ABSENT_ROUNDS + 1):
        meter.read(machine.tick())
        meter.tidy()
    machine.rows[key] = hidden
    machine.move(key, 10, 0)
    reading = meter.read(machine.tick())
    total = total.plus(summed(reading))
    assert [row.is_new for row in reading.rows] == [counted == 2_010]
    assert total.sent_bytes == counted, "of a row that says it is new nobody can tell"
    machine.move_lone(Scope.INTERNET, 5_000)
    total = total.plus(summed(meter.read(machine.tick())))
    assert (total.sent_bytes, machine.total[0]) == (6_010, 6_010)


def test_marks_that_are_given_back_go_on_where_they_were() -> None:
    machine, meter = CountingMachine(), Meter()
    key = machine.open()
    machine.move(key, 1_000, 0)
    meter.read(machine.tick())
    machine.dropped = 7
    machine.move(key, 1, 0)
    reading = Meter(meter.marks()).read(machine.tick())
    assert (summed(reading), reading.dropped_packets) == (Counts(1, 0, 1), 7)


def test_the_remainders_of_the_collector_are_not_counted_beside_the_totals() -> None:
    machine, meter = CountingMachine(), Meter()
    assert summed(meter.read(machine.tick())) == Counts()
