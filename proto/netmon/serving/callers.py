"""Who calls: the user that the kernel names for a connection, and what follows from it.

gRPC shows a peer of a Unix socket as its address alone. The gate (`netmon.serving.gate`) binds its own end of each
connection to a name that holds what SO_PEERCRED told; `CallGuard` reads it back and finds the caller before a method
of a service runs.
"""

import asyncio
import grp
import logging
import os
import pwd
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol

from netmon.model import Caller as ToldCaller
from netmon.model import Visibility
from netmon.serving.asker import Asker
from netmon.serving.credentials import Credentials
from netmon.serving.errors import Context, NotPermitted

GROUP: Final = "netmon"
"""The group whose members see everything and may control."""

UNKNOWN: Final = -1
"""User and process number of a caller that cannot be told. No process and no row has it."""

_KEPT_SECONDS: Final = 5.0
_KEPT_LIMIT: Final = 4096
_LOOKUP_SECONDS: Final = 3.0

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, checked by the kernel when the connection was made, and what that user may.

    ``sees_all`` False: what belongs to ``uid`` in full, the rest as one sum. ``why`` is in words for people.
    """

    uid: int
    pid: int
    sees_all: bool
    may_control: bool
    why: str


NOBODY: Final = Caller(
    uid=UNKNOWN, pid=UNKNOWN, sees_all=False, may_control=False, why="the caller's user cannot be told"
)
"""A caller who did not come through a gate: owns nothing, sees what belongs to nobody in particular, may do nothing."""

_CALLER: ContextVar[Caller] = ContextVar("netmon_caller", default=NOBODY)


class Callers(Protocol):
    """Says what a user may."""

    async def find(self, who: Credentials, now: float) -> Caller:
        """Give the caller; ``now`` in seconds of a monotonic clock.

        Raises a ServiceError where that user may not call at all.
        """
        ...


class CallerPolicy:
    """Root, who started the service, the service's own user and the members of group ``netmon`` see all and control.

    ``starter_uid`` is the user who called sudo. A member is who had the group when it connected, or whose user has it:
    SO_PEERCRED carries the primary group only, and a process may have been started before its user was added. The
    system's answer may come over the network (nsswitch.conf), so it is waited for on a thread, for 3 s at most, and
    kept for 5.
    """

    def __init__(self, *, starter_uid: int | None = None, group: str = GROUP, admits_strangers: bool = True) -> None:
        """``admits_strangers`` False: others are refused, whatever they call."""
        self._admits_strangers = admits_strangers
        self._starter_uid = starter_uid
        self._group = group
        self._gid = _gid_of(group)
        # A directory that hangs must not keep others from their work, or the service from ending.
        self._asker = Asker[bool]("groups")
        self._held: dict[tuple[int, frozenset[int]], tuple[asyncio.Future[bool], float]] = {}

    def is_master(self, who: Credentials) -> bool:
        """Whether the service is the caller's own: root's, who started it, the user's it runs as, or the group's.

        Nobody is asked: the group counts where it was there at the start, and the caller's process has it.
        """
        return self._why_master(who.uid) is not None or self._gid in who.gids

    async def find(self, who: Credentials, now: float) -> Caller:
        """Give the caller; ``now`` in seconds of a monotonic clock. Raises NotPermitted."""
        why = self._why_master(who.uid)
        if why is not None:
            return Caller(uid=who.uid, pid=who.pid, sees_all=True, may_control=True, why=why)
        is_in = await self._is_member(who, now)
        if is_in:
            why = f"member of group {self._group}"
            return Caller(uid=who.uid, pid=who.pid, sees_all=True, may_control=True, why=why)
        why = f"not in group {self._group}" if is_in is not None else f"group {self._group} does not answer"
        stranger = Caller(uid=who.uid, pid=who.pid, sees_all=False, may_control=False, why=why)
        if not self._admits_strangers:
            check_control(stranger)
        return stranger

    def _why_master(self, uid: int) -> str | None:
        if uid == 0:
            return "root"
        if uid == self._starter_uid:
            return "started it (SUDO_UID)"
        # Read each time: the service may change its user after this was built.
        return "runs it" if uid == os.geteuid() else None

    async def _is_member(self, who: Credentials, now: float) -> bool | None:
        """Give whether the caller is in the group; None where that could not be found out in time."""
        key = who.uid, who.gids
        answer, until = self._held.get(key, (None, now))
        is_new = answer is None or now >= until
        if answer is None or now >= until:
            if len(self._held) >= _KEPT_LIMIT:
                self._held.clear()
            answer = self._asker.ask(lambda: is_member(who, self._group))
            self._held[key] = answer, now + _KEPT_SECONDS
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                return await asyncio.shield(answer)
        except (TimeoutError, OSError) as error:
            if is_new:
                _LOGGER.warning("who is in group %s could not be found out: %s", self._group, type(error).__name__)
            return None


def _gid_of(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def is_member(who: Credentials, group: str) -> bool:
    """Give whether the process has the group, or its user. May take long: the system is asked."""
    try:
        gid = grp.getgrnam(group).gr_gid
        if gid in who.gids:
            return True
        user = pwd.getpwuid(who.uid)
    except KeyError:
        return False
    return gid in os.getgrouplist(user.pw_name, user.pw_gid)


def caller_of(context: Context) -> Caller:
    """Give who makes the call that this task answers.

    `NOBODY` outside of a call, and for a connection that came round the gate: what cannot be told is not trusted.
    """
    del context  # the guard has read its peer
    return _CALLER.get()


def set_caller(caller: Caller) -> None:
    """Say who makes the call that this task answers. For the guard, and for tests of a servicer alone."""
    _CALLER.set(caller)


def told(caller: Caller) -> ToldCaller:
    """Give what a caller is told about itself."""
    return ToldCaller(
        uid=None if caller.uid == UNKNOWN else caller.uid,
        sees=Visibility.ALL if caller.sees_all else Visibility.OWN,
        may_control=caller.may_control,
        reason=caller.why,
    )


def check_control(caller: Caller) -> None:
    """Raise NotPermitted, saying who may, where the caller may not control."""
    if not caller.may_control:
        who = "an unknown user" if caller.uid == UNKNOWN else f"user {caller.uid}"
        raise NotPermitted(
            "NOT_PERMITTED",
            f"{who} may not do this ({caller.why}): root, who started the service, and group {GROUP} may",
        )
