from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.host.scan_schedule import (
    MAX_INTERVAL_SECONDS,
    QUIET_INTERVAL_SECONDS,
    ScanSchedule,
)


def after_a_scan(cost_seconds: float, at: float = 100.0) -> ScanSchedule:
    schedule = ScanSchedule(cpu_share_idle=0.008, cpu_share_busy=0.02)
    schedule.finished(at, cost_seconds)
    return schedule


def test_the_first_scan_is_due_at_once() -> None:
    assert ScanSchedule().due(100.0)
    assert ScanSchedule().next_time(100.0) == 100.0


@pytest.mark.parametrize(
    ("cost_seconds", "interval_seconds"),
    [(0.0, 2.0), (0.005, 2.0), (0.016, 2.0), (0.040, 5.0), (0.160, 20.0), (0.240, 30.0), (2.0, 30.0)],
)
def test_with_nothing_waiting_scans_are_as_rare_as_they_are_dear(cost_seconds: float, interval_seconds: float) -> None:
    schedule = after_a_scan(cost_seconds)
    assert schedule.idle_interval_seconds == pytest.approx(interval_seconds)
    assert schedule.next_time(100.5) == pytest.approx(100.0 + interval_seconds)
    assert not schedule.due(100.0 + interval_seconds - 0.01)
    assert schedule.due(100.0 + interval_seconds)


@pytest.mark.parametrize(
    ("cost_seconds", "first_seen", "scan_time"),
    [
        (0.001, 100.10, 100.25),  # never closer than 250 ms
        (0.001, 101.00, 101.05),  # 50 ms later, so that others share it
        (0.010, 100.10, 100.50),  # paid for at the busy share
        (0.020, 100.99, 101.04),
        (0.160, 100.10, 108.00),
        (0.160, 90.00, 108.00),  # an old one that the last scan could not name
        (2.000, 100.10, 130.00),
    ],
)
def test_a_waiting_connection_brings_the_next_scan_forward(
    cost_seconds: float, first_seen: float, scan_time: float
) -> None:
    assert after_a_scan(cost_seconds).next_time(100.1, first_seen) == pytest.approx(scan_time)


def test_a_scan_that_is_overdue_is_due_now() -> None:
    assert after_a_scan(0.01).next_time(500.0, 400.0) == 500.0


def test_a_forced_scan_is_due_at_once_and_once() -> None:
    schedule = after_a_scan(0.2)
    schedule.force()
    assert schedule.due(100.01)
    schedule.finished(100.02, 0.2)
    assert not schedule.due(100.03)


def test_what_a_forced_scan_cost_is_paid_for_later() -> None:
    schedule = after_a_scan(0.1)
    schedule.force()
    schedule.finished(100.0, 0.1)
    assert schedule.next_time(100.0, 100.0) == pytest.approx(110.0)


@pytest.mark.parametrize(("idle", "busy"), [(0.0, 0.02), (0.03, 0.02), (0.01, 1.5), (-1.0, 0.02)])
def test_shares_that_make_no_sense_are_refused(idle: float, busy: float) -> None:
    with pytest.raises(ValueError, match="share"):
        ScanSchedule(cpu_share_idle=idle, cpu_share_busy=busy)


STEPS = st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), min_size=1, max_size=60)


def run(steps: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Scan whenever it is due; give (start, cost) of each scan."""
    schedule = ScanSchedule(cpu_share_idle=0.008, cpu_share_busy=0.02)
    now, scans = 100.0, list[tuple[float, float]]()
    for cost, has_pending in steps:
        now = schedule.next_time(now, now if has_pending else None)
        assert schedule.due(now, now - 0.05 if has_pending else None)
        scans.append((now, cost))
        now += cost
        schedule.finished(now, cost)
    return scans


@given(STEPS)
def test_the_busy_share_holds_over_any_sequence_of_scans(steps: list[tuple[float, bool]]) -> None:
    scans = run(steps)
    for first in range(len(scans)):
        spent = sum(cost for _, cost in scans[first:-1])
        assert spent <= 0.02 * (scans[-1][0] - scans[first][0]) + 1e-6


@given(STEPS)
def test_pauses_stay_within_their_bounds(steps: list[tuple[float, bool]]) -> None:
    scans = run(steps)
    for (start, cost), (following, _) in pairwise(scans):
        assert 0.25 - 1e-9 <= following - (start + cost) <= MAX_INTERVAL_SECONDS + 1e-9


def test_while_nobody_made_a_socket_listings_are_rare() -> None:
    schedule = ScanSchedule(is_told=True)
    schedule.begun()
    schedule.finished(100.0, 0.001)
    assert schedule.idle_interval_seconds == QUIET_INTERVAL_SECONDS
    assert schedule.heard()
    assert schedule.next_time(100.0) == pytest.approx(102.0)
    assert not schedule.heard()


def test_what_is_heard_during_a_listing_is_news_for_the_next() -> None:
    schedule = ScanSchedule(is_told=True)
    schedule.begun()
    assert schedule.heard()
    schedule.finished(100.0, 0.001)
    assert schedule.idle_interval_seconds == 2.0


def test_dear_listings_are_no_more_frequent_for_being_told() -> None:
    schedule = ScanSchedule(is_told=True)
    schedule.begun()
    schedule.finished(100.0, 0.080)
    assert schedule.idle_interval_seconds == pytest.approx(16.0)
