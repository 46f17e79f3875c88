"""The domains of a made-up workstation: the sums of what its rows move and moved, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netmon.model import (
    Connection,
    ConnectionFacts,
    DomainApplication,
    DomainTraffic,
    Traffic,
    UnnamedReason,
    UnnamedTraffic,
)
from netmon_client.aggregate import sum_traffic

_NOTHING = Traffic()
Owner = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class _Known:
    facts: ConnectionFacts
    first_time: float
    last_time: float
    owners: set[Owner] = field(default_factory=set[Owner])


class BusyDomains:
    """All names that there are or were, with their owners."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def domains(
        self, rows: Iterable[Connection], sums: Mapping[tuple[str, object], Traffic], now: float
    ) -> tuple[DomainTraffic, ...]:
        """Give the domains; ``sums``: by the keys of ``domain_keys``."""
        counts: dict[str, int] = {}
        for row in rows:
            facts = row.facts
            if not facts.domain:
                continue
            known = self._known.setdefault(facts.domain, _Known(facts=facts, first_time=now, last_time=now))
            known.owners.add((facts.application_id, facts.application_name))
            known.last_time = max(known.last_time, row.last_time or 0.0)
            counts[facts.domain] = counts.get(facts.domain, 0) + (row.end_time is None)
        return tuple(_domain(name, known, sums, counts.get(name, 0)) for name, known in self._known.items())


def domain_keys(facts: ConnectionFacts) -> tuple[tuple[str, object], ...]:
    """Name the sums that a row is part of."""
    if not facts.domain:
        return (("unnamed", facts.unnamed_reason),)
    return ("domain", facts.domain), ("share", (facts.domain, facts.application_id))


def unnamed_parts(rows: Iterable[Connection], sums: Mapping[tuple[str, object], Traffic]) -> tuple[UnnamedTraffic, ...]:
    """Give what has no domain, by reason."""
    reasons = [row.facts.unnamed_reason for row in rows if not row.facts.domain and row.end_time is None]
    return tuple(
        UnnamedTraffic(reason=reason, traffic=sums["unnamed", reason], connection_count=reasons.count(reason))
        for reason in UnnamedReason
        if ("unnamed", reason) in sums
    )


def sums_of(
    rows: Iterable[Connection], gone: Mapping[tuple[str, object], Traffic]
) -> dict[tuple[str, object], Traffic]:
    """Give each sum: what is there and what was."""
    parts = {key: [traffic] for key, traffic in gone.items()}
    for row in rows:
        for key in domain_keys(row.facts):
            parts.setdefault(key, []).append(row.traffic)
    return {key: sum_traffic(each) for key, each in parts.items()}


def _domain(name: str, known: _Known, sums: Mapping[tuple[str, object], Traffic], count: int) -> DomainTraffic:
    shares = [(owner, sums.get(("share", (name, owner[0])), _NOTHING)) for owner in sorted(known.owners)]
    return DomainTraffic(
        name=name,
        registrable_domain=known.facts.registrable_domain,
        source=known.facts.domain_source,
        traffic=sums.get(("domain", name), _NOTHING),
        connection_count=count,
        applications=tuple(
            DomainApplication(
                application_id=key,
                application_name=label,
                sent_bytes=traffic.sent_bytes,
                received_bytes=traffic.received_bytes,
            )
            for (key, label), traffic in sorted(shares, key=lambda share: -sum(share[1][:2]))
        ),
        first_time=known.first_time,
        last_time=known.last_time,
    )
