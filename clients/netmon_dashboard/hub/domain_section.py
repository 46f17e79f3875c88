"""The part of the messages that only tabs on the page "Domains" are sent."""

from collections.abc import Callable

from netmon.model import Snapshot
from netmon_dashboard.hub.domain_table import DOMAIN_DELTA_COLUMNS, DomainTable
from netmon_dashboard.hub.lanes import Lanes
from netmon_dashboard.hub.summary import since_epoch
from netmon_dashboard.hub.vocabulary import Json, code

__all__ = ["DomainSection"]


class DomainSection:
    """Domains, their lanes, what has no name, and why what browsers move has none."""

    def __init__(self, app_number: Callable[[str], int | None]) -> None:
        self._app_number = app_number
        self._table = DomainTable(app_number)
        self._lanes = Lanes(DOMAIN_DELTA_COLUMNS)
        self._unnamed: list[Json] = []
        self._browsers: list[Json] = []
        self._differences: dict[str, Json] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Take the next snapshot, after its applications were taken."""
        changes = self._table.update(snapshot.domains, snapshot.time)
        if changes.gone:
            self._lanes.forget(changes.gone)
        self._lanes.add(snapshot.time, changes.moved, changes.entries)
        parts: dict[str, Json] = {
            "d": changes.moved,
            "p": changes.parts,
            "c": changes.counts,
            "list": changes.entries,
            "gone": changes.gone,
        }
        self._differences = {key: part for key, part in parts.items() if part}
        unnamed, browsers = _unnamed(snapshot), self._browsers_of(snapshot)
        if unnamed != self._unnamed:
            self._unnamed = self._differences["unnamed"] = unnamed
        if browsers != self._browsers:
            self._browsers = self._differences["browsers"] = browsers

    def differences(self) -> Json:
        """Give what changed with the newest snapshot."""
        return self._differences

    def all(self) -> Json:
        """Give all of it."""
        return {
            "list": self._table.entries(),
            "lanes": self._lanes.slices(),
            "unnamed": self._unnamed,
            "browsers": self._browsers,
        }

    def _browsers_of(self, snapshot: Snapshot) -> list[Json]:
        """Give each browser's number, and by reason the bytes of its open connections that have no name."""
        browsers = {each.id: dict[str, int]() for each in snapshot.applications if each.is_browser}
        for row in snapshot.connections if browsers else ():
            facts = row.facts
            found = browsers.get(facts.application_id)
            if found is None or facts.domain:
                continue
            moved = sum(since_epoch(row.traffic))
            if moved:
                reason = code(facts.unnamed_reason)
                found[reason] = found.get(reason, 0) + moved
        return [
            [self._app_number(key), [[reason, moved] for reason, moved in sorted(found.items())]]
            for key, found in browsers.items()
        ]


def _unnamed(snapshot: Snapshot) -> list[Json]:
    """Give what has no name: reason, bytes of the tick, bytes since the epoch, connections."""
    return [
        [
            code(part.reason),
            part.traffic.interval_sent_bytes,
            part.traffic.interval_received_bytes,
            *since_epoch(part.traffic),
            part.connection_count,
        ]
        for part in snapshot.unnamed
    ]
