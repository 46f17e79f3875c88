"""When sockets are looked at again."""

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.host.look_plan import GRID_SECONDS, MOST_LOOKS, PATIENCE_SECONDS, STEADY_COUNT, LookPlan
from netmon_collector.host.seen_sockets import Seen

FAMILY = 7
KEY = FlowKey(Protocol.TCP, 6, b"\x7f\0\0\1", 1, b"\x7f\0\0\1", 2)


def seen(*, family: int = FAMILY, is_inbound: bool = False, looks: int = 0, kept_at: float = 100.0) -> Seen:
    return Seen(KEY, 0.0, kept_at, is_inbound, family=family, looks=looks)


def steady(plan: LookPlan) -> None:
    for _ in range(STEADY_COUNT):
        plan.note(FAMILY, is_held=True)


def test_what_others_opened_is_looked_at_soon_and_often() -> None:
    plan = LookPlan()
    times: list[float] = []
    one = seen(is_inbound=True)
    for _ in range(MOST_LOOKS):
        plan.add(one, 100.0)
        at = plan.next_at()
        assert at is not None
        assert not plan.is_due(at - 0.0001)
        assert plan.take(at - 0.0001) is None
        assert plan.is_due(at)
        assert plan.take(at) is one
        one.looks += 1
        times.append(at)
    plan.add(one, 100.0)
    assert plan.next_at() is None
    assert times == sorted(times)
    assert times[0] - 100.0 < 0.002 < times[-1] - 100.0 < 0.1


def test_what_is_not_known_to_be_handed_on_waits_for_something_else_to_do() -> None:
    plan = LookPlan()
    plan.add(seen(), 100.0)
    soon = plan.next_at()
    assert soon is not None
    assert plan.take(soon) is not None
    steady(plan)
    plan.add(seen(), 100.0)
    assert plan.next_at() == soon + PATIENCE_SECONDS
    assert plan.is_due(soon)
    assert plan.take(soon) is not None


def test_one_that_was_handed_on_and_strangers_are_not_waited_for() -> None:
    plan = LookPlan()
    steady(plan)
    plan.add(seen(family=8), 100.0)
    stranger = plan.next_at()
    assert stranger is not None
    plan.take(stranger)
    plan.note(FAMILY, is_held=False)
    plan.add(seen(), 100.0)
    assert plan.next_at() == stranger


def test_later_looks_are_taken_together() -> None:
    plan = LookPlan()
    for kept_at in (100.01, 100.03):
        plan.add(seen(looks=1, kept_at=kept_at), 100.04)
    at = plan.next_at()
    assert at is not None
    assert 100.1 <= at <= 100.1 + 2 * GRID_SECONDS
    assert [plan.take(at) is not None for _ in range(3)] == [True, True, False]


def test_what_is_sure_is_not_looked_at_again() -> None:
    plan = LookPlan()
    sure = seen()
    sure.is_sure = True
    plan.add(sure, 100.0)
    assert plan.next_at() is None
