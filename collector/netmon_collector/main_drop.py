"""What the main process gives up before it serves a client, and the little that it keeps: as a watcher, as a player."""

import logging
import os
import socket
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon_collector.privileges.capabilities import Capability
from netmon_collector.privileges.drop import Drop, drop
from netmon_collector.privileges.landlock import Places
from netmon_collector.privileges.seccomp import Refusals
from netmon_collector.privileges.users import User, choose_users

__all__ = ["IP_FAMILIES", "MainDrop", "player_drop", "watcher_drop"]

IP_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
"""Sockets of these could reach beyond this machine: no part of the collector has one after the drop."""

_EVERYBODYS: Final = (Path("/proc/self"), Path("/usr/share/zoneinfo"), Path("/dev/urandom"))
"""The first for what it costs, and its own descriptors."""

_WATCHED: Final = (
    Path("/sys/class/net"),
    Path("/sys/devices"),  # where the links in it lead to
    Path("/etc"),  # hosts, passwd, group: replaced as files, so that a rule for the file would be for the old one
)

_USERS: Final = (Path("/etc/passwd"), Path("/etc/group"), Path("/etc/nsswitch.conf"))
"""Who may read all files gets no more of ``/etc``: what is closed to everybody there would be open to it."""

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
        return Capability.DAC_READ_SEARCH in self.capabilities

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


def player_drop(files: Iterable[Path]) -> MainDrop | None:
    """Give the drop of who plays these files, None where there is nothing to give up: another user's run, or macOS.

    They are opened again for each round, whoever's they are: that takes the right to read all files, which the list of
    places holds to these. Raises ``LookupError`` where no user can be chosen.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return None
    user, _ = choose_users()
    return MainDrop(user=user, capabilities=(Capability.DAC_READ_SEARCH,), read=(*_USERS, *files))


def _code_places() -> tuple[Path, ...]:
    """Give where Python and this program lie, for what is read late, as the text of a traceback is."""
    own = (Path(__file__).resolve().parents[1], *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")))
    return tuple(dict.fromkeys((*own, Path(sysconfig.get_path("platstdlib")), Path(sysconfig.get_path("platlib")))))
