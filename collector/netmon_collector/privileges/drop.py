"""The drop: from root to a user with the least rights, in the one order that holds (capabilities(7), prctl(2)).

Everything that is imported later must be readable by that user: an interpreter below a closed home directory is not.
So import first, then drop. It also comes before the first thread, since capabilities, Landlock and seccomp are a
thread's.
"""

import os
import resource
import select
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from netmon_collector.privileges.capabilities import Capability, clear_ambient, drop_bounding, set_capabilities
from netmon_collector.privileges.landlock import Places, build_ruleset, restrict_files
from netmon_collector.privileges.seccomp import Refusals, refuse_calls
from netmon_collector.privileges.thread_settings import close_to_others, forbid_new_privileges, keep_capabilities
from netmon_collector.privileges.users import User

__all__ = ["Drop", "Dropped", "drop"]

TASK_LIMIT: Final = 512
"""Processes and threads of the user that is left, together: all of them count, and collectors that run side by side may
be the same user. One has about a dozen (measured: 9 in the main process, 1 in the keeper, 2 in the helper)."""

_TRIES: Final = 20
_TRY_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What is left: a user, capabilities, system calls, and files (None: those that the user may open)."""

    user: User
    capabilities: Collection[Capability]
    refusals: Refusals = field(default_factory=Refusals)
    places: Places | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Whether the kernel holds the calls and the files; the user and the capabilities it always does."""

    holds_calls: bool
    holds_files: bool


def drop(wanted: Drop) -> Dropped:
    """Give up everything but ``wanted``, for good. Needs root and Linux.

    Raises ``OSError``, and ``RuntimeError`` where there is more than one thread or something was not given up: the
    process must end then.
    """
    _check_alone()
    # Hard limits too: nobody raises them again.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound_tasks()
    # Made while every place can be reached: an interpreter may lie below a closed home directory.
    ruleset = build_ruleset(wanted.places) if wanted.places is not None else None
    drop_bounding(wanted.capabilities)
    clear_ambient()
    os.setgroups([])
    os.setresgid(wanted.user.gid, wanted.user.gid, wanted.user.gid)
    keep_capabilities()
    os.setresuid(wanted.user.uid, wanted.user.uid, wanted.user.uid)
    set_capabilities(wanted.capabilities)
    forbid_new_privileges()
    close_to_others()
    if ruleset is not None:
        restrict_files(ruleset)
    holds_calls = refuse_calls(wanted.refusals)
    _check_gone(wanted.user)
    return Dropped(holds_calls=holds_calls, holds_files=ruleset is not None)


def _bound_tasks() -> None:
    """Bound what whoever takes a process over could start: threads count as processes do (setrlimit(2))."""
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    limit = TASK_LIMIT if most == resource.RLIM_INFINITY else min(TASK_LIMIT, most)
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))


def _check_alone() -> None:
    """Wait for threads that have ended to be gone: joining one comes a moment before."""
    for _ in range(_TRIES):
        if len(os.listdir("/proc/self/task")) == 1:  # noqa: PTH208 - only how many
            return
        select.select((), (), (), _TRY_SECONDS)
    raise RuntimeError("rights can only be given up before the first thread")


def _check_gone(user: User) -> None:
    if os.getresuid() != (user.uid,) * 3 or os.getresgid() != (user.gid,) * 3 or os.getgroups():
        raise RuntimeError("user 0 was not left")
