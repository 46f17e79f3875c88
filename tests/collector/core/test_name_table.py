"""Answers by address: kept once, for their time, and within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.name_table import (
    ADDRESS_LIMIT,
    MULTICAST_LIMIT,
    SHORTEST_SECONDS,
    USED_AFTER_SECONDS,
    Asker,
    NameAnswer,
    NameTable,
    used_until,
)

CURL, WGET = Asker("p1", "curl"), Asker("p2", "wget")
ADDRESS = b"\1\2\3\4"


def answer(
    name: str = "a.test",
    *,
    time: float = 100.0,
    ttl: float = 300.0,
    asker: Asker = CURL,
    address: bytes = ADDRESS,
    is_waiting: bool = False,
    is_multicast: bool = False,
) -> NameAnswer:
    return NameAnswer(
        address=address,
        name=name,
        first_time=time,
        time=time,
        until=used_until(time, ttl),
        asker=asker,
        is_waiting=is_waiting,
        is_multicast=is_multicast,
    )


def test_the_same_name_for_the_same_asker_is_kept_once_from_the_first_to_the_last() -> None:
    table = NameTable()
    table.add(answer(time=100.0))
    kept = table.add(answer(time=200.0))
    assert len(table) == 1
    assert (kept.first_time, kept.time, kept.until) == (100.0, 200.0, 560.0)


def test_each_asker_has_its_own() -> None:
    table = NameTable()
    for asker in (CURL, WGET, Asker()):
        table.add(answer(asker=asker))
    assert {each.asker for each in table.of(ADDRESS)} == {CURL, WGET, Asker()}
    assert table.of(b"\0\0\0\0") == []


def test_an_answer_joins_those_of_its_asker_when_he_is_known() -> None:
    table = NameTable()
    table.add(answer(time=100.0))
    waiting = table.add(answer(time=150.0, asker=Asker(), is_waiting=True))
    assert len(table) == 2
    table.settle(waiting, CURL)
    (kept,) = table.of(ADDRESS)
    assert (kept.asker, kept.time) == (CURL, 150.0)


def test_who_asked_for_what_is_given_up_does_not_matter() -> None:
    table = NameTable(limit=1)
    waiting = table.add(answer(asker=Asker(), is_waiting=True))
    table.add(answer("b.test"))
    table.settle(waiting, CURL)
    assert [each.name for each in table.of(ADDRESS)] == ["b.test"]
    assert table.given_up_count == 1


def test_what_was_given_longest_ago_goes_first() -> None:
    table = NameTable(limit=2)
    table.add(answer("a.test"))
    table.add(answer("b.test"))
    table.add(answer("a.test", time=110.0))
    table.add(answer("c.test", time=120.0))
    assert {each.name for each in table.of(ADDRESS)} == {"a.test", "c.test"}


def test_one_address_cannot_fill_the_table() -> None:
    table = NameTable()
    for number in range(ADDRESS_LIMIT + 10):
        table.add(answer(f"n{number}.test", time=100.0 + number))
    assert len(table) == len(table.of(ADDRESS)) == ADDRESS_LIMIT
    assert table.given_up_count == 10


def test_what_is_over_is_forgotten() -> None:
    table = NameTable()
    table.add(answer("a.test", time=100.0))
    table.add(answer("b.test", time=500.0))
    table.expire(470.0)
    assert [each.name for each in table.of(ADDRESS)] == ["b.test"]
    assert table.given_up_count == 0


def test_short_lives_are_lengthened_and_long_ones_cut() -> None:
    assert used_until(0.0, 1) == SHORTEST_SECONDS + USED_AFTER_SECONDS
    assert used_until(0.0, 2**31) == 86_460.0


def test_an_answer_serves_from_its_first_time_to_its_end() -> None:
    one = answer(time=100.0, ttl=100)
    assert [one.serves(time, 0.01) for time in (99.0, 99.995, 260.0, 261.0)] == [False, True, True, False]


@given(
    st.lists(
        st.builds(
            answer,
            st.sampled_from(["a.test", "b.test", "c.test"]),
            time=st.floats(0, 1_000),
            asker=st.sampled_from([CURL, WGET, Asker()]),
            address=st.sampled_from([ADDRESS, b"\5\6\7\x08"]),
            is_waiting=st.booleans(),
        ),
        max_size=30,
    ),
    st.integers(1, 6),
)
def test_however_many_come_the_table_stays_within_its_bound(answers: list[NameAnswer], limit: int) -> None:
    table = NameTable(limit=limit)
    for each in answers:
        table.add(each)
        assert len(table) <= limit
    assert sum(len(table.of(address)) for address in (ADDRESS, b"\5\6\7\x08")) == len(table)
    for each in answers:
        table.settle(each, CURL)
        assert len(table) <= limit


def test_a_name_that_did_not_hold_in_between_begins_anew() -> None:
    table = NameTable()
    table.add(answer(time=100.0, ttl=60))
    kept = table.add(answer(time=5_000.0))
    assert kept.first_time == 5_000.0
    assert not kept.serves(3_000.0, 0.01)


def test_when_it_was_given_last_before_a_moment_is_known() -> None:
    table = NameTable()
    kept = table.add(answer(time=100.0))
    for time in range(110, 200, 10):
        table.add(answer(time=float(time)))
    assert [kept.last_time_before(start, 0.0) for start in (250.0, 190.0, 155.0, 118.0, 108.0)] == [
        190.0,
        190.0,
        150.0,
        110.0,
        100.0,  # earlier than what is kept: the first
    ]


def test_what_anybody_may_say_pushes_out_its_like_alone() -> None:
    table = NameTable(limit=MULTICAST_LIMIT + 10)
    table.add(answer())
    for number in range(3 * MULTICAST_LIMIT):
        here = b"\n" + number.to_bytes(3, "big")
        table.add(answer(f"h{number}.local", asker=Asker(), address=here, is_multicast=True))
    assert len(table) == 1 + MULTICAST_LIMIT
    assert [each.name for each in table.of(ADDRESS)] == ["a.test"]
    assert table.of(b"\n" + (3 * MULTICAST_LIMIT - 1).to_bytes(3, "big"))
    table.expire(1e9)
    assert len(table) == 0
    table.add(answer("new.local", asker=Asker(), is_multicast=True))
    assert len(table) == 1
