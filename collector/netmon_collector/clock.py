"""The collector's one clock. Everything else is handed the time."""

import time
from typing import Final

BOTH_SECONDS: Final = 0.0002

_BOTH_TRIES: Final = 5
"""Something else may run between two readings."""


def monotonic() -> float:
    """Seconds on a clock that never steps and stands still while the machine sleeps."""
    return time.monotonic()


def wall_time() -> float:
    """Unix seconds."""
    return time.time()


def both() -> tuple[float, float]:
    """One moment in monotonic and in Unix seconds: good to `BOTH_SECONDS`, but where the machine is very busy."""
    before, wall, after = time.monotonic(), time.time(), time.monotonic()
    tries = 1
    while after - before >= BOTH_SECONDS and tries < _BOTH_TRIES:
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        tries += 1
    return before, wall


def uptime() -> float:
    """Seconds since the system was started, those that it slept among them: what starts of processes count in."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def slept() -> float:
    """Seconds that the machine has slept since it was started: what CLOCK_BOOTTIME is ahead of the monotonic clock.

    0 where the system has no such clock.
    """
    boot_clock = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_clock is None:
        return 0.0
    return time.clock_gettime(boot_clock) - time.clock_gettime(time.CLOCK_MONOTONIC)


def thread_cpu() -> float:
    """Seconds of CPU that the calling thread has used."""
    return time.thread_time()


def process_cpu() -> float:
    """Seconds of CPU that this process has used, all threads."""
    return time.process_time()
