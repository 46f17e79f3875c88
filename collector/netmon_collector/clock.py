"""The collector's one clock. Everything else is handed the time."""

import time


def monotonic() -> float:
    """Seconds on a clock that never steps and stands still while the machine sleeps."""
    return time.monotonic()


def wall_time() -> float:
    """Unix seconds."""
    return time.time()


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
