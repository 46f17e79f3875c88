"""The clock room."""

from netmon_client import clock


def test_the_monotonic_clock_never_goes_back() -> None:
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_the_wall_clock_is_unix_time() -> None:
    assert clock.wall_time() > 1_700_000_000
