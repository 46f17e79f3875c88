"""The collector's one clock."""

import time
from pathlib import Path

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


def test_the_uptime_is_what_the_system_tells() -> None:
    def told() -> float:
        return float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])  # cut to hundredths

    before, uptime = told(), clock.uptime()
    assert before <= uptime <= told() + 0.01


def test_cpu_time_is_that_of_the_calling_thread_and_only_grows() -> None:
    before = clock.thread_cpu()
    assert sum(range(100_000)) > 0
    assert clock.thread_cpu() > before


def test_a_system_without_the_clock_that_counts_sleep_never_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert clock.slept() == 0.0


def read_offset() -> tuple[float, float]:
    """Give how long it took to read Unix seconds, and how far they are ahead of the monotonic ones."""
    before = time.clock_gettime(time.CLOCK_MONOTONIC)
    wall = time.clock_gettime(time.CLOCK_REALTIME)
    after = time.clock_gettime(time.CLOCK_MONOTONIC)
    return after - before, wall - (before + after) / 2


def test_a_moment_is_the_same_one_in_both_clocks() -> None:
    # Of the reading in whose middle the least came between.
    _, offset = min(read_offset() for _ in range(100))
    now, wall = min((clock.both() for _ in range(100)), key=lambda moment: abs(moment[1] - moment[0] - offset))
    assert wall - now == pytest.approx(offset, abs=5 * clock.BOTH_SECONDS)


def test_a_moment_that_something_else_ran_into_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([10.0, 10.5, 11.0, 11.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(readings))
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    assert clock.both() == (11.0, 1_000.0)
