"""The bounded table."""

from netmon.model import Connection, ConnectionFacts, Protocol, Traffic
from netmon_collector.core.flow import EndedRow, Flow, FlowKey
from netmon_collector.core.flow_table import FLOW_LIMIT, PROBATION_LIMIT, STRANGERS_LIMIT, FlowTable


def flow(number: int, *, seen_at: float = 0.0) -> Flow:
    key = FlowKey(Protocol.UDP, 17, bytes(4), number, bytes((9, 9, 9, 9)), 53)
    return Flow(f"c{number}", key, start_time=0.0, now=seen_at)


def table(limit: int) -> tuple[FlowTable, list[str]]:
    evicted: list[str] = []
    return FlowTable(lambda gone: evicted.append(gone.id), limit=limit), evicted


def test_a_flood_displaces_only_itself() -> None:
    made, evicted = table(16)
    real = flow(0)
    made.add(real)
    assert made.is_on_probation(real)
    made.promote(real)
    assert not made.is_on_probation(real)
    for number in range(1, 1_000):
        made.add(flow(number))
    assert made.get(real.key) is real
    assert len(made) == 5
    assert evicted == [f"c{number}" for number in range(1, 996)]


def test_what_others_begin_takes_no_place_from_what_this_machine_begins() -> None:
    made, evicted = table(FLOW_LIMIT)
    ours = PROBATION_LIMIT - STRANGERS_LIMIT
    for number in range(ours):
        made.add(flow(number), is_ours=True)
    for number in range(10_000, 10_000 + 5_000):
        made.add(flow(number))
    assert len(made) == PROBATION_LIMIT
    assert evicted == [f"c{number}" for number in range(10_000, 15_000 - STRANGERS_LIMIT)]


def test_what_this_machine_begins_takes_all_places_of_probation_where_nobody_else_is() -> None:
    made, evicted = table(FLOW_LIMIT)
    made.add(flow(0))
    for number in range(1, PROBATION_LIMIT + 2):
        made.add(flow(number), is_ours=True)
    assert evicted == ["c0", "c1"]
    made.add(flow(5_000))
    assert evicted == ["c0", "c1", "c2"]
    assert made.get(flow(5_000).key) is not None


def test_who_has_the_last_word_may_save_one_from_being_given_up() -> None:
    evicted: list[str] = []
    saved = {"c1", "c2"}
    made = FlowTable(lambda gone: evicted.append(gone.id), is_proven=lambda one: one.id in saved, limit=16)
    for number in range(10):
        made.add(flow(number))
    assert evicted == ["c0", "c3", "c4", "c5"]
    assert len(made) == 6
    assert not made.is_on_probation(flow(1))


def test_of_protected_ones_ended_then_silent_then_listed_ones_are_given_up() -> None:
    made, evicted = table(8)
    flows = [flow(number, seen_at=float(number)) for number in range(7)]
    flows[0].is_listed = True
    flows[3].end_time = 1.0
    for one in flows:
        made.add(one, is_protected=True)
    assert evicted == ["c3"]
    made.add(flow(7, seen_at=7.0), is_protected=True)
    assert evicted == ["c3", "c1"]


def test_peers_of_an_unconnected_socket_are_given_up_before_listed_ones() -> None:
    made, evicted = table(8)
    flows = [flow(number, seen_at=float(number)) for number in range(7)]
    for one in flows:
        one.is_listed = True
    flows[4].is_unconnected = True
    for one in flows:
        made.add(one, is_protected=True)
    assert evicted == ["c4"]


def test_another_connection_takes_the_key_and_the_one_before_stays() -> None:
    made, _ = table(8)
    first, second = flow(1), flow(1)
    second.id = "c2"
    made.add(first)
    made.add(second)
    assert made.get(first.key) is second
    assert {one.id for one in made} == {"c1", "c2"}
    made.remove(first)
    assert made.get(second.key) is second
    made.release_key(second)
    assert made.get(second.key) is None
    made.remove(second)
    assert len(made) == 0


def test_an_ended_connection_rests_until_something_happens_to_it() -> None:
    made, _ = table(16)
    opened, ended = flow(1), flow(2)
    ended.closed_at = 5.0
    for one in (opened, ended):
        made.add(one)
        made.rest(one)
    assert (made.awake(), list(made.resting())) == ([opened], [ended])
    assert set(made) == {opened, ended}
    ended.change()
    assert (set(made.awake()), list(made.resting())) == ({opened, ended}, [])


def test_those_that_ended_long_ago_wake() -> None:
    made, _ = table(16)
    for number in (1, 2, 3):
        one = flow(number)
        one.closed_at = float(number)
        made.add(one)
        made.rest(one)
    made.wake_older(2.0)
    assert ([one.id for one in made.awake()], [one.id for one in made.resting()]) == (["c1"], ["c2", "c3"])


def test_of_those_that_ended_long_ago_who_is_not_due_rests_on() -> None:
    made, _ = table(16)
    for number in (1, 2, 3):
        one = flow(number)
        one.closed_at = 1.0
        made.add(one)
        made.rest(one)
    made.wake_older(2.0, is_due=lambda one: one.id == "c2")
    assert ([one.id for one in made.awake()], [one.id for one in made.resting()]) == (["c2"], ["c1", "c3"])
    made.wake_older(2.0)
    assert ({one.id for one in made.awake()}, list(made.resting())) == ({"c1", "c2", "c3"}, [])


def test_a_resting_connection_can_be_given_up() -> None:
    made, evicted = table(4)
    ended = flow(0)
    ended.closed_at = 5.0
    made.add(ended)
    made.rest(ended)
    made.add(flow(1))
    assert evicted == ["c0"]
    assert (list(made.resting()), [one.id for one in made.awake()]) == ([], ["c1"])


def test_rows_of_resting_connections_are_the_same_parts_while_nothing_happens() -> None:
    made, _ = table(16)
    for number in (1, 2, 3):
        one = flow(number)
        one.closed_at = float(number // 2)
        row = Connection(facts=ConnectionFacts(id=one.id, protocol=Protocol.UDP), traffic=Traffic())
        one.shown_end = EndedRow(sequence=number, closed_at=one.closed_at, row=row)
        made.add(one)
        made.rest(one)
    first, second = made.resting_rows()
    assert [ended.sequence for ended in (*first, *second)] == [1, 2, 3]
    made.get(flow(2).key).change()  # type: ignore[union-attr]
    again = made.resting_rows()
    assert again[0] is first
    assert [ended.sequence for ended in again[1]] == [3]
