"""What the kernel counts of a socket goes by flat lists of its own, for the rows where what is shown of it changed."""

import json

import pytest

from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.row_table import RowTable
from netmon_dashboard.hub.socket_counts import CountChanges, round_trip_milliseconds
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


class Bench:
    """A row, and what the newest tick says of its counts."""

    def __init__(self) -> None:
        self.machine, self.table = ToyMachine(), RowTable(lambda _: None)
        self.key = self.machine.open()

    def tick(self) -> CountChanges:
        snapshot = self.machine.tick()
        changes = self.table.update(snapshot.connections, (), snapshot.time)
        self.whole = changes.entries
        return changes.counts


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        (None, None),
        (0.0, 0.0),
        (0.000_031, 0.031),
        (0.001_234_5, 1.23),
        (0.012_345, 12.3),
        (0.123_456, 123),
        (2.5, 2500),
    ],
)
def test_a_round_trip_has_three_digits_and_at_the_least_a_microsecond(
    seconds: float | None, milliseconds: float | None
) -> None:
    assert round_trip_milliseconds(seconds) == milliseconds


def test_a_change_costs_two_numbers_and_never_the_whole_row() -> None:
    bench = Bench()
    bench.tick()
    bench.machine.measure(bench.key, 0.012_3, 0)
    assert bench.tick().parts() == {"i": [1, 12.3], "x": [1, 0], "p": []}
    bench.machine.measure(bench.key, 0.012_31, 4)
    assert bench.tick().parts() == {"i": [], "x": [1, 4], "p": []}
    bench.machine.measure(bench.key, None, 4)
    assert bench.tick().parts() == {"i": [1, None], "x": [], "p": []}
    assert bench.whole == []
    assert bench.tick().parts() == {"i": [], "x": [], "p": []}


def test_payload_is_told_until_a_packet_of_the_row_is_captured() -> None:
    bench = Bench()
    bench.tick()
    bench.machine.count_payload(bench.key, 100, 2_000)
    assert bench.tick().payloads == [1, 100, 2_000]
    bench.machine.count_payload(bench.key, 101, 2_000)
    bench.machine.move(bench.key, 41, 0)
    assert bench.tick().payloads == [1, None, None]
    bench.machine.count_payload(bench.key, 150, 2_000)
    assert bench.tick().payloads == []


def test_the_kernels_counts_of_500_moving_rows_fit_into_its_bytes_too() -> None:
    machine, encoder = ToyMachine(), Encoder()
    keys = [machine.open(f"program{number % 50}", pid=number) for number in range(500)]
    for key in keys:
        machine.measure(key, None, 0)
    encoder.add(machine.tick(), is_counting=True)
    for number, key in enumerate(keys):
        machine.move(key, 1_000 + 37 * number, 123_456 + 991 * number)
        machine.measure(key, 0.010_203 + number * 0.000_607, 3 if number % 10 == 0 else 0)
        machine.count_payload(key, 1_000_000 + number, 100_000_000 + number)
    encoder.add(machine.tick(), is_counting=True)
    said = json.loads(encoder.tick_text(with_rows=True))["r"]
    assert (len(said["i"]), len(said["x"]), "p" in said, "rows" in said) == (2 * 500, 2 * 50, False, False)
    assert len(encoder.tick_text(with_rows=True).encode()) <= 15_000


def test_the_payload_of_one_row_can_be_asked_for() -> None:
    machine, encoder = ToyMachine(), Encoder()
    key = machine.open(moved=(10, 20))
    machine.count_payload(key, 3, None)
    encoder.add(machine.tick(), is_counting=True)
    assert encoder.payload(1) == (3, None)
    assert encoder.payload(99) == (None, None)
