"""Which files a process may open, held by the kernel: Landlock (landlock(7)), through ctypes.

It also breaks reading of ``/proc/PID/fd`` of others, whatever the rights: never for whoever finds owners.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon_collector.system_call import system_call

__all__ = ["LEAST_ABI", "Places", "build_ruleset", "landlock_abi", "restrict_files"]

# The same on all architectures (asm-generic/unistd.h).
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446

_CREATE_RULESET_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1
_ATTRIBUTES: Final = struct.Struct("=QQQ")
_BENEATH: Final = struct.Struct("=Qi")

# linux/landlock.h, LANDLOCK_ACCESS_FS_*.
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_REMOVE_DIR: Final = 1 << 4
_REMOVE_FILE: Final = 1 << 5
_MAKE_DIR: Final = 1 << 7
_MAKE_REG: Final = 1 << 8
_MAKE_SOCK: Final = 1 << 9
_REFER: Final = 1 << 13
_TRUNCATE: Final = 1 << 14
_FIRST_RIGHTS: Final = (1 << 13) - 1
_RIGHT_SINCE: Final = {2: _REFER, 3: _TRUNCATE, 5: 1 << 15}
"""What a kernel handles besides, by the version of its interface: renames to other directories, truncate, ioctl."""
_NET_SINCE: Final = 4
_NET: Final = 0b11
"""To bind and to connect TCP sockets."""
_SCOPES_SINCE: Final = 6
_SCOPES: Final = 0b11
"""To connect to abstract Unix sockets of others, and to signal others."""

_READ: Final = _READ_FILE | _READ_DIR
_OWN: Final = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _REFER | _TRUNCATE
_FILE_RIGHTS: Final = _WRITE_FILE | _READ_FILE | _TRUNCATE
"""What there is to allow of something that is no directory; the kernel refuses more (landlock_append_fs_rule)."""

_PROC: Final = Path("/proc")
"""Its directories are forgotten under memory pressure and made anew, without their rule: one that is open stays."""

LEAST_ABI: Final = 2
"""Before it no rename into another directory is possible, which a socket needs to come to its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Files and directories, with all that is below: which may be read, written, and which are for anything."""

    read: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    owned: tuple[Path, ...] = ()


def landlock_abi() -> int:
    """Give the version of the kernel's interface; 0 where it has none."""
    try:
        return system_call(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)
    except OSError as error:
        if error.errno in {errno.ENOSYS, errno.EOPNOTSUPP}:
            return 0
        raise


def build_ruleset(places: Places) -> int | None:
    """Give a descriptor of rules: ``places`` alone, no TCP, no signals to others; None where the kernel cannot.

    Places that do not exist are left out. Raises ``OSError``: the caller must be able to reach the others.
    """
    abi = landlock_abi()
    if abi < LEAST_ABI:
        return None
    handled = _FIRST_RIGHTS | sum(right for since, right in _RIGHT_SINCE.items() if abi >= since)
    attributes = _ATTRIBUTES.pack(handled, _NET if abi >= _NET_SINCE else 0, _SCOPES if abi >= _SCOPES_SINCE else 0)
    size = 24 if abi >= _SCOPES_SINCE else 16 if abi >= _NET_SINCE else 8
    ruleset = system_call(_CREATE_RULESET, ctypes.create_string_buffer(attributes, len(attributes)), size, 0)
    try:
        _allow(ruleset, places.read, _READ & handled)
        _allow(ruleset, places.written, (_READ | _WRITE_FILE | _TRUNCATE) & handled)
        _allow(ruleset, places.owned, _OWN & handled)
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def restrict_files(ruleset: int) -> None:
    """Hold the calling thread, and those that it starts, to the rules, and close them.

    It must have forbidden itself new privileges; what is open stays open. Raises ``OSError``.
    """
    try:
        system_call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            allowed = rights if path.is_dir() else rights & _FILE_RIGHTS
            rule = ctypes.create_string_buffer(_BENEATH.pack(allowed, place), _BENEATH.size)
            system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
        finally:
            if _PROC not in path.parents:
                os.close(place)
