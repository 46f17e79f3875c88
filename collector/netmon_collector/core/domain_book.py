"""Sums by domain: every connection counts into one of them or into what has no domain, so that both make the totals."""

from collections.abc import Iterable

from netmon.model import UnnamedReason
from netmon_collector.core.domain import OTHERS_NAME, Domain, DomainShare
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
        self.unnamed: dict[UnnamedReason, Tally] = {}
        self._limit = limit
        self._crowded_out: dict[str, int] = {}
        """Tracked connections of each domain that found no room: all of one domain count into the same sums."""

    def unnamed_of(self, reason: UnnamedReason) -> Tally:
        """Give the sums of what has no domain for this reason."""
        tally = self.unnamed.get(reason)
        if tally is None:
            tally = self.unnamed[reason] = Tally()
        return tally

    def all_domains(self) -> Iterable[Domain]:
        """Give the domains, the sum of those that were not kept apart last."""
        yield from self.domains.values()
        if self.others is not None:
            yield self.others

    def join(self, flow: Flow) -> None:
        """Put a connection's sums where its name and its application are summed up."""
        name = flow.name
        if not name.domain:
            flow.share = None
            flow.name_home = self.unnamed_of(name.reason)
        else:
            process = flow.owner.process if flow.owner is not None else None
            domain = self._domain(name, flow.start_time)
            domain.meet(name.source, flow.start_time, flow.last_time)
            flow.share = domain.share(
                process.application_id if process is not None else "",
                process.application_name if process is not None else "",
            )
            flow.share.flow_count += 1
            flow.name_home = flow.share.tally
            if domain.is_others:
                self._crowded_out[name.domain] = self._crowded_out.get(name.domain, 0) + 1
        flow.name_home.join(flow.tally)
        flow.name_home.join_interval(flow.tally)

    def leave(self, flow: Flow) -> None:
        """Take a connection's sums out again, before its name or its owner changes."""
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

    def _domain(self, name: FlowName, first_time: float) -> Domain:
        domain = self.domains.get(name.domain)
        if domain is None and name.domain in self._crowded_out:
            return self._others(first_time)
        if domain is None:
            if len(self.domains) >= self._limit:
                self._fold()
            if len(self.domains) >= self._limit:
                return self._others(first_time)  # all that are kept apart have connections
            domain = Domain(name.domain, name.registrable_domain, first_time)
            self.domains[name.domain] = domain
        return domain

    def _others(self, first_time: float) -> Domain:
        if self.others is None:
            self.others = Domain(OTHERS_NAME, "", first_time, is_others=True)
        return self.others

    def _fold(self) -> None:
        """Sum up the quietest quarter of the domains, as far as they have no tracked connection."""
        idle = [domain for domain in self.domains.values() if not domain.flow_count]
        idle.sort(key=lambda domain: domain.total_bytes)
        for domain in idle[: max(1, self._limit // 4)]:
            others = self._others(domain.first_time)
            others.meet(domain.source, domain.first_time, domain.last_time)
            for share in domain.shares.values():
                into = others.share(share.application_id, share.application_name).tally
                into.join(share.tally)
                into.join_interval(share.tally)
            del self.domains[domain.name]

    def _drop(self, share: DomainShare) -> None:
        """Forget a share, and its domain, that nothing ever counted into: a guess that was corrected."""
        domain = share.domain
        domain.shares.pop(share.application_id, None)
        domain.revision += 1
        if not domain.shares and self.domains.get(domain.name) is domain:
            del self.domains[domain.name]
