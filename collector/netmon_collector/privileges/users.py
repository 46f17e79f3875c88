"""The users that the collector's processes become: ``netmon`` and ``netmon-proc``, or numbers that nobody has."""

import grp
import pwd
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

__all__ = ["User", "choose_users"]

MAIN_NAME: Final = "netmon"
HELPER_NAME: Final = "netmon-proc"
GROUP_NAME: Final = "netmon"

UNUSED: Final = range(61_100, 61_184)
"""Where numbers are taken from: neither Debian nor systemd hands out any here (systemd's UIDS-GIDS, "unused")."""


class User(NamedTuple):
    """The numbers of a user and of its group."""

    uid: int
    gid: int


def choose_users() -> tuple[User, User]:
    """Give the users of the main process and of the helper.

    Raises ``LookupError`` where all numbers that might do are taken.
    """
    unused = iter(UNUSED)
    main = _named(MAIN_NAME) or _unused(unused, _group(GROUP_NAME))
    return main, _named(HELPER_NAME) or _unused(unused)


def _named(name: str) -> User | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # One that was made user 0 would be no change.
    return User(entry.pw_uid, entry.pw_gid) if entry.pw_uid and entry.pw_gid else None


def _group(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid or None
    except KeyError:
        return None


def _unused(numbers: Iterable[int], gid: int | None = None) -> User:
    for number in numbers:
        if not (_is_there(pwd.getpwuid, number) or _is_there(grp.getgrgid, number)):
            return User(number, gid or number)
    raise LookupError(f"every user number from {UNUSED.start} to {UNUSED.stop - 1} is taken")


def _is_there(find: Callable[[int], object], number: int) -> bool:
    try:
        find(number)
    except KeyError:
        return False
    return True
