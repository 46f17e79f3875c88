"""What one subscriber sees of a tick."""

import pytest

from netmon.model import (
    Connection,
    Filter,
    FilterField,
    Remainder,
    RowOrder,
    Section,
    Snapshot,
    Term,
    View,
)
from netmon_collector.core.views import compose
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, PEER, Machine, process, tcp_row, udp_row

WEB = (PEER, 443)
CURL, NGINX = process(10), process(20, "nginx")


def busy() -> Machine:
    """Three UDP rows, oldest first: 1 moved most in all, 2 moved last and most in this tick, 3 is newest and quiet."""
    machine = Machine()
    for port, size in ((1, 900), (2, 100), (3, 10)):
        machine.udp((HERE, port), WEB, size=size)
        machine.tick()
    machine.udp((HERE, 2), WEB, size=200)
    machine.udp((HERE, 1), WEB, size=100)
    machine.list_sockets(udp_row((HERE, 1), WEB, CURL), udp_row((HERE, 2), WEB, NGINX), processes=(CURL, NGINX))
    machine.tick()
    return machine


def ports(snapshot: Snapshot) -> list[int | None]:
    return [row.local.port for row in snapshot.connections if row.local is not None]


def seen(machine: Machine, view: View, since_sequence: int | None = None) -> Snapshot:
    snapshot = machine.monitor.compose(view, every=1, since_sequence=since_sequence)
    assert_balanced(snapshot)
    return snapshot


@pytest.mark.parametrize(
    ("order", "limit", "expected"),
    [
        (RowOrder.UNSPECIFIED, 3, [2, 1, 3]),
        (RowOrder.UNSPECIFIED, 1, [2]),
        (RowOrder.TOTAL, 0, [1, 2, 3]),
        (RowOrder.TOTAL, 2, [1, 2]),
        (RowOrder.NEWEST, 0, [3, 2, 1]),
        (RowOrder.NEWEST, 1, [3]),
    ],
)
def test_rows_come_in_the_order_asked_for_and_a_limit_keeps_the_first(
    order: RowOrder, limit: int, expected: list[int]
) -> None:
    snapshot = seen(busy(), View(order=order, row_limit=limit))
    assert ports(snapshot) == expected
    assert snapshot.omitted.connection_count == 3 - len(expected)


def test_rows_of_equal_interval_are_ordered_by_their_total() -> None:
    machine = busy()
    machine.tick()
    assert ports(seen(machine, View(row_limit=3))) == [1, 2, 3]


def test_what_was_left_out_is_told_with_the_bytes_that_have_an_owner() -> None:
    only_newest = seen(busy(), View(row_limit=1, order=RowOrder.NEWEST))
    assert only_newest.omitted.connection_count == 2
    assert only_newest.omitted.traffic.sent_bytes == 928 + 128 + 128 + 228
    without_an_owner = seen(busy(), View(row_limit=2, order=RowOrder.TOTAL))
    assert without_an_owner.omitted.connection_count == 1
    assert without_an_owner.omitted.traffic.sent_bytes == 0


def test_a_filter_leaves_rows_out_and_keeps_all_sums() -> None:
    machine = busy()
    by_name = Filter(terms=(Term(field=FilterField.APPLICATION, values=("nginx",)),))
    snapshot = seen(machine, View(filter=by_name))
    assert ports(snapshot) == [2]
    assert snapshot.totals == seen(machine, View()).totals
    assert len(snapshot.applications) == 2


@pytest.mark.parametrize(
    ("sections", "has"),
    [
        (frozenset[Section](), (True, True, True)),
        (frozenset({Section.CONNECTIONS}), (True, False, False)),
        (frozenset({Section.APPLICATIONS}), (False, True, False)),
        (frozenset({Section.INTERFACES, Section.CONNECTIONS}), (True, False, True)),
    ],
)
def test_only_the_sections_asked_for_are_filled(sections: frozenset[Section], has: tuple[bool, ...]) -> None:
    snapshot = seen(busy(), View(sections=sections))
    assert (bool(snapshot.connections), bool(snapshot.applications), bool(snapshot.interfaces)) == has
    assert snapshot.omitted.connection_count == (0 if has[0] else 3)


def test_the_limit_of_the_collector_holds_whatever_a_view_asks_for() -> None:
    machine = busy()
    tick = machine.monitor._audiences.tick
    assert tick is not None
    for asked in (0, 2, 1_000):
        snapshot = compose(tick, View(row_limit=asked), row_limit=2)
        assert ports(snapshot) == [2, 1]
        assert_balanced(snapshot)


def closing(machine: Machine, port: int, *, is_owned: bool = True) -> None:
    machine.tcp((HERE, port), WEB, frames.SYN, size=60)
    rows = [tcp_row((HERE, port), WEB, CURL)] if is_owned else []
    machine.list_sockets(*rows, processes=(CURL,), is_complete=False)
    machine.tcp(WEB, (HERE, port), frames.RST)
    machine.tick()


def remainders(snapshot: Snapshot) -> dict[Remainder, Connection]:
    return {row.facts.remainder: row for row in snapshot.connections if row.facts.remainder}


@pytest.mark.parametrize(
    ("since", "shown", "summed_up_bytes"),
    [(None, [12], 200), (3, [12], 200), (2, [12, 11], 100), (1, [12, 10, 11], 0), (0, [12, 10, 11], 0)],
)
def test_rows_that_ended_since_are_shown_and_earlier_ones_are_summed_up(
    since: int | None, shown: list[int], summed_up_bytes: int
) -> None:
    machine = Machine()
    machine.tick()
    for port in (10, 11, 12):
        closing(machine, port)
    snapshot = seen(machine, View(), since)
    assert ports(snapshot) == shown
    rest = remainders(snapshot)
    assert (rest[Remainder.CLOSED].traffic.sent_bytes if rest else 0) == summed_up_bytes


def test_rows_that_ended_without_an_owner_are_not_summed_up_again() -> None:
    machine = Machine()
    closing(machine, 10, is_owned=False)
    machine.tick()
    snapshot = seen(machine, View())
    assert remainders(snapshot) == {}
    assert snapshot.unattributed[0].traffic.sent_bytes == 100


def test_what_ended_stays_in_the_sums_when_it_is_listed_no_more() -> None:
    machine = Machine()
    closing(machine, 10)
    machine.list_sockets()
    for _ in range(4):
        machine.tick(61)
    assert machine.monitor.tracked_count == 0
    snapshot = seen(machine, View())
    assert remainders(snapshot)[Remainder.CLOSED].traffic.sent_bytes == 100
    assert snapshot.omitted.connection_count == 0


def test_a_filter_counts_no_remainder_among_the_connections_that_it_left_out() -> None:
    machine = Machine()
    closing(machine, 10)
    machine.tick()
    nobody = Filter(terms=(Term(field=FilterField.APPLICATION, values=("nobody",)),))
    snapshot = seen(machine, View(filter=nobody))
    assert snapshot.connections == ()
    assert snapshot.omitted.connection_count == 0
    assert snapshot.omitted.traffic.sent_bytes == 100
