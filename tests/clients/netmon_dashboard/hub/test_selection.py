"""Over 5,000 rows the busiest are shown, and the rest is told in sums."""

from netmon.model import Connection, ConnectionFacts, Omitted, Protocol, Remainder, Traffic
from netmon_client.testing import a_process
from netmon_dashboard.hub.selection import select

OWNER = a_process()


def a_row(number: int, *, remainder: Remainder = Remainder.UNSPECIFIED, is_owned: bool = True) -> Connection:
    facts = ConnectionFacts(
        id=f"c{number}", protocol=Protocol.TCP, process=OWNER if is_owned else None, remainder=remainder
    )
    traffic = Traffic(
        sent_bytes=number + 5,
        received_bytes=1,
        interval_sent_bytes=number if number > 4_000 else 0,
        cleared_sent_bytes=5,
    )
    return Connection(facts, traffic)


def test_up_to_the_limit_all_rows_are_shown() -> None:
    rows = [a_row(number) for number in range(5_000)]
    selection = select(rows, Omitted(connection_count=3, traffic=Traffic(sent_bytes=10, cleared_sent_bytes=4)))
    assert selection.rows is rows
    assert selection.omitted == (3, 6, 0)


def test_beyond_it_the_busiest_are_by_the_tick_and_then_by_total() -> None:
    rows = [a_row(number) for number in range(5_001)]
    selection = select(rows, Omitted())
    assert {row.facts.id for row in selection.rows} == {f"c{number}" for number in range(3_001, 5_001)}
    assert selection.omitted == (3_001, sum(range(3_001)), 3_001)


def test_rows_without_an_owner_are_counted_and_not_summed_as_they_are_among_the_unattributed() -> None:
    rows = [a_row(number, is_owned=number > 0) for number in range(5_001)]
    assert select(rows, Omitted()).omitted == (3_001, sum(range(3_001)), 3_000)


def test_rows_that_stand_for_many_are_always_shown() -> None:
    rows = [a_row(number) for number in range(6_000)]
    rows.append(a_row(0, remainder=Remainder.CLOSED)._replace(traffic=Traffic()))
    selection = select(rows, Omitted())
    assert selection.rows[-1].facts.remainder is Remainder.CLOSED
    assert selection.omitted[0] == 4_000
