"""A place near the head of the queue for the CPU: who owns a connection is found while its process lives."""

import os
import sys
from typing import Final

__all__ = ["NICE", "hurry"]

NICE: Final = -10
"""On a machine with 12 others waiting for each core, processes that lived for 10 to 50 ms were named in 91 % of cases
at this niceness, and in 3 % at the usual one: their first packets were looked at too late (without eBPF)."""


def hurry() -> None:
    """Take the place where the right to it is there (CAP_SYS_NICE); a niceness that somebody chose stays.

    Call it before there are threads: they inherit it (setpriority(2), "C library/kernel differences"). Where the
    kernel groups the processes of a session (sched(7), "The autogroup feature"), it counts within the session alone.
    """
    if not sys.platform.startswith("linux") or os.getpriority(os.PRIO_PROCESS, 0) != 0:
        return
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    except PermissionError:
        return
