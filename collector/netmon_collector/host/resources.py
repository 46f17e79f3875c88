"""What this process itself costs."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnResources:
    """CPU seconds since the start, of all threads, user and system; memory that is resident now."""

    cpu_seconds: float
    resident_bytes: int


def read_own_resources() -> OwnResources:
    """Read what this process has used until now."""
    process = psutil.Process()
    times = process.cpu_times()
    return OwnResources(cpu_seconds=times.user + times.system, resident_bytes=process.memory_info().rss)
