"""Sums by domain: every connection counts into one of them or into what has no domain, so that both make the totals."""

from collections.abc import Collection, Iterable

from netmon.model import UnnamedReason
from netmon_collector.core.domain import OTHERS_NAME, Domain, DomainShare, ShareKey
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_name import FlowName
from netmon_collector.core.tally import Tally

__all__ = ["DOMAIN_LIMIT", "DomainBook"]

DOMAIN_LIMIT = 1_024
"""How many domains are kept apart; what the quietest that have no tracked connection moved is then summed up."""


class DomainBook:
    """All domains, and what has none by its reason."""

    def __init__(self, *, limit: int = DOMAIN_LIMIT) -> None:
        """Start with none."""
        self.domains: dict[str, Domain] = {}
        self.others: Domain | None = None
        self.unnamed: dict[tuple[UnnamedReason, int | None], Tally] = {}
        """By the reason and the owner's user."""
        self._limit = limit
        self._crowded_out: dict[str, int] = {}
        """Tracked connections of each domain that found no room: all of one domain count into the same sums."""

    def unnamed_of(self, reason: UnnamedReason, uid: int | None) -> Tally:
        """Give the sums of what has no domain for this reason and is a user's; ``uid`` None: nobody knows whose."""
        tally = self.unnamed.get((reason, uid))
        if tally is None:
            tally = self.unnamed[reason, uid] = Tally()
        return tally

    def all_domains(self) -> Iterable[Domain]:
        """Give the domains, the sum of those that were not kept apart last."""
        yield from self.domains.values()
        if self.others is not None:
            yield self.others

    def join(self, flow: Flow) -> None:
        """Put a connection's sums where its name and its application are summed up."""
        name = flow.name
        process = flow.owner.process if flow.owner is not None else None
        uid = process.uid if process is not None else None
        if not name.domain:
            flow.share = None
            flow.name_home = self.unnamed_of(name.reason, uid)
        else:
            domain = self._domain(name)
            untold = name.reason if name.is_borrowed else None
            key = ShareKey(process.application_id if process is not None else "", uid, untold)
            flow.share = domain.share(key, process.application_name if process is not None else "")
            flow.share.meet(name.source, flow.start_time, flow.last_time)
            flow.share.flow_count += 1
            flow.name_home = flow.share.tally
            if domain.is_others:
                self._crowded_out[name.domain] = self._crowded_out.get(name.domain, 0) + 1
        if flow.tally.has_packets:
            flow.name_home.join(flow.tally)
            flow.name_home.join_interval(flow.tally)

    def leave(self, flow: Flow) -> None:
        """Take a connection's sums out again, before its name or its owner changes."""
        if flow.tally.has_packets:
            flow.name_home.leave(flow.tally)
            flow.name_home.leave_interval(flow.tally)
        share = flow.share
        self.forget(flow)
        if share is not None and not share.flow_count and not share.tally.has_packets:
            self._drop(share)

    def forget(self, flow: Flow) -> None:
        """Say that a connection is no longer tracked; what it moved stays."""
        if flow.share is not None:
            flow.share.flow_count -= 1
            flow.share.domain.revision += 1
            if flow.share.domain.is_others:
                self._crowded_out[flow.name.domain] -= 1
                if not self._crowded_out[flow.name.domain]:
                    del self._crowded_out[flow.name.domain]

    def fold_users(self, uids: Collection[int | None]) -> None:
        """Sum up what these users moved without a domain as nobody's; they have no tracked connection."""
        for reason, uid in [key for key in self.unnamed if key[1] in uids]:
            tally, into = self.unnamed.pop((reason, uid)), self.unnamed_of(reason, None)
            into.join(tally)
            into.join_interval(tally)

    def tallies(self) -> Iterable[Tally]:
        """Give every sum."""
        yield from self.unnamed.values()
        for domain in self.all_domains():
            for share in domain.shares.values():
                yield share.tally

    def clear(self) -> None:
        """Move the baseline of all of them to now."""
        for tally in self.tallies():
            tally.clear()
        for domain in self.all_domains():
            domain.revision += 1

    def begin_count(self) -> None:
        """Begin to count open connections anew."""
        for domain in self.all_domains():
            for share in domain.shares.values():
                if share.connection_count:
                    share.connection_count = 0
                    domain.revision += 1

    def count(self, flow: Flow) -> None:
        """Count an open connection."""
        if flow.share is not None:
            flow.share.connection_count += 1
            flow.share.domain.revision += 1

    def _domain(self, name: FlowName) -> Domain:
        domain = self.domains.get(name.domain)
        if domain is None and name.domain in self._crowded_out:
            return self._others()
        if domain is None:
            if len(self.domains) >= self._limit:
                self._fold()
            if len(self.domains) >= self._limit:
                return self._others()  # all that are kept apart have connections
            domain = Domain(name.domain, name.registrable_domain)
            self.domains[name.domain] = domain
        return domain

    def _others(self) -> Domain:
        if self.others is None:
            self.others = Domain(OTHERS_NAME, "", is_others=True)
        return self.others

    def _fold(self) -> None:
        """Sum up the quietest quarter of the domains, as far as they have no tracked connection."""
        idle = [domain for domain in self.domains.values() if not domain.flow_count]
        idle.sort(key=lambda domain: domain.total_bytes)
        for domain in idle[: max(1, self._limit // 4)]:
            others = self._others()
            for share in domain.shares.values():
                into = others.share(share.key, share.application_name)
                into.meet(share.source, share.first_time, share.last_time)
                into.tally.join(share.tally)
                into.tally.join_interval(share.tally)
            del self.domains[domain.name]

    def _drop(self, share: DomainShare) -> None:
        """Forget a share, and its domain, that nothing ever counted into: a guess that was corrected."""
        domain = share.domain
        domain.shares.pop(share.key, None)
        domain.revision += 1
        if not domain.shares and self.domains.get(domain.name) is domain:
            del self.domains[domain.name]
