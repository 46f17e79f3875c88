"""Rows of domains out of their sums; those in which nothing changed stay the same object."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netmon.model import DomainApplication, DomainSource, DomainTraffic, Traffic, UnnamedReason, UnnamedTraffic
from netmon_collector.core.domain import Domain, DomainShare
from netmon_collector.core.domain_book import DomainBook
from netmon_collector.core.tally import Tally

__all__ = ["DomainEntry", "DomainRows", "UntoldTraffic", "unnamed_of"]


class UntoldTraffic(NamedTuple):
    """What a user moved with a domain that only others asked for, and why it has no name for that user."""

    uid: int | None
    reason: UnnamedReason
    traffic: Traffic


class DomainEntry(NamedTuple):
    """A domain's row at one tick, and what of it is each user's.

    ``users``: the rows of single users. Where one user alone may see all of it, that is ``row`` itself.
    """

    domain: Domain
    revision: int
    row: DomainTraffic
    users: Mapping[int | None, DomainTraffic]
    untold: tuple[UntoldTraffic, ...]


class DomainRows:
    """The rows of one book."""

    def __init__(self) -> None:
        """Start with none."""
        self.entries: dict[str, DomainEntry] = {}
        """By name, as they were last given. It is never changed: each tick has one of its own."""

    def of(self, book: DomainBook, interval_seconds: float) -> tuple[DomainTraffic, ...]:
        """Give the rows of all domains that have or had anything."""
        entries: dict[str, DomainEntry] = {}
        for domain in book.all_domains():
            known = self.entries.get(domain.name)
            moves = any(share.tally.has_interval for share in domain.shares.values())
            if (
                known is None
                or known.domain is not domain
                or known.revision != domain.revision
                or moves
                or _moved(known.row)
            ):
                known = _entry(domain, known, interval_seconds)
            entries[domain.name] = known
        self.entries = entries
        return tuple([entry.row for entry in entries.values()])


def unnamed_of(
    book: DomainBook, counts: Mapping[UnnamedReason, int], interval_seconds: float
) -> tuple[UnnamedTraffic, ...]:
    """Give what has no domain, by reason; reasons that never had a packet or a connection are left out."""
    sums: dict[UnnamedReason, Tally] = {}
    for (reason, _), tally in book.unnamed.items():
        into = sums.setdefault(reason, Tally())
        into.join(tally)
        into.join_interval(tally)
    nothing = Tally()
    return tuple(
        UnnamedTraffic(
            reason=reason,
            traffic=sums.get(reason, nothing).traffic(interval_seconds),
            connection_count=counts.get(reason, 0),
        )
        for reason in sorted({*sums, *counts})
        if counts.get(reason) or sums.get(reason, nothing).has_packets
    )


def _entry(domain: Domain, known: DomainEntry | None, interval_seconds: float) -> DomainEntry:
    row = _same(known.row if known is not None else None, _row(domain, domain.shares.values(), interval_seconds))
    uids = {share.key.uid for share in domain.shares.values()}
    untold = [share for share in domain.shares.values() if share.key.untold is not None]
    if len(uids) == 1 and not untold:
        return DomainEntry(domain, domain.revision, row, dict.fromkeys(uids, row), ())
    users: dict[int | None, DomainTraffic] = {}
    for uid in uids:
        told = [share for share in domain.shares.values() if share.key.uid == uid and share.key.untold is None]
        if told:
            before = known.users.get(uid) if known is not None else None
            users[uid] = _same(before, _row(domain, told, interval_seconds))
    return DomainEntry(
        domain,
        domain.revision,
        row,
        users,
        tuple(
            UntoldTraffic(share.key.uid, share.key.untold, share.tally.traffic(interval_seconds))
            for share in untold
            if share.key.untold is not None
        ),
    )


def _same(before: DomainTraffic | None, row: DomainTraffic) -> DomainTraffic:
    return before if before is not None and before == row else row


def _row(domain: Domain, shares: Iterable[DomainShare], interval_seconds: float) -> DomainTraffic:
    shares = tuple(shares)
    sums = Tally()
    for share in shares:
        sums.join(share.tally)
        sums.join_interval(share.tally)
    applications = _applications(shares)
    applications.sort(key=lambda part: part.sent_bytes + part.received_bytes, reverse=True)
    return DomainTraffic(
        name=domain.name,
        registrable_domain=domain.registrable_domain,
        source=min((share.source for share in shares if share.source), default=DomainSource.UNSPECIFIED),
        traffic=sums.traffic(interval_seconds),
        connection_count=sum(part.connection_count for part in applications),
        applications=tuple(applications),
        first_time=min((share.first_time for share in shares), default=0.0),
        last_time=max((share.last_time for share in shares if share.last_time is not None), default=None),
        is_others=domain.is_others,
    )


def _applications(shares: Iterable[DomainShare]) -> list[DomainApplication]:
    parts: dict[str, DomainApplication] = {}
    for share in shares:
        tally, application_id = share.tally, share.key.application_id
        before = parts.get(application_id)
        parts[application_id] = DomainApplication(
            application_id=application_id,
            application_name=share.application_name,
            sent_bytes=tally.sent_bytes - tally.cleared_sent_bytes + (before.sent_bytes if before else 0),
            received_bytes=tally.received_bytes
            - tally.cleared_received_bytes
            + (before.received_bytes if before else 0),
            connection_count=share.connection_count + (before.connection_count if before else 0),
        )
    return list(parts.values())


def _moved(row: DomainTraffic) -> bool:
    return bool(row.traffic.interval_sent_packets or row.traffic.interval_received_packets)
