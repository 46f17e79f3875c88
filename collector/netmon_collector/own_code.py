"""Whether others than root may change the program that runs with root's rights.

Who can write to one of its files, or to a directory on the way to one, is root as soon as it starts.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from netmon.model import Degradation

__all__ = ["has_privileges", "is_service", "places", "warning", "writable_by_others"]

_CAPABILITIES: Final = re.compile(rb"^CapPrm:\t([0-9a-f]+)", re.MULTILINE)
_ROOT: Final = 0
_MOST_LINKS: Final = 40
"""More than that no path is followed (path_resolution(7))."""


def has_privileges(self_status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process is root, or may use a capability (proc(5), ``CapPrm``)."""
    if os.geteuid() == _ROOT:
        return True
    try:
        found = _CAPABILITIES.search(self_status.read_bytes())
    except OSError:  # no Linux
        return False
    return found is not None and int(found[1], 16) != 0


def is_service(environ: Mapping[str, str], pid: int, parent_pid: int) -> bool:
    """Whether a service manager started this process, and not somebody in a session that a manager started.

    systemd names the process that it started (``SYSTEMD_EXEC_PID``, systemd.exec(5), since 248): what it sets besides
    is inherited by whole desktops. An older one and launchd are known by their number, 1, and a variable.
    """
    if environ.get("SYSTEMD_EXEC_PID") == str(pid):
        return True
    return parent_pid == 1 and any(name in environ for name in ("INVOCATION_ID", "XPC_SERVICE_NAME"))


def places(modules: Iterable[ModuleType], search_path: Iterable[str] = ()) -> tuple[Path, ...]:
    """Give what this process consists of: interpreter, environment, search path, and the files of ``modules``."""
    found = {Path(sys.executable), Path(sys.prefix), Path(sys.base_prefix)}
    found.update(Path(each) for each in search_path if each)
    for module in modules:
        file: object = getattr(module, "__file__", None)
        if isinstance(file, str) and file:
            found.add(Path(file))
    return tuple(sorted(found))


def writable_by_others(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Give those of the paths, of what they lead to and of the directories above, that others than root may change.

    A directory stands for all that is below it. One like /tmp (sticky) protects what root owns in it (unlink(2)). What
    this process may not even look at is left out: it cannot run from there.
    """
    known: dict[Path, bool] = {}
    found: set[Path] = set()
    for path in paths:
        for each in _way_to(path):
            culprit = _highest_culprit(each, known)
            if culprit is not None:
                found.add(culprit)
    return tuple(sorted(found))


def warning(found: Sequence[Path]) -> Degradation | None:
    """Give the words for it, ``code.writable``; None where nothing was found."""
    if not found:
        return None
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Degradation(
        code="code.writable",
        text=f"Others than root may change what runs here with root's rights: {found[0]}{more}.",
        remedy="make install",
    )


def _way_to(path: Path) -> Iterable[Path]:
    """Give the path, each link that it goes on with, and what it leads to in the end."""
    yield path
    for _ in range(_MOST_LINKS):
        try:
            path = path.parent / path.readlink()
        except OSError:
            break
        yield path
    yield Path(os.path.realpath(path))


def _highest_culprit(path: Path, known: dict[Path, bool]) -> Path | None:
    for each in (*reversed(path.parents), path):
        if each not in known:
            known[each] = _may_be_changed(each)
        if known[each]:
            return each
    return None


def _may_be_changed(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False  # not there, as entries of the search path may be; or closed to us
    if status.st_uid != _ROOT:
        return True
    if stat.S_ISLNK(status.st_mode):
        return False  # its mode says nothing (symlink(7)); what it leads to is looked at too
    if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return False
    return bool(status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and status.st_gid != _ROOT))
