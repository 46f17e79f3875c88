"""What prctl(2) sets of a process: what it may gain, and who may look into it (linux/prctl.h)."""

import ctypes
from typing import Final

from netmon_collector.system_call import checked, libc

__all__ = ["close_to_others", "forbid_new_privileges", "keep_capabilities", "prctl"]

_SET_DUMPABLE: Final = 4
_SET_KEEPCAPS: Final = 8
_SET_NO_NEW_PRIVS: Final = 38


def prctl(option: int, *arguments: int) -> int:
    """Set one thing of this thread or process; missing arguments are 0. Raises ``OSError``."""
    values = [ctypes.c_ulong(one) for one in (*arguments, *(0,) * (4 - len(arguments)))]
    return checked(libc.prctl(ctypes.c_int(option), *values))


def keep_capabilities() -> None:
    """Keep the permitted capabilities when user 0 is left."""
    prctl(_SET_KEEPCAPS, 1)


def forbid_new_privileges() -> None:
    """Gain nothing by a set-user-id program or file capabilities, for good."""
    prctl(_SET_NO_NEW_PRIVS, 1)


def close_to_others() -> None:
    """Let no process of the same user trace this one or look into it; it also writes no core (ptrace(2))."""
    prctl(_SET_DUMPABLE, 0)
