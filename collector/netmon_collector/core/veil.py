"""What one user may see of rows, events and explanations: what is about their own processes, in full.

Left out of that is what tells of others: other users' processes that hold the same socket, parents, and domains that
only others asked for.
"""

from dataclasses import replace

from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionFacts,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    DomainSource,
    Event,
    Explanation,
    Process,
)
from netmon_collector.core.makings import Makings

__all__ = ["Veil"]


class Veil:
    """Shows what is of the user ``uid``. What did not change since it was last asked for stays the same object."""

    def __init__(self, uid: int) -> None:
        """Show what is of this user."""
        self.uid = uid
        self._rows = Makings(self._shown_row)
        self._facts = Makings(self._shown_facts)
        self._processes = Makings(_shown_process)

    def begin_tick(self, sequence: int) -> None:
        """Forget what nobody asked for lately."""
        for kept in (self._rows, self._facts, self._processes):
            kept.begin_tick(sequence)

    def owns(self, row: Connection) -> bool:
        """Whether a row is of one of the user's processes."""
        process = row.facts.process
        return process is not None and process.uid == self.uid

    def row(self, row: Connection) -> Connection:
        """Give a row that the user owns as that user may see it."""
        return self._rows.of(row)

    def event(self, event: Event) -> Event | None:
        """Give an event as the user may see it; None if it is about what is not theirs."""
        kind = event.kind
        if not isinstance(kind, ConnectionOpened | ConnectionClosed | ConnectionNamed | ConnectionReattributed):
            return event
        if not self.owns(kind.connection):
            return None
        row = self.row(kind.connection)
        match kind:
            case ConnectionNamed() if not row.facts.domain:
                return None
            case ConnectionReattributed():
                return replace(event, kind=replace(kind, connection=row, previous_process_id=""))
            case _:
                return replace(event, kind=replace(kind, connection=row))

    def explanation(self, explanation: Explanation) -> Explanation | None:
        """Give an explanation as the user may see it; None if the connection is not theirs."""
        if not self.owns(explanation.connection):
            return None
        own = {process.id: self._processes.of(process) for process in explanation.processes if self._has(process)}
        return replace(
            explanation,
            connection=self.row(explanation.connection),
            processes=tuple(own.values()),
            attempts=tuple(each for each in explanation.attempts if not each.process_id or each.process_id in own),
        )

    def _has(self, process: Process) -> bool:
        return process.uid == self.uid

    def _shown_row(self, row: Connection) -> Connection:
        return row._replace(facts=self._facts.of(row.facts))

    def _shown_facts(self, facts: ConnectionFacts) -> ConnectionFacts:
        shown = replace(
            facts,
            process=self._processes.of(facts.process) if facts.process is not None else None,
            holders=tuple(self._processes.of(holder) for holder in facts.holders if self._has(holder)),
        )
        if facts.is_domain_borrowed:
            shown = replace(
                shown,
                domain="",
                registrable_domain="",
                domain_source=DomainSource.UNSPECIFIED,
                is_domain_borrowed=False,
            )
        return shown


def _shown_process(process: Process) -> Process:
    # Whose the parent is, nobody has looked up: a shell of one's own, or root's daemon.
    return replace(process, parent_pid=0, parent_name="")
