"""perf_event_open(2): a tracepoint and what becomes of processes, told together on each processor."""

import ctypes
import errno
import fcntl
import os
import platform
import struct
import time
from pathlib import Path
from typing import Final

from netmon_collector.system_call import system_call

__all__ = ["enable", "online_processors", "open_event", "processors", "time_enabled"]

_NUMBERS: Final = {"x86_64": 298, "aarch64": 241, "riscv64": 241, "ppc64le": 319, "s390x": 331, "armv7l": 364}

_ONLINE: Final = Path("/sys/devices/system/cpu/online")

# linux/perf_event.h: struct perf_event_attr as of Linux 4.1 (PERF_ATTR_SIZE_VER5).
_ATTRIBUTES: Final = struct.Struct("=IIQQQQQII4QIiQII")
_TYPE_TRACEPOINT: Final = 2
_SAMPLE_TID: Final = 1 << 1
_SAMPLE_TIME: Final = 1 << 2
_SAMPLE_RAW: Final = 1 << 10
_READ_TIME_ENABLED: Final = 1 << 0
_READ: Final = struct.Struct("=QQ")

_DISABLED: Final = 1 << 0
_NAMES: Final = 1 << 9
_TASKS: Final = 1 << 13
_ALL_CARRY_TIME: Final = 1 << 18
_NAMES_TELL_EXEC: Final = 1 << 24
_USE_CLOCK: Final = 1 << 25

_ANY_PROCESS: Final = -1
_NO_GROUP: Final = -1
_CLOSE_ON_EXEC: Final = 8

# asm-generic/ioctl.h: _IO and _IOW of '$'.
_ENABLE: Final = 0x2400
_SET_FILTER: Final = 0x40082406


def open_event(number: int, terms: bytes, processor: int) -> int:
    """Open tracepoint ``number``, where ``terms`` hold, with forks, names and ends of processes; give its descriptor.

    It tells nothing before ``enable``. Raises ``OSError``: EACCES or EPERM without the rights, ENODEV for a processor
    that is off, EINVAL for ``terms`` of fields that there are not.
    """
    flags = _DISABLED | _NAMES | _TASKS | _ALL_CARRY_TIME | _NAMES_TELL_EXEC | _USE_CLOCK
    told = _SAMPLE_TID | _SAMPLE_TIME | _SAMPLE_RAW
    wake_at_each = 1
    attributes = _ATTRIBUTES.pack(
        *(_TYPE_TRACEPOINT, _ATTRIBUTES.size, number, 1, told, _READ_TIME_ENABLED, flags, wake_at_each, 0, 0, 0, 0, 0),
        *(0, time.CLOCK_MONOTONIC, 0, 0, 0),
    )
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    opened = system_call(_number(), buffer, _ANY_PROCESS, processor, _NO_GROUP, _CLOSE_ON_EXEC)
    try:
        fcntl.ioctl(opened, _SET_FILTER, terms + b"\0")
    except OSError:
        os.close(opened)
        raise
    return opened


def enable(event: int) -> None:
    """Have an event tell from now on. Raises ``OSError``."""
    fcntl.ioctl(event, _ENABLE, 0)


def time_enabled(event: int) -> int:
    """Give for how many nanoseconds an event has told: it stops with its processor, for good. Raises ``OSError``."""
    data = os.read(event, _READ.size)
    return _READ.unpack(data)[1] if len(data) == _READ.size else 0


def online_processors() -> list[int]:
    """Give the numbers of the processors that are on. Raises ``OSError`` and ``ValueError``."""
    return processors(_ONLINE.read_text())


def processors(text: str) -> list[int]:
    """Read a list such as ``0-3,8`` (Documentation/admin-guide/cputopology.rst). Raises ``ValueError``."""
    found: list[int] = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _number() -> int:
    number = _NUMBERS.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, "the number of perf_event_open(2) is not known for this machine")
    return number
