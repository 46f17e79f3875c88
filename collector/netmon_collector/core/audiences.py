"""Who sees how much of a tick: everything, or what is one user's own. The latter is worked out when it is asked for."""

from collections.abc import Iterable
from typing import NamedTuple

from netmon.model import Connection, Snapshot, View
from netmon_collector.core.own_part import Parts, UserRows, own_part, rows_by_user
from netmon_collector.core.veil import Veil
from netmon_collector.core.views import Tick, compose

__all__ = ["Audience", "Audiences"]

VEIL_LIMIT = 64
"""For how many users it is kept what their rows look like: less work at each tick, no more than that."""


class Audience(NamedTuple):
    """What somebody sees of a tick, whole, with ended rows that are still listed; and the same of what is hidden."""

    snapshot: Snapshot
    ended_rows: Iterable[Connection]
    hidden: Iterable[Connection] = ()
    hidden_ended_rows: Iterable[Connection] = ()


class Audiences:
    """The newest tick, for everybody. ``only_uid`` None stands for those who see everything."""

    def __init__(self) -> None:
        """Start before the first tick."""
        self.tick: Tick | None = None
        self._parts: Parts | None = None
        self._users: dict[int | None, UserRows] | None = None
        self._own: dict[int, Tick] = {}
        self._veils: dict[int, Veil] = {}

    def begin(self, tick: Tick, parts: Parts) -> None:
        """Take the newest tick, whole."""
        self.tick, self._parts = tick, parts
        self._users = None
        self._own = {}
        for veil in self._veils.values():
            veil.begin_tick(tick.snapshot.sequence)

    def tick_of(self, only_uid: int | None) -> Tick:
        """Give the newest tick as somebody sees it. LookupError before the first one."""
        if self.tick is None or self._parts is None:
            message = "no tick yet"
            raise LookupError(message)
        if only_uid is None:
            return self.tick
        found = self._own.get(only_uid)
        if found is None:
            if self._users is None:
                self._users = rows_by_user(self.tick)
            found = self._own[only_uid] = own_part(self.tick, self._parts, self._users, self.veil(only_uid))
        return found

    def veil(self, uid: int) -> Veil:
        """Give what shows rows as a user may see them."""
        found = self._veils.pop(uid, None) or Veil(uid)
        self._veils[uid] = found
        if len(self._veils) > VEIL_LIMIT:
            del self._veils[next(iter(self._veils))]
        return found

    def audience(self, uid: int, *, row_limit: int) -> Audience:
        """Give what a user sees of the newest tick and what not, for sums over several ticks."""
        own, veil = self.tick_of(uid), self.veil(uid)
        whole = self.tick_of(None)
        return Audience(
            snapshot=compose(own, View(), row_limit=row_limit),
            ended_rows=[ended.row for ended in own.ended_rows],
            hidden=[row for row in whole.snapshot.connections if not veil.owns(row)],
            hidden_ended_rows=[ended.row for ended in whole.ended_rows if not veil.owns(ended.row)],
        )
