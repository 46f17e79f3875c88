"""Who alone opens the connections to a remote end."""

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.host.habits import LIMIT, SIBLING_COUNT, SIBLING_SECONDS, Habits
from tests.support.wire import process


def to(remote_port: int, local_port: int = 40_000) -> FlowKey:
    return FlowKey(Protocol.TCP, 6, bytes(4), local_port, bytes(4), remote_port)


def used(habits: Habits, count: int, *, port: int = 443, pid: int = 10, family: int = 5, begin: float = 0.0) -> None:
    for number in range(count):
        habits.learn(to(port, 40_000 + number), process(pid), family, begin + number / 10)


def test_who_opened_several_in_a_row_opens_the_next() -> None:
    habits = Habits()
    used(habits, SIBLING_COUNT - 1)
    assert habits.of(to(443), 0.5) is None
    used(habits, 1, begin=0.5)
    assert habits.of(to(443), 0.6) == process(10)
    assert habits.of(to(80), 0.6) is None


def test_another_process_in_between_breaks_the_habit() -> None:
    habits = Habits()
    used(habits, SIBLING_COUNT)
    used(habits, 1, pid=11, begin=0.6)
    assert habits.of(to(443), 0.7) is None
    used(habits, SIBLING_COUNT - 1, begin=0.7)
    assert habits.of(to(443), 1.2) is None


def test_children_of_one_have_a_habit_of_their_own() -> None:
    habits = Habits()
    for number in range(SIBLING_COUNT):
        assert habits.family_of(to(443), number / 10) == 0
        used(habits, 1, pid=10 + number, begin=number / 10)
    assert habits.family_of(to(443), 0.5) == 5
    assert habits.family_of(to(80), 0.5) == 0
    assert habits.of(to(443), 0.5) is None
    assert habits.family_of(to(443), 0.4 + SIBLING_SECONDS) == 0
    used(habits, 1, pid=20, family=6, begin=0.5)
    assert habits.family_of(to(443), 0.6) == 0


def test_a_pause_breaks_it() -> None:
    habits = Habits()
    used(habits, SIBLING_COUNT)
    assert habits.of(to(443), 0.4 + SIBLING_SECONDS) is None
    used(habits, 1, begin=10.0)
    assert habits.of(to(443), 10.0) is None


def test_only_so_many_remote_ends_are_kept() -> None:
    habits = Habits()
    for port in range(LIMIT + 1):
        used(habits, SIBLING_COUNT, port=port)
    assert habits.of(to(0), 0.5) is None
    assert habits.of(to(LIMIT), 0.5) == process(10)


def test_a_habit_that_goes_on_is_not_the_one_that_is_forgotten() -> None:
    habits = Habits()
    for port in range(1, LIMIT):
        used(habits, 1, port=443, begin=port / 100)
        used(habits, 1, port=port + 1_000)
    for port in range(2):
        used(habits, 1, port=port + 10_000)
    assert habits.of(to(443), LIMIT / 100) == process(10)
