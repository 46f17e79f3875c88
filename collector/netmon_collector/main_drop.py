"""What the main process gives up before it serves a client, and the little that it keeps: as a watcher, as a player."""

import logging
import os
import socket
import stat
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon_collector.privileges.capabilities import Capability, effective
from netmon_collector.privileges.drop import Drop, drop
from netmon_collector.privileges.landlock import LEAST_ABI, Places, landlock_abi
from netmon_collector.privileges.seccomp import Refusals
from netmon_collector.privileges.users import User, choose_users

__all__ = ["IP_FAMILIES", "PARTS", "MainDrop", "player_drop", "watcher_drop"]

IP_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
"""Sockets of these could reach beyond this machine: no part of the collector has one after the drop."""

_EVERYBODYS: Final = (Path("/proc/self"), Path("/usr/share/zoneinfo"), Path("/dev/urandom"))
"""The first for what it costs, and its own descriptors."""

_ETC: Final = Path("/etc")
"""Hosts, passwd, group: replaced as files, so that a rule for the file would be for the old one."""

_WATCHED: Final = (Path("/sys/class/net"), Path("/sys/devices"), _ETC)
"""The links of the first lead to the second."""

_USERS: Final = (Path("/etc/passwd"), Path("/etc/group"), Path("/etc/nsswitch.conf"))
"""Who may read all files gets no more of ``/etc``: what is closed to everybody there would be open to it.

A user or group that is made during the run is not known to it then.
"""

PARTS: Final = (Capability.SETUID, Capability.SETGID, Capability.SETPCAP)
"""What it takes to become another user, or to give up rights for good."""

_ENTERS_ALL: Final = (Capability.DAC_READ_SEARCH, Capability.DAC_OVERRIDE)
"""Either opens what is closed to its user. A container's root has but the second, which opens for writing too: it is
kept only where the kernel holds the process to its places."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainDrop:
    """Who the main process is going to be, what it keeps of root's rights, and what it may read besides its code."""

    user: User
    capabilities: tuple[Capability, ...]
    read: tuple[Path, ...]

    @property
    def enters_all(self) -> bool:
        """Whether directories that are closed to its user are open to it."""
        return not set(_ENTERS_ALL).isdisjoint(self.capabilities)

    def wanted(self, run_directory: Path) -> Drop:
        """Give the drop of a process that serves in ``run_directory``."""
        return Drop(
            user=self.user,
            capabilities=self.capabilities,
            refusals=Refusals(families=IP_FAMILIES),
            places=Places(
                read=(*_EVERYBODYS, *_code_places(), *self.read),
                written=(Path("/dev/null"),),
                owned=(run_directory.resolve(),),
            ),
        )

    def make(self, run_directory: Path) -> None:
        """Give up all the rest. Before the first thread.

        Raises ``OSError`` and ``RuntimeError``: the process must end then.
        """
        dropped = drop(self.wanted(run_directory))
        for is_held, what in ((dropped.holds_calls, "system calls"), (dropped.holds_files, "files")):
            if not is_held:
                log.warning("this kernel cannot limit %s of the process; user and capabilities were given up", what)


def watcher_drop(user: User, *, captures: bool) -> MainDrop:
    """Give the drop of who watches this machine: packet sockets may be opened, if packets are captured."""
    return MainDrop(user=user, capabilities=(Capability.NET_RAW,) if captures else (), read=_WATCHED)


def player_drop(files: Iterable[Path], run_directory: Path) -> MainDrop | None:
    """Give the drop of who plays these files, None where nothing can be given up: another user's run, or macOS.

    They are opened after it, and again in each round. Where they, the code or the socket's directory are closed to
    others, that takes the right to read all files, which the list of places holds to these. Raises ``LookupError``
    where no user can be chosen.
    """
    if not sys.platform.startswith("linux"):
        return None
    files, held = tuple(files), effective()
    if os.geteuid() == 0:
        user, _ = choose_users()
        if not held >= {*PARTS, Capability.CHOWN} or not _is_mapped(user):
            log.warning("root cannot be left in this container: what is played is read with its rights")
            return None
    elif held >= {*PARTS}:
        user = User(os.geteuid(), os.getegid())  # the service manager has chosen it
    else:
        return None
    is_held = landlock_abi() >= LEAST_ABI
    enters_all = [one for one in _ENTERS_ALL if one in held and (is_held or one is not Capability.DAC_OVERRIDE)][:1]
    if not enters_all or all(map(_is_open_to_all, (*files, *_code_places(), run_directory.resolve().parent))):
        return MainDrop(user=user, capabilities=(), read=(_ETC, *files))
    return MainDrop(user=user, capabilities=tuple(enters_all), read=(*_USERS, *files))


def _is_open_to_all(path: Path) -> bool:
    """Whether everybody may read a file or enter a directory, by its mode and those above it, if it is there at all.

    Those above a link to it count as well: it is opened by its name.
    """
    try:
        target = path.resolve(strict=True)
        modes = [parent.stat().st_mode for parent in {*target.parents, *path.absolute().parents}]
        needed = stat.S_IXOTH if target.is_dir() else stat.S_IROTH
        return bool(target.stat().st_mode & needed) and all(mode & stat.S_IXOTH for mode in modes)
    except FileNotFoundError:
        return True


def _is_mapped(user: User) -> bool:
    """Whether there is such a user and group here: a user namespace may have root alone (user_namespaces(7))."""
    return all(
        any(first <= number < first + count for first, count in _ranges(Path("/proc/self") / name))
        for number, name in ((user.uid, "uid_map"), (user.gid, "gid_map"))
    )


def _ranges(file: Path) -> list[tuple[int, int]]:
    lines = [line.split() for line in file.read_text(encoding="ascii").splitlines()]
    return [(int(inside), int(count)) for inside, _, count in lines]


def _code_places() -> tuple[Path, ...]:
    """Give where Python and this program lie, for what is read late, as the text of a traceback is."""
    own = (Path(__file__).resolve().parents[1], *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")))
    return tuple(dict.fromkeys((*own, Path(sysconfig.get_path("platstdlib")), Path(sysconfig.get_path("platlib")))))
