"""The part of the messages that only tabs on the page "Domains" are sent, and that is worked out only for them.

A tab that takes a tick took the step before it too. So where nobody asked for a step, whoever asks next takes the full
state, and what was skipped is missed by nobody. The lanes alone are kept all the time: their five minutes are shown at
once when the page is opened.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from netmon.model import Snapshot
from netmon_dashboard.hub.domain_table import DomainTable, domain_key
from netmon_dashboard.hub.lanes import Lanes
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.summary import since_epoch
from netmon_dashboard.hub.vocabulary import Json, code

__all__ = ["DomainSection"]


class DomainSection:
    """Domains, their lanes, what has no name, and why what browsers move has none."""

    def __init__(self, app_number: Callable[[str], int | None]) -> None:
        self._app_number = app_number
        self._numbers = Numbering()
        self._table = DomainTable(self._numbers, app_number)
        self._lanes = Lanes()
        self._keys: AbstractSet[str] = frozenset()
        self._untaken: Snapshot | None = None
        self._unnamed: list[Json] = []
        self._browsers: list[Json] = []
        self._differences: dict[str, Json] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Take the next snapshot, after its applications were taken."""
        self._untaken = snapshot
        domains = {domain_key(domain): domain for domain in snapshot.domains}
        for key in self._keys - domains.keys():
            number = self._numbers.known(key)
            if number is not None:
                self._lanes.forget(number)
                self._numbers.forget(key)
        self._keys = domains.keys()
        moved = ((key, each.traffic) for key, each in domains.items())
        self._lanes.add(
            snapshot.time,
            [
                (self._numbers.number(key), traffic.interval_sent_bytes, traffic.interval_received_bytes)
                for key, traffic in moved
                if traffic.interval_sent_bytes or traffic.interval_received_bytes
            ],
        )

    def _take(self) -> None:
        """Work out what the newest snapshot means, once, as somebody asks for it."""
        snapshot, self._untaken = self._untaken, None
        if snapshot is None:
            return
        changes = self._table.update(snapshot.domains, snapshot.time)
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
        """Give what changed with the newest snapshot, for those who were given the one before."""
        self._take()
        return self._differences

    def all(self) -> Json:
        """Give all of it."""
        self._take()
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
