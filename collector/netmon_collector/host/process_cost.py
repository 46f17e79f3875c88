"""What a process has cost, from ``/proc/PID/stat`` (proc(5)): one read, and no psutil, which a helper does not load."""

import os
from typing import NamedTuple

__all__ = ["NO_COST", "Cost", "read_cost"]


class Cost(NamedTuple):
    """CPU seconds of all its threads, user and system, good to 10 ms; memory that is resident now."""

    cpu_seconds: float
    resident_bytes: int


NO_COST = Cost(0.0, 0)


def read_cost(pid: int, root: str = "/proc") -> Cost:
    """Read what a process has cost; `NO_COST` where it is gone or may not be read."""
    try:
        with open(f"{root}/{pid}/stat", "rb") as file:  # noqa: PTH123 - of each listing
            fields = file.read().rpartition(b")")[2].split()  # a name may hold spaces and brackets
    except OSError:
        return NO_COST
    ticks = int(fields[11]) + int(fields[12])
    return Cost(ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
