"""Rows of domains out of their sums; those in which nothing changed stay the same object."""

from collections.abc import Mapping

from netmon.model import DomainApplication, DomainTraffic, UnnamedReason, UnnamedTraffic
from netmon_collector.core.domain import Domain, DomainShare
from netmon_collector.core.domain_book import DomainBook
from netmon_collector.core.tally import Tally

__all__ = ["DomainRows", "unnamed_of"]


class DomainRows:
    """The rows of one book."""

    def __init__(self) -> None:
        """Start with none."""
        self._rows: dict[str, tuple[Domain, int, DomainTraffic]] = {}

    def of(self, book: DomainBook, interval_seconds: float) -> tuple[DomainTraffic, ...]:
        """Give the rows of all domains that have or had anything."""
        rows: dict[str, tuple[Domain, int, DomainTraffic]] = {}
        for domain in book.all_domains():
            known = self._rows.get(domain.name)
            moves = any(share.tally.has_interval for share in domain.shares.values())
            if known is None or known[0] is not domain or known[1] != domain.revision or moves or _moved(known[2]):
                row = _row(domain, interval_seconds)
                known = domain, domain.revision, known[2] if known is not None and known[2] == row else row
            rows[domain.name] = known
        self._rows = rows
        return tuple(row for _, _, row in rows.values())


def unnamed_of(
    book: DomainBook, counts: Mapping[UnnamedReason, int], interval_seconds: float
) -> tuple[UnnamedTraffic, ...]:
    """Give what has no domain, by reason; reasons that never had a packet or a connection are left out."""
    return tuple(
        UnnamedTraffic(
            reason=reason,
            traffic=book.unnamed_of(reason).traffic(interval_seconds),
            connection_count=counts.get(reason, 0),
        )
        for reason in sorted({*book.unnamed, *counts})
        if counts.get(reason) or book.unnamed_of(reason).has_packets
    )


def _row(domain: Domain, interval_seconds: float) -> DomainTraffic:
    sums = Tally()
    for share in domain.shares.values():
        sums.join(share.tally)
        sums.join_interval(share.tally)
    applications = [_application(share) for share in domain.shares.values()]
    applications.sort(key=lambda part: part.sent_bytes + part.received_bytes, reverse=True)
    return DomainTraffic(
        name=domain.name,
        registrable_domain=domain.registrable_domain,
        source=domain.source,
        traffic=sums.traffic(interval_seconds),
        connection_count=sum(part.connection_count for part in applications),
        applications=tuple(applications),
        first_time=domain.first_time,
        last_time=domain.last_time,
        is_others=domain.is_others,
    )


def _application(share: DomainShare) -> DomainApplication:
    tally = share.tally
    return DomainApplication(
        application_id=share.application_id,
        application_name=share.application_name,
        sent_bytes=tally.sent_bytes - tally.cleared_sent_bytes,
        received_bytes=tally.received_bytes - tally.cleared_received_bytes,
        connection_count=share.connection_count,
    )


def _moved(row: DomainTraffic) -> bool:
    return bool(row.traffic.interval_sent_packets or row.traffic.interval_received_packets)
