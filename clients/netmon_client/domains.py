"""Domains as people ask for them: subdomains folded, one browser alone, and how much of its bytes has a name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netmon.matching import compile_filter
from netmon.model import (
    Application,
    Connection,
    ConnectionFacts,
    DomainApplication,
    DomainSource,
    DomainTraffic,
    Filter,
    FilterField,
    Protocol,
    Snapshot,
    Traffic,
)
from netmon_client.aggregate import sum_traffic

__all__ = [
    "DOMAIN_FIELDS",
    "BrowserShare",
    "DomainGroup",
    "browser_shares",
    "domain_groups",
    "domains_of",
    "fits_browser",
    "fitting_domains",
    "of_applications",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainGroup:
    """One domain, or all below one registrable domain. Times are Unix seconds.

    ``names``: how many domains it stands for; ``source`` is the surest of theirs; ``is_others``: the row of all that
    the collector did not keep apart. ``applications`` come busiest first.
    """

    name: str
    registrable_domain: str
    names: int
    source: DomainSource
    traffic: Traffic
    connection_count: int
    applications: tuple[DomainApplication, ...]
    first_time: float
    last_time: float | None
    is_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserShare:
    """How much of what a browser moved since the statistics were cleared has a name; bytes, both ways together."""

    application: Application
    named_bytes: int
    total_bytes: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None as long as there are no bytes."""
        return min(1.0, self.named_bytes / self.total_bytes) if self.total_bytes else None


def domain_groups(domains: Iterable[DomainTraffic], *, full: bool = False) -> tuple[DomainGroup, ...]:
    """Give a group a registrable domain, or with ``full`` a domain, busiest now first, then by total, then by name.

    A domain without a registrable one is a group of its own.
    """
    parts: dict[tuple[bool, str], list[DomainTraffic]] = {}
    for domain in domains:
        name = domain.name if full else domain.registrable_domain or domain.name
        parts.setdefault((domain.is_others, name), []).append(domain)
    return tuple(sorted((_group(name, group) for (_, name), group in parts.items()), key=_busiest_first))


def domains_of(connections: Iterable[Connection]) -> tuple[DomainTraffic, ...]:
    """Give what connections moved by domain; those without one are left out.

    The sums are those of the rows alone: a domain's own sums in a snapshot also hold its connections that are rows no
    more.
    """
    members: dict[str, list[Connection]] = {}
    for row in connections:
        if row.facts.domain:
            members.setdefault(row.facts.domain, []).append(row)
    return tuple(_domain_of(name, rows) for name, rows in members.items())


def of_applications(domains: Iterable[DomainTraffic], is_wanted: Callable[[str], bool]) -> tuple[DomainTraffic, ...]:
    """Give what some applications alone moved with each domain; ``is_wanted`` is asked with an application's id.

    The collector counts totals by application and not rates: those are 0.
    """
    found: list[DomainTraffic] = []
    for domain in domains:
        shares = tuple(part for part in domain.applications if is_wanted(part.application_id))
        if shares:
            found.append(_with_applications(domain, shares))
    return tuple(found)


DOMAIN_FIELDS: Final = frozenset(
    {
        FilterField.TEXT,
        FilterField.DOMAIN,
        FilterField.APPLICATION,
        FilterField.DOMAIN_SOURCE,
        FilterField.SENT_BYTES,
        FilterField.RECEIVED_BYTES,
        FilterField.TOTAL,
        FilterField.SENT_RATE,
        FilterField.RECEIVED_RATE,
        FilterField.RATE,
    }
)
"""What a domain can be filtered by: it has no ports, addresses or states."""


def fitting_domains(domains: Sequence[DomainTraffic], condition: Filter, now: float) -> tuple[DomainTraffic, ...]:
    """Give those that pass: of which a connection of one of their applications would, with the domain's own sums.

    Terms are of `DOMAIN_FIELDS`. What stands for many domains passes no condition.
    """
    if not condition.terms:
        return tuple(domains)
    passes = compile_filter(condition, now)
    return tuple(each for each in domains if not each.is_others and any(map(passes, _stand_ins(each))))


def _stand_ins(domain: DomainTraffic) -> Iterator[Connection]:
    """Give the domain as connections would show it, one for each of its applications."""
    for part in domain.applications or (DomainApplication(application_id="", application_name=""),):
        facts = ConnectionFacts(
            id="",
            protocol=Protocol.UNSPECIFIED,
            application_id=part.application_id,
            application_name=part.application_name,
            domain=domain.name,
            domain_source=domain.source,
            registrable_domain=domain.registrable_domain,
        )
        yield Connection(facts=facts, traffic=domain.traffic)


