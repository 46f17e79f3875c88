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

__all__ = ["Veil"]

_SPARE_ENTRIES = 4_096


class Veil:
    """Shows what is of the user ``uid``. What did not change since it was last asked for stays the same object."""

    def __init__(self, uid: int) -> None:
        """Show what is of this user."""
        self.uid = uid
        self._rows: dict[int, tuple[Connection, Connection]] = {}
        self._facts: dict[int, tuple[ConnectionFacts, ConnectionFacts]] = {}
        self._processes: dict[int, tuple[Process, Process]] = {}

    def begin_tick(self, row_count: int) -> None:
        """Forget what may be gone by now, if it has become much more than ``row_count`` rows."""
        for kept in (self._rows, self._facts, self._processes):
            if len(kept) > 4 * row_count + _SPARE_ENTRIES:
                kept.clear()

    def owns(self, row: Connection) -> bool:
        """Whether a row is of one of the user's processes."""
        process = row.facts.process
        return process is not None and process.uid == self.uid

    def row(self, row: Connection) -> Connection:
        """Give a row that the user owns as that user may see it."""
        known = self._rows.get(id(row))
        # An entry holds the object that it was made of: no other one can have its id() meanwhile.
        if known is None:
            known = self._rows[id(row)] = row, row._replace(facts=self._shown_facts(row.facts))
        return known[1]

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
        own = {process.id: self._shown_process(process) for process in explanation.processes if self._has(process)}
        return replace(
            explanation,
            connection=self.row(explanation.connection),
            processes=tuple(own.values()),
            attempts=tuple(each for each in explanation.attempts if not each.process_id or each.process_id in own),
        )

    def _has(self, process: Process) -> bool:
        return process.uid == self.uid

    def _shown_facts(self, facts: ConnectionFacts) -> ConnectionFacts:
        known = self._facts.get(id(facts))
        if known is not None:
            return known[1]
        shown = replace(
            facts,
            process=self._shown_process(facts.process) if facts.process is not None else None,
            holders=tuple(self._shown_process(holder) for holder in facts.holders if self._has(holder)),
        )
        if facts.is_domain_borrowed:
            shown = replace(
                shown,
                domain="",
                registrable_domain="",
                domain_source=DomainSource.UNSPECIFIED,
                is_domain_borrowed=False,
            )
        self._facts[id(facts)] = facts, shown
        return shown

    def _shown_process(self, process: Process) -> Process:
        known = self._processes.get(id(process))
        if known is None:
            # Whose the parent is, nobody has looked up: a shell of one's own, or root's daemon.
            shown = replace(process, parent_pid=0, parent_name="")
            known = self._processes[id(process)] = process, shown
        return known[1]
