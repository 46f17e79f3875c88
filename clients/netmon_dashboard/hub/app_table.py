"""The applications as a tab shows them, and what of them changed with a tick."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from netmon.model import Application
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.vocabulary import IconPort, Json

_ICON, _SENT, _RECEIVED, _DELTA_SENT, _DELTA_RECEIVED, _COUNTS = 4, 8, 9, 10, 11, 12
"""Positions of columns in an entry, see ``APP_COLUMNS``."""

APP_DELTA_COLUMNS: Final = (_DELTA_SENT, _DELTA_RECEIVED)


@dataclass(slots=True, kw_only=True)
class AppChanges:
    """What a tick says of applications: the keys "a", "c", "apps" and "apps_gone"."""

    moved: list[int] = field(default_factory=list[int])
    counts: list[int] = field(default_factory=list[int])
    entries: list[list[Json]] = field(default_factory=list[list[Json]])
    gone: list[int] = field(default_factory=list[int])


class AppTable:
    """Entries by application id. ``numbers`` is shared with what outlives an application, the series."""

    def __init__(self, numbers: Numbering, icon: IconPort) -> None:
        self._numbers = numbers
        self._icon = icon
        self._entries: dict[str, list[Json]] = {}
        self._known: dict[str, Application] = {}
        self._moving: list[list[Json]] = []

    def update(self, applications: Iterable[Application], named: Callable[[], AbstractSet[int | None]]) -> AppChanges:
        """Take the applications of a tick. One that is not among them stays while ``named`` has it."""
        changes = AppChanges()
        for entry in self._moving:
            entry[_DELTA_SENT] = entry[_DELTA_RECEIVED] = 0
        self._moving = []
        seen: dict[str, Application] = {}
        for application in applications:
            seen[application.id] = application
            traffic = application.traffic
            is_moving = traffic.interval_sent_bytes or traffic.interval_received_bytes
            is_known = self._known.get(application.id) is application
            if is_moving or not is_known or self._has_new_icon(application):
                self._update(application, changes)
        missing = self._entries.keys() - seen.keys()
        needed = named() if missing else frozenset[int | None]()
        for key in missing:
            number: int = self._entries[key][0]
            if number not in needed:
                changes.gone.append(number)
                del self._entries[key]
        self._known = seen
        return changes

    def number(self, key: str) -> int | None:
        """Give the number of an application that has an entry."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def entries(self) -> list[list[Json]]:
        """Give all entries, by the columns of ``APP_COLUMNS``. They change with the next tick."""
        return list(self._entries.values())

    def _has_new_icon(self, application: Application) -> bool:
        """Whether the icon was found since: it is looked for in a thread, and the first answer is "" at most times."""
        return self._entries[application.id][_ICON] != self._icon(application.path, application.name)

    def _update(self, application: Application, changes: AppChanges) -> None:
        entry = self._entries.get(application.id)
        fresh = self._entry(application)
        sent_delta, received_delta = fresh[_DELTA_SENT], fresh[_DELTA_RECEIVED]
        if (
            entry is None
            or entry[:_SENT] != fresh[:_SENT]
            or entry[_SENT] + sent_delta != fresh[_SENT]
            or entry[_RECEIVED] + received_delta != fresh[_RECEIVED]
        ):
            changes.entries.append(fresh)
        else:
            if sent_delta or received_delta:
                changes.moved += (fresh[0], sent_delta, received_delta)
            if entry[_COUNTS:] != fresh[_COUNTS:]:
                changes.counts += (fresh[0], *fresh[_COUNTS:])
        self._entries[application.id] = fresh
        if sent_delta or received_delta:
            self._moving.append(fresh)

    def _entry(self, application: Application) -> list[Json]:
        traffic = application.traffic
        return [
            self._numbers.number(application.id),
            application.id,
            application.name,
            application.path,
            self._icon(application.path, application.name),
            list(application.users),
            round(application.first_time, 3),
            application.is_browser,
            traffic.sent_bytes - traffic.cleared_sent_bytes,
            traffic.received_bytes - traffic.cleared_received_bytes,
            traffic.interval_sent_bytes,
            traffic.interval_received_bytes,
            application.connection_count,
            application.listening_count,
            application.process_count,
            application.remote_count,
        ]