def fits_browser(application: Application, pattern: str) -> bool:
    """Tell whether an application is the browser that is asked for: by a part of its name, or any for ``*``."""
    wanted = pattern.casefold().strip("*")
    return application.is_browser and wanted in application.name.casefold()


def browser_shares(snapshot: Snapshot) -> tuple[BrowserShare, ...]:
    """Give the browsers of a snapshot that has domains and applications, busiest first."""
    named: dict[str, int] = {}
    for domain in snapshot.domains:
        for part in domain.applications:
            moved = part.sent_bytes + part.received_bytes
            named[part.application_id] = named.get(part.application_id, 0) + moved
    shares = [
        BrowserShare(
            application=application,
            named_bytes=named.get(application.id, 0),
            total_bytes=_moved(application.traffic),
        )
        for application in snapshot.applications
        if application.is_browser
    ]
    return tuple(sorted(shares, key=lambda share: -share.total_bytes))


def _group(name: str, domains: list[DomainTraffic]) -> DomainGroup:
    last_times = [domain.last_time for domain in domains if domain.last_time is not None]
    return DomainGroup(
        name=name,
        registrable_domain=domains[0].registrable_domain,
        names=len(domains),
        source=min((domain.source for domain in domains if domain.source), default=DomainSource.UNSPECIFIED),
        traffic=sum_traffic(domain.traffic for domain in domains),
        connection_count=sum(domain.connection_count for domain in domains),
        applications=_joined(part for domain in domains for part in domain.applications),
        first_time=min(domain.first_time for domain in domains),
        last_time=max(last_times, default=None),
        is_others=domains[0].is_others,
    )


def _domain_of(name: str, rows: Sequence[Connection]) -> DomainTraffic:
    sources = (row.facts.domain_source for row in rows)
    applications = _joined(map(_share_of, rows))
    return DomainTraffic(
        name=name,
        registrable_domain=rows[0].facts.registrable_domain,
        source=min((source for source in sources if source), default=DomainSource.UNSPECIFIED),
        traffic=sum_traffic(row.traffic for row in rows),
        connection_count=sum(part.connection_count for part in applications),
        applications=applications,
        first_time=min(row.facts.start_time for row in rows),
        last_time=max((row.last_time for row in rows if row.last_time is not None), default=None),
    )


def _share_of(row: Connection) -> DomainApplication:
    traffic = row.traffic
    return DomainApplication(
        application_id=row.facts.application_id,
        application_name=row.facts.application_name,
        sent_bytes=traffic.sent_bytes - traffic.cleared_sent_bytes,
        received_bytes=traffic.received_bytes - traffic.cleared_received_bytes,
        connection_count=int(row.end_time is None),
    )


def _joined(parts: Iterable[DomainApplication]) -> tuple[DomainApplication, ...]:
    sums: dict[str, DomainApplication] = {}
    for part in parts:
        known = sums.get(part.application_id)
        sums[part.application_id] = DomainApplication(
            application_id=part.application_id,
            application_name=part.application_name,
            sent_bytes=part.sent_bytes + (known.sent_bytes if known else 0),
            received_bytes=part.received_bytes + (known.received_bytes if known else 0),
            connection_count=part.connection_count + (known.connection_count if known else 0),
        )
    return tuple(sorted(sums.values(), key=lambda part: -(part.sent_bytes + part.received_bytes)))


def _with_applications(domain: DomainTraffic, shares: tuple[DomainApplication, ...]) -> DomainTraffic:
    return DomainTraffic(
        name=domain.name,
        registrable_domain=domain.registrable_domain,
        source=domain.source,
        traffic=Traffic(
            sent_bytes=sum(part.sent_bytes for part in shares),
            received_bytes=sum(part.received_bytes for part in shares),
        ),
        connection_count=sum(part.connection_count for part in shares),
        applications=shares,
        first_time=domain.first_time,
        last_time=domain.last_time,
        is_others=domain.is_others,
    )


def _moved(traffic: Traffic) -> int:
    cleared = traffic.cleared_sent_bytes + traffic.cleared_received_bytes
    return traffic.sent_bytes + traffic.received_bytes - cleared


def _busiest_first(group: DomainGroup) -> tuple[bool, float, int, str]:
    traffic = group.traffic
    rate = traffic.sent_bytes_per_second + traffic.received_bytes_per_second
    return group.is_others, -rate, -_moved(traffic), group.name
