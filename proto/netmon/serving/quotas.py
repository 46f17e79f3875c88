"""How many connections there may be, in all and of one user."""

import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from netmon.serving.credentials import Credentials

# A connection has three descriptors: both ends of the gate, and gRPC's own.
_DESCRIPTORS_EACH = 3
_DESCRIPTORS_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """Counts of connections: in all, of one user, and how many are kept for those who are no strangers."""

    connection_limit: int = 1024
    connections_a_user: int = 64
    kept_for_masters: int = 128


class ConnectionQuotas:
    """Counts connections by user. ``is_master`` tells whom strangers must never shut out, always the same."""

    def __init__(self, limits: GateLimits, is_master: Callable[[Credentials], bool]) -> None:
        self._limits = limits
        self._is_master = is_master
        self._counts: Counter[int] = Counter()
        self._stranger_count = 0

    @property
    def count(self) -> int:
        """Connections that are open."""
        return self._counts.total()

    def count_of(self, uid: int) -> int:
        """Give how many of them are a user's."""
        return self._counts[uid]

    def take(self, who: Credentials) -> bool:
        """Count a connection; give whether there may be one more."""
        limits, is_stranger = self._limits, not self._is_master(who)
        if self._counts[who.uid] >= limits.connections_a_user or self._counts.total() >= limits.connection_limit:
            return False
        if is_stranger and self._stranger_count >= limits.connection_limit - limits.kept_for_masters:
            return False
        self._counts[who.uid] += 1
        self._stranger_count += is_stranger
        return True

    def give_back(self, who: Credentials) -> None:
        """Count this connection no more."""
        self._stranger_count -= not self._is_master(who)
        self._counts[who.uid] -= 1
        if not self._counts[who.uid]:
            del self._counts[who.uid]


def within_descriptors(limits: GateLimits) -> GateLimits:
    """Let this process have the open files that these limits need (the usual limit is 1,024); give what they allow."""
    wanted = limits.connection_limit * _DESCRIPTORS_EACH + _DESCRIPTORS_KEPT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return limits
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    count = min(limits.connection_limit, (allowed - _DESCRIPTORS_KEPT) // _DESCRIPTORS_EACH)
    return replace(limits, connection_limit=max(1, count), kept_for_masters=min(limits.kept_for_masters, count // 2))
