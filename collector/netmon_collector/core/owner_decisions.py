"""Who is believed: decides between what is known of a connection's owner and what somebody says of it now."""

from dataclasses import replace
from typing import Final

from netmon.model import AttemptResult, OwnerConfidence, OwnerMethod, Protocol, UnattributedReason
from netmon_collector.core.flow import Flow, Owner
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.journal import Journal
from netmon_collector.core.probation import is_half_open

__all__ = ["Decisions"]

_TOLD: Final = frozenset({OwnerMethod.CREATOR, OwnerMethod.USER})


class Decisions:
    """Gives connections to owners. Each decision is written down in ``journal``."""

    def __init__(self, book: FlowBook) -> None:
        """Work on the connections of ``book``."""
        self._book = book
        self.journal = Journal()

    def answered(self, flow: Flow, owner: Owner, *, is_final: bool) -> None:
        """Take an answer for this one connection; a final one is the last word, unless another is known surely."""
        before = flow.owner
        is_last_word = is_final or (before is not None and _is_one_of_them(before, owner))
        if before is None or not is_last_word or (_is_certain(before) and not _is_certain(owner)):
            self.own(flow, owner if before is None else _with_holders_of(before, owner))
        else:
            self._take_last_word(flow, before, owner)

    def own(self, flow: Flow, owner: Owner) -> None:
        """Take who was found to own a connection; whoever is known more surely stays."""
        before = flow.owner
        self._decide(flow, owner)
        self.journal.named(flow, owner, before)

    def _decide(self, flow: Flow, owner: Owner) -> None:
        before = flow.owner
        if self._book.carriers.is_held(flow, owner) or self._is_surely_carried(flow):
            self.carry(flow, owner)
            return
        if before is not None:
            is_same = before.process.id == owner.process.id
            is_better = before.confidence is OwnerConfidence.INFERRED and owner.confidence is OwnerConfidence.CERTAIN
            if _holds_too(before, owner):
                # Who was seen using it is the owner; that others hold it too is news.
                others = {holder.id: holder for holder in (owner.process, *owner.holders)}
                del others[before.process.id]
                owner, is_same = replace(before, holders=tuple(others.values())), True
            # An owner that was once seen surely stays; a later listing may show another holder of the same socket.
            if before == owner or not (is_same or is_better or _was_handed_on(before, owner)):
                return
            if is_same and not is_better and before.confidence is OwnerConfidence.CERTAIN:
                owner = replace(owner, method=before.method, confidence=before.confidence)
        self._credit(flow, owner)

    def _is_surely_carried(self, flow: Flow) -> bool:
        """Whether a connection carries a tunnel by its ends or by a process; that nobody held it is but a guess."""
        is_known = bool(flow.carried_by) or self._book.carriers.is_kernels(flow.key)
        return flow.reason is UnattributedReason.CARRIER and is_known

    def _take_last_word(self, flow: Flow, before: Owner, owner: Owner) -> None:
        """Credit who closed a socket as the last one; who had it before is named beside it."""
        told = owner
        others = (before.process, *before.holders, *owner.holders)
        holders = {other.id: other for other in others if other.id != owner.process.id}
        if before.process.id == owner.process.id and before.confidence is OwnerConfidence.CERTAIN:
            owner = replace(owner, method=before.method)
        owner = replace(owner, holders=tuple(holders.values()))
        if owner != before:
            self._credit(flow, owner)
        self.journal.named(flow, told, before)

    def _credit(self, flow: Flow, owner: Owner) -> None:
        previous_id = flow.owner.process.id if flow.owner is not None else ""
        self._book.assign(flow, owner, UnattributedReason.UNSPECIFIED)
        if not flow.is_new and previous_id != owner.process.id:
            self._book.corrected.append((flow, previous_id))
        if not is_half_open(flow):
            self._book.table.promote(flow)

    def carry(self, flow: Flow, owner: Owner) -> None:
        """Take who moves a tunnel's packets by a connection."""
        if flow.key.protocol in {Protocol.TCP, Protocol.UDP}:  # else the kernel's own, whoever listens to it too
            self._book.carry(flow, owner)

    def nobody(self, flow: Flow, result: AttemptResult) -> None:
        """Write down that nobody was named."""
        self.journal.nobody(flow, result)

    def explain(self, flow: Flow, reason: UnattributedReason) -> None:
        """Say why a connection has no owner."""
        if flow.reason not in {UnattributedReason.CARRIER, UnattributedReason.FORWARDED}:
            self._book.assign(flow, None, reason)


def _with_holders_of(before: Owner, owner: Owner) -> Owner:
    """Keep who else holds the socket of the same owner: an answer tells who used it, and only a listing who let go."""
    if before.process.id != owner.process.id:
        return owner
    return replace(owner, holders=tuple({holder.id: holder for holder in (*owner.holders, *before.holders)}.values()))


def _holds_too(before: Owner, owner: Owner) -> bool:
    """Whether a listing shows who was surely seen using a socket, but not as the first of its holders."""
    is_sure = before.method in _TOLD and before.confidence is OwnerConfidence.CERTAIN
    return is_sure and before.process.id in {holder.id for holder in owner.holders}


def _is_one_of_them(before: Owner, owner: Owner) -> bool:
    """Whether of all who hold a listener, of whom a listing gives the first, an answer names the one that accepts."""
    return before.method is OwnerMethod.LISTENER and owner.process.id in {holder.id for holder in before.holders}


def _is_certain(owner: Owner) -> bool:
    return owner.confidence is OwnerConfidence.CERTAIN


def _was_handed_on(before: Owner, owner: Owner) -> bool:
    """Whether a listing shows a socket with others, and not with who was seen using it before."""
    is_other = before.process.id not in {owner.process.id, *(holder.id for holder in owner.holders)}
    return is_other and owner.method is OwnerMethod.EXACT and before.method in _TOLD
