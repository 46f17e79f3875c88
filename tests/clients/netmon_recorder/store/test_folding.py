"""The long tail of a minute."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.model import NO_USAGE, Scope, UsageKey, UsageSums
from netmon_recorder.store.folding import fold_targets, folded, regrouped

_seeds = st.tuples(st.integers(0, 150), st.integers(0, 2**32))


def made(count: int, seed: int) -> dict[UsageKey, UsageSums]:
    """Give rows of a few applications and many hosts."""
    chosen = random.Random(seed)
    return {
        UsageKey(
            application_id=chosen.choice(["", *"abcdefgh"]),
            remote_host=f"10.0.0.{number}",
            scope=chosen.choice([Scope.LAN, Scope.INTERNET]),
        ): UsageSums(*(chosen.randrange(9) for _ in range(4)))
        for number in range(count)
    }


def added(rows: dict[UsageKey, UsageSums], scope: Scope) -> UsageSums:
    total = NO_USAGE
    for key, sums in rows.items():
        total = total.plus(sums) if key.scope is scope else total
    return total


@given(drawn=_seeds)
@settings(deadline=None, max_examples=60)
def test_sums_stay_in_each_scope_and_the_rows_are_bounded(drawn: tuple[int, int]) -> None:
    rows = made(*drawn)
    kept = folded(rows, 20)
    # Beyond the bound there is at most one row for all applications in each scope.
    assert len(kept) <= 20 + 2
    assert all(added(kept, scope) == added(rows, scope) for scope in (Scope.LAN, Scope.INTERNET))


def test_an_application_stays_whole_while_its_hosts_are_folded() -> None:
    rows = {
        UsageKey(application_id="exe:scan", remote_host=f"10.0.0.{number}", domain=f"{number}.example"): UsageSums(
            1, number
        )
        for number in range(200)
    }
    kept = folded(rows, 20)
    wide = UsageKey(application_id="exe:scan", is_folded=True)
    assert kept[wide].sent_bytes == 200 - 15
    assert sum(sums.received_bytes for sums in kept.values()) == sum(range(200))


def test_few_rows_stay_as_they_are() -> None:
    rows = {UsageKey(remote_host="10.0.0.1"): UsageSums(1, 2, 3, 4)}
    assert folded(rows, 20) is rows


def test_what_a_minute_has_already_stays_and_only_the_room_beside_it_is_left() -> None:
    rows = made(200, 1)
    first = regrouped(made(90, 2), fold_targets(made(90, 2), 60))
    targets = fold_targets(rows, 60, first.keys())
    second = regrouped(rows, targets)
    assert not targets.keys() & first.keys()
    fresh = [key for key in second if key not in first]
    assert all(not key.application_id and key.is_folded for key in fresh[60 - len(first) :])
    assert len(first.keys() | second.keys()) <= 60 + 2
    assert fold_targets(first, 60, first.keys()) == {}
