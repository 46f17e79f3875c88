"""Capabilities of the calling thread (capabilities(7)), by capset(2) and prctl(2)."""

import ctypes
import os
import struct
from collections.abc import Collection
from enum import IntEnum
from pathlib import Path
from typing import Final

from netmon_collector.privileges.thread_settings import prctl
from netmon_collector.system_call import checked, libc

__all__ = ["Capability", "clear_ambient", "drop_bounding", "effective", "needs_bpf", "set_capabilities"]

_VERSION_3: Final = 0x20080522
_HEADER: Final = struct.Struct("=Ii")
_SETS: Final = struct.Struct("=6I")
"""Effective, permitted and inheritable of capabilities 0 to 31, then of 32 to 63 (linux/capability.h)."""

_CAPBSET_DROP: Final = 24
_CAP_AMBIENT: Final = 47
_CAP_AMBIENT_CLEAR_ALL: Final = 4
_LAST: Final = Path("/proc/sys/kernel/cap_last_cap")


class Capability(IntEnum):
    """Those that a part of the collector needs at some time (linux/capability.h)."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    DAC_READ_SEARCH = 2
    SETGID = 6
    SETUID = 7
    SETPCAP = 8
    NET_RAW = 13
    SYS_PTRACE = 19
    BPF = 39


def set_capabilities(kept: Collection[Capability]) -> None:
    """Have ``kept`` in the effective and the permitted set, and nothing else. Raises ``OSError``.

    Of the calling thread alone: call it before there is another.
    """
    mask = sum(1 << capability for capability in kept)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = ctypes.create_string_buffer(_HEADER.pack(_VERSION_3, 0), _HEADER.size)
    sets = ctypes.create_string_buffer(_SETS.pack(low, low, 0, high, high, 0), _SETS.size)
    checked(libc.capset(header, sets))


def effective() -> frozenset[Capability]:
    """Give which of them this process has and may use."""
    lines = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    mask = int(lines["CapEff"], 16)
    return frozenset(one for one in Capability if mask & 1 << one)


def drop_bounding(kept: Collection[Capability]) -> None:
    """Take all but ``kept`` out of the bounding set. Needs CAP_SETPCAP; raises ``OSError``."""
    for number in range(int(_LAST.read_text()) + 1):
        if number not in kept:
            prctl(_CAPBSET_DROP, number)


def clear_ambient() -> None:
    """Leave nothing to programs that would be started. Raises ``OSError``."""
    prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)


def needs_bpf() -> bool:
    """Whether this kernel asks for CAP_BPF whenever a map is read: those before 5.19 may (kernel/bpf/syscall.c).

    Not tried on such a kernel.
    """
    parts = os.uname().release.split(".")
    numbers = tuple(int(part) for part in parts[:2] if part.isdecimal())
    return len(numbers) == 2 and numbers < (5, 19)
