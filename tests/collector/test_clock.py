"""The collector's one clock."""

import time

import pytest

from netmon_collector import clock


def test_monotonic_time_is_the_systems() -> None:
    before = time.clock_gettime(time.CLOCK_MONOTONIC)
    assert before <= clock.monotonic() <= time.clock_gettime(time.CLOCK_MONOTONIC)


def test_wall_time_is_in_unix_seconds() -> None:
    before = time.clock_gettime(time.CLOCK_REALTIME)
    assert before - 0.01 <= clock.wall_time() <= time.clock_gettime(time.CLOCK_REALTIME) + 0.01


def test_sleep_of_the_machine_is_never_negative_and_stands_still_while_it_is_awake() -> None:
    first = clock.slept()
    assert first >= -0.001
    assert abs(clock.slept() - first) < 0.5


def test_cpu_time_is_that_of_the_calling_thread_and_only_grows() -> None:
    before = clock.thread_cpu()
    assert sum(range(100_000)) > 0
    assert clock.thread_cpu() > before


def test_a_system_without_the_clock_that_counts_sleep_never_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert clock.slept() == 0.0
