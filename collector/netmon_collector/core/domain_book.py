"""Sums by domain: every connection counts into one of them or into what has no domain, so that both make the totals."""

from collections.abc import Collection, Iterable

from netmon.model import UnnamedReason
from netmon_collector.core.domain import OTHERS_NAME, Domain, DomainShare, ShareKey
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_name import FlowName
from netmon_collector.core.tally import Tally

__all__ = ["DOMAIN_LIMIT", "DomainBook"]

DOMAIN_LIMIT = 1_024
"""How many domains of one user are kept apart; what the user moved with the quietest of those where it has no tracked
connection is then summed up. Nobody's domains are looked at for another: what is kept would tell where others were."""

IN_ALL = 2
"""All users together have so many times as much."""


class DomainBook:
    """All domains, and what has none by its reason."""

    def __init__(self, *, limit: int = DOMAIN_LIMIT) -> None:
        """Start with none."""
        self.domains: dict[str, Domain] = {}
        self.others: Domain | None = None
        self.unnamed: dict[tuple[UnnamedReason, int | None], Tally] = {}
        """By the reason and the owner's user."""
        self._limit = limit
        self._kept: dict[int | None, set[str]] = {}
        """The domains of each user that are kept apart."""
        self._crowded_out: dict[tuple[str, int | None], int] = {}
        """Tracked connections of each domain of a user that found no room: all of them count into the same sums."""

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
            domain = self._domain(name, uid)
            untold = name.reason if name.is_borrowed else None
            key = ShareKey(process.application_id if process is not None else "", uid, untold)
            flow.share = domain.share(key, process.application_name if process is not None else "")
            flow.share.meet(name.source, flow.start_time, flow.last_time)
            flow.share.flow_count += 1
            flow.name_home = flow.share.tally
            if domain.is_others:
                crowded = (name.domain, flow.share.key.uid)
                self._crowded_out[crowded] = self._crowded_out.get(crowded, 0) + 1
            else:
                self._kept.setdefault(flow.share.key.uid, set()).add(name.domain)
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
                crowded = (flow.name.domain, flow.share.key.uid)
                self._crowded_out[crowded] -= 1
                if not self._crowded_out[crowded]:
                    del self._crowded_out[crowded]

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

    def _domain(self, name: FlowName, uid: int | None) -> Domain:
        is_new = name.domain not in self._kept.get(uid, ())
        if is_new and ((name.domain, uid) in self._crowded_out or not self._has_room(uid)):
            return self._others()
        domain = self.domains.get(name.domain)
        if domain is None:
            domain = self.domains[name.domain] = Domain(name.domain, name.registrable_domain)
        return domain

    def _has_room(self, uid: int | None) -> bool:
        """Make room for one more domain of a user, if that can be; else all that are kept have connections."""
        if self._is_full(uid):
            self._fold(uid)
        return not self._is_full(uid)

    def _is_full(self, uid: int | None) -> bool:
        in_all = sum(map(len, self._kept.values()))
        return len(self._kept.get(uid, ())) >= self._limit or in_all >= self._limit * IN_ALL

    def _others(self) -> Domain:
        if self.others is None:
            self.others = Domain(OTHERS_NAME, "", is_others=True)
        return self.others

    def _fold(self, uid: int | None) -> None:
        """Sum up a quarter of a user's domains, the quietest of those in which it has no tracked connection."""
        own = {name: self.domains[name].shares_of(uid) for name in self._kept.get(uid, ())}
        idle = [name for name, shares in own.items() if not any(share.flow_count for share in shares)]
        idle.sort(key=lambda name: sum(share.total_bytes for share in own[name]))
        for name in idle[: max(1, self._limit // 4)]:
            others = self._others()
            for share in own[name]:
                into = others.share(share.key, share.application_name)
                into.meet(share.source, share.first_time, share.last_time)
                into.tally.join(share.tally)
                into.tally.join_interval(share.tally)
                self._drop(share)

    def _drop(self, share: DomainShare) -> None:
        """Forget a share, its domain with the last one: summed up, or a guess that was corrected."""
        domain, uid = share.domain, share.key.uid
        domain.shares.pop(share.key, None)
        domain.revision += 1
        if domain.is_others:
            return
        if not domain.shares_of(uid):
            self._kept[uid].discard(domain.name)
            if not self._kept[uid]:
                del self._kept[uid]
        if not domain.shares:
            del self.domains[domain.name]
