"""File systems that the kernel tells by (cgroup2, tracefs): also where this mount namespace does not show them."""

import os
import re
from pathlib import Path
from typing import Final

from netmon_collector.system_call import system_call

__all__ = ["find_root", "open_root"]

_ESCAPE: Final = re.compile(rb"\\([0-7]{3})")
_OPEN_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

# include/uapi/asm-generic/unistd.h: the same numbers on every machine. linux/mount.h.
_FSOPEN, _FSCONFIG, _FSMOUNT = 430, 431, 432
_CLOSE_ON_EXEC: Final = 1
_CMD_CREATE: Final = 6


def find_root(mountinfo: bytes, kind: bytes) -> bytes | None:
    """Give where the root of a file system is mounted, from ``/proc/self/mountinfo`` (proc(5)); None: nowhere."""
    for line in mountinfo.splitlines():
        front, separator, back = line.partition(b" - ")
        fields = front.split(b" ")
        if separator and back.startswith(kind + b" ") and len(fields) > 4 and fields[3] == b"/":
            return _ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), fields[4])
    return None


def open_root(kind: bytes) -> int:
    """Open the root of one and give the descriptor; it may be a hybrid system's.

    Raises ``OSError`` where the kernel has no such file system, or keeps it from us.
    """
    root = find_root(Path("/proc/self/mountinfo").read_bytes(), kind)
    if root is not None:
        try:
            return os.open(root, _OPEN_DIRECTORY)
        except FileNotFoundError:
            # Something else is mounted over it, as `ip netns exec` does with /sys.
            return _open_unmounted(kind)
    return _open_unmounted(kind)


def _open_unmounted(kind: bytes) -> int:
    """Mount it where nobody sees it (fsopen(2), fsmount(2)); it goes with the descriptor."""
    context = system_call(_FSOPEN, kind, _CLOSE_ON_EXEC)
    try:
        system_call(_FSCONFIG, context, _CMD_CREATE, None, None, 0)
        mount = system_call(_FSMOUNT, context, _CLOSE_ON_EXEC, 0)
    finally:
        os.close(context)
    try:
        return os.open(".", _OPEN_DIRECTORY, dir_fd=mount)
    finally:
        os.close(mount)
