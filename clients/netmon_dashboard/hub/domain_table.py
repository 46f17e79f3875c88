"""The domains as a tab shows them, and what of them changed with a tick."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from netmon.model import DomainApplication, DomainTraffic
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.summary import since_epoch
from netmon_dashboard.hub.vocabulary import DOMAIN_COLUMNS, Json, code

__all__ = ["DomainChanges", "DomainTable", "domain_key"]

_LAST: Final = DOMAIN_COLUMNS.index("last")
_SENT: Final = DOMAIN_COLUMNS.index("sent")
_RECEIVED: Final = DOMAIN_COLUMNS.index("received")
_DELTA_SENT: Final = DOMAIN_COLUMNS.index("ds")
_DELTA_RECEIVED: Final = DOMAIN_COLUMNS.index("dr")
_CONNECTIONS: Final = DOMAIN_COLUMNS.index("connections")
_APPS: Final = DOMAIN_COLUMNS.index("apps")

Numbers = Callable[[str], int | None]


@dataclass(slots=True, kw_only=True)
class DomainChanges:
    """What a tick says of domains: the keys "d", "p", "c", "list" and "gone".

    ``moved``: number, sent, received. ``parts``: number, place among its applications, sent, received; left out where
    a domain has one application, which then moved what the domain did. ``counts``: number, open connections.
    """

    moved: list[int] = field(default_factory=list[int])
    parts: list[int] = field(default_factory=list[int])
    counts: list[int] = field(default_factory=list[int])
    entries: list[list[Json]] = field(default_factory=list[list[Json]])
    gone: list[int] = field(default_factory=list[int])


def domain_key(domain: DomainTraffic) -> str:
    """Give what tells a domain from all others, and from what stands for many."""
    return f"{domain.is_others:d}{domain.name}"


class DomainTable:
    """Entries by domain. ``numbers`` are theirs, by `domain_key`; who shares them gives up those that are gone.

    ``app_number`` gives the number of an application that tabs know, None for others.
    """

    def __init__(self, numbers: Numbering, app_number: Numbers) -> None:
        self._app_number = app_number
        self._numbers = numbers
        self._entries: dict[str, list[Json]] = {}

    def update(self, domains: Iterable[DomainTraffic], now: float) -> DomainChanges:
        """Take the domains of a tick; ``now``: its time in Unix seconds."""
        changes = DomainChanges()
        before, self._entries = self._entries, {}
        for domain in domains:
            key = domain_key(domain)
            self._entries[key] = self._told(domain, key, before.get(key), now, changes)
        for key in before.keys() - self._entries.keys():
            changes.gone.append(before[key][0])
        return changes

    def entries(self) -> list[list[Json]]:
        """Give all entries, by ``DOMAIN_COLUMNS``."""
        return list(self._entries.values())

    def _told(
        self, domain: DomainTraffic, key: str, known: list[Json] | None, now: float, changes: DomainChanges
    ) -> list[Json]:
        """Give the domain's new entry, and note what a tab needs to come to it from the one that it knows."""
        fresh = self._entry(domain, key)
        number, sent, received = fresh[0], fresh[_DELTA_SENT], fresh[_DELTA_RECEIVED]
        if known is None or not _goes_on(known, fresh):
            changes.entries.append(fresh)
            return fresh
        fresh[_LAST] = known[_LAST]
        if sent or received:
            changes.moved += (number, sent, received)
            fresh[_LAST] = round(now, 3)  # within an interval of the packet, as a tab has it
        if fresh[_CONNECTIONS] != known[_CONNECTIONS]:
            changes.counts += (number, fresh[_CONNECTIONS])
        _note_parts(known, fresh, changes.parts)
        return fresh

    def _entry(self, domain: DomainTraffic, key: str) -> list[Json]:
        traffic = domain.traffic
        return [
            self._numbers.number(key),
            domain.name,
            domain.registrable_domain,
            code(domain.source),
            domain.is_others,
            round(domain.first_time, 3),
            None if domain.last_time is None else round(domain.last_time, 3),
            *since_epoch(traffic),
            traffic.interval_sent_bytes,
            traffic.interval_received_bytes,
            domain.connection_count,
            [self._part(part) for part in sorted(domain.applications, key=lambda part: part.application_id)],
        ]

    def _part(self, part: DomainApplication) -> list[Json]:
        """Give number, name, bytes of an application: no number where it is gone, no name where nobody is known."""
        return [self._app_number(part.application_id), part.application_name, part.sent_bytes, part.received_bytes]


def _goes_on(known: list[Json], fresh: list[Json]) -> bool:
    """Whether ``fresh`` is ``known`` and what moved within the tick: a name that is learnt late brings older bytes."""
    return (
        known[:_LAST] == fresh[:_LAST]
        and known[_SENT] + fresh[_DELTA_SENT] == fresh[_SENT]
        and known[_RECEIVED] + fresh[_DELTA_RECEIVED] == fresh[_RECEIVED]
        and [part[:2] for part in known[_APPS]] == [part[:2] for part in fresh[_APPS]]
    )


def _note_parts(known: list[Json], fresh: list[Json], parts: list[int]) -> None:
    moved = [(new[2] - old[2], new[3] - old[3]) for old, new in zip(known[_APPS], fresh[_APPS], strict=True)]
    if moved == [(fresh[_DELTA_SENT], fresh[_DELTA_RECEIVED])]:
        return  # the only application's, and all that the domain moved
    is_only = len(moved) == 1
    for place, (sent, received) in enumerate(moved):
        if sent or received or is_only:
            parts += (fresh[0], place, sent, received)
