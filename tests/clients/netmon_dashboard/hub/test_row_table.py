"""What a tick says of rows; that it suffices is shown in test_encoding.py."""

import pytest

from netmon.model import ConnectionState
from netmon_client.testing import a_process
from netmon_dashboard.hub import row_table
from netmon_dashboard.hub.row_entries import END
from netmon_dashboard.hub.row_table import RowChanges, RowTable
from netmon_dashboard.hub.vocabulary import PROCESS_COLUMNS
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


def no_app(key: str) -> None:
    return None


class Bench:
    def __init__(self) -> None:
        self.machine, self.table = ToyMachine(), RowTable(no_app)

    def tick(self, seconds: float = 1.0) -> RowChanges:
        snapshot = self.machine.tick(seconds)
        return self.table.update(snapshot.connections, (), snapshot.time)


def test_a_row_that_moves_costs_three_numbers_and_one_at_rest_nothing() -> None:
    bench = Bench()
    key = bench.machine.open()
    bench.tick()
    bench.machine.move(key, 10, 20)
    changes = bench.tick()
    assert (changes.moved, changes.entries, changes.states) == ([1, 10, 20], [], [])
    changes = bench.tick()
    assert (changes.moved, changes.entries, changes.gone) == ([], [], [])


def test_another_state_is_told_by_its_code() -> None:
    bench = Bench()
    key = bench.machine.open()
    bench.tick()
    bench.machine.set_state(key, ConnectionState.CLOSE_WAIT)
    assert bench.tick().states == [1, "close_wait"]


def test_a_row_that_ended_stays_for_a_minute_and_then_goes() -> None:
    bench = Bench()
    key = bench.machine.open()
    bench.tick()
    bench.machine.end(key)
    changes = bench.tick()
    assert changes.closed[0] == 1
    assert changes.states == [1, "closed"]
    assert bench.tick(58.0).gone == []
    assert bench.table.closed() == [[1, bench.table.entries()[0][END]]]
    assert bench.tick(3.0).gone == [1]
    assert bench.table.entries() == []
    assert bench.table.number(key) is None


def test_what_ended_before_the_clock_was_set_back_goes_at_once() -> None:
    bench = Bench()
    bench.machine.end(bench.machine.open())
    bench.tick()
    assert bench.tick(-3.0).gone == []
    assert bench.tick(-3600.0).gone == [1]


def test_of_a_great_many_that_ended_the_newest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_table, "ENDED_LIMIT", 2)
    bench = Bench()
    keys = [bench.machine.open() for _ in range(5)]
    bench.tick()
    for key in keys:
        bench.machine.end(key)
        bench.tick()
    assert bench.tick().gone == [3]
    assert [entry[0] for entry in bench.table.entries()] == [4, 5]
    assert [bench.table.number(key) for key in keys] == [None, None, None, 4, 5]


def test_a_row_that_is_left_out_goes_at_once_and_keeps_its_number_where_it_is_known() -> None:
    machine, table = ToyMachine(), RowTable(no_app)
    key = machine.open()
    snapshot = machine.tick()
    table.update(snapshot.connections, (), snapshot.time)
    assert table.update((), [key], snapshot.time + 1).gone == [1]
    assert table.number(key) == 1
    assert table.update(snapshot.connections, (), snapshot.time + 2).entries[0][0] == 1
    assert table.update((), (), snapshot.time + 3).gone == [1]
    assert table.number(key) is None


def test_a_process_is_told_once_and_again_when_it_says_something_else() -> None:
    bench = Bench()
    bench.machine.open("ssh", pid=1)
    bench.machine.open("ssh", pid=1)
    assert len(bench.tick().processes) == 1
    bench.machine.retitle("ssh", 1, "ssh host")
    changes = bench.tick()
    assert [entry[PROCESS_COLUMNS.index("command_line")] for entry in changes.processes] == ["ssh host"]
    assert bench.table.process_entries() == changes.processes


def test_numbers_go_on_after_those_of_the_table_before() -> None:
    bench = Bench()
    bench.machine.open("ssh")
    bench.tick()
    after = RowTable(no_app, bench.table)
    snapshot = bench.machine.tick()
    changes = after.update(snapshot.connections, (), snapshot.time)
    assert (changes.entries[0][0], changes.processes[0][0]) == (2, 2)


def test_processes_and_numbers_of_rows_that_are_gone_are_swept() -> None:
    table = RowTable(no_app)
    for number in range(1_000):
        machine = ToyMachine()
        key = machine.open(f"program{number}", id=f"c{number}")
        snapshot = machine.tick()
        changes = table.update(snapshot.connections, (), 1_000.0 + number)
        assert changes.entries
        assert table.number(key) == number + 1
    assert table.kept_process_count <= 260


def test_what_listens_on_all_interfaces_is_listed_in_order() -> None:
    bench = Bench()
    bench.machine.open("sshd", is_listener=True)
    bench.machine.open("avahi", is_listener=True)
    bench.machine.open("ssh")
    assert bench.tick().are_listeners_touched
    assert [(entry[1], entry[2], entry[4]) for entry in bench.table.listeners()] == [
        ("avahi", "tcp", "alice"),
        ("sshd", "tcp", "alice"),
    ]
    assert not bench.tick().are_listeners_touched


def test_it_knows_which_applications_its_rows_name() -> None:
    machine, table = ToyMachine(), RowTable({a_process().application_id: 9}.get)
    machine.open("firefox")
    snapshot = machine.tick()
    table.update(snapshot.connections, (), snapshot.time)
    assert table.named_apps() & {8, 9} == {9}
