"""Who is there: ages all connections at a tick, gives their rows, and tells of those that came and went."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    EventKind,
    UnattributedReason,
    UnnamedReason,
)
from netmon_collector.core.aging import CLOSED_SECONDS, age_all, is_forgotten
from netmon_collector.core.flow import EndedRow, Flow
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.rows import row_of
from netmon_collector.core.succession import let_go

_ASKED_AGAIN = frozenset(
    {
        *(UnattributedReason.PENDING, UnattributedReason.PROTOCOL),
        *(UnattributedReason.GONE, UnattributedReason.NO_HELPER),
    }
)
_ASKED_AT_END = _ASKED_AGAIN | {UnattributedReason.UNSPECIFIED}
"""Reasons of those that may still get an owner; UNSPECIFIED: they have one."""


@dataclass(slots=True)
class RollCall:
    """All connections at one tick.

    ``rows``: open ones and those that ended in it; ``ended_rows``: ended ones that are still listed, and to which
    something happened; ``resting_rows``: the other ones;
    ``reasons``: how many open ones have no owner, by reason; ``unnamed``: how many of them have no domain.
    """

    rows: list[Connection] = field(default_factory=list[Connection])
    ended_rows: list[EndedRow] = field(default_factory=list[EndedRow])
    resting_rows: list[tuple[EndedRow, ...]] = field(default_factory=list[tuple[EndedRow, ...]])
    active_count: int = 0
    listening_count: int = 0
    reasons: dict[UnattributedReason, int] = field(default_factory=dict[UnattributedReason, int])
    unnamed: dict[UnnamedReason, int] = field(default_factory=dict[UnnamedReason, int])


class Teller(Protocol):
    """Who hears of what happened to connections."""

    def __call__(self, kind: EventKind, *, is_lone: bool = False) -> None:
        """Take an event; ``is_lone``: its connection is on probation."""
        ...


class Roster:
    """The connections of a book, called once a tick."""

    def __init__(self, book: FlowBook, tell: Teller) -> None:
        """Call the connections of ``book``; ``tell`` gets what happened to them."""
        self._book = book
        self._tell = tell
        self._counted_changes = -1
        self._active_count = 0
        self._listening_count = 0
        self._reasons: dict[UnattributedReason, int] = {}
        self._unnamed: dict[UnnamedReason, int] = {}

    def call(self, sequence: int, now: float, wall_time: float, interval_seconds: float) -> RollCall:
        """Bring every connection up to ``now`` and give the rows of tick ``sequence``."""
        roll = RollCall()
        table = self._book.table
        scan_count = self._book.scan_count
        # Those that the system still lists rest on: a minute after their end thousands may be in TIME_WAIT.
        table.wake_older(now - CLOSED_SECONDS, is_due=lambda flow: is_forgotten(flow, now, scan_count))
        # All are aged before the first row is made: a connection that leaves probation may displace another.
        age_all(table.awake(), self._book, now, wall_time)
        roll.resting_rows = table.resting_rows()
        rows = roll.rows
        for flow in table.awake():
            # Of thousands most have a row that still holds: what follows is about the others.
            if (row := flow.row) is not None and not flow.closed_sequence and flow.end_time is None and not flow.is_new:
                rows.append(row)
            elif flow.closed_sequence:
                self._call_ended(flow, roll, sequence, now, interval_seconds)
            elif flow.end_time is not None:
                self._close(flow, sequence, now)
                self._show_ended(flow, roll, interval_seconds)
            else:
                self._call_open(flow, roll, now, interval_seconds)
        self._census(roll)
        return roll

    def tell_corrections(self, corrected: Iterable[tuple[Flow, str]], interval_seconds: float) -> None:
        """Tell of connections whose owner came late or changed; call after the rows were made."""
        for flow, previous_process_id in corrected:
            row = row_of(flow, interval_seconds)
            self._tell(ConnectionReattributed(connection=row, previous_process_id=previous_process_id))

    def tell_named(self, named: Iterable[Flow], interval_seconds: float) -> None:
        """Tell of connections whose name was learnt after they were shown; call after the rows were made."""
        for flow in named:
            self._tell(ConnectionNamed(connection=row_of(flow, interval_seconds)))

    def _call_open(self, flow: Flow, roll: RollCall, now: float, interval_seconds: float) -> None:
        questions = self._book.questions
        if questions is not None and flow.owner is None and flow.reason in _ASKED_AGAIN and flow.tally.has_interval:
            questions.renew(flow, now)
        row = row_of(flow, interval_seconds)
        roll.rows.append(row)
        if flow.is_new:
            flow.is_new = False
            self._tell(ConnectionOpened(connection=row), is_lone=self._book.table.is_on_probation(flow))

    def _call_ended(self, flow: Flow, roll: RollCall, sequence: int, now: float, interval_seconds: float) -> None:
        if is_forgotten(flow, now, self._book.scan_count):
            self._book.forget(flow)
            return
        let_go(flow, self._book)
        if flow.tally.has_interval or flow.facts is None:
            # Late packets or a late owner: the row comes once more, as it is now.
            flow.closed_sequence = sequence
            self._show_ended(flow, roll, interval_seconds)
        else:
            roll.ended_rows.append(_ended(flow, row_of(flow, interval_seconds)))
            if flow.reason is not UnattributedReason.PENDING:
                self._book.rest(flow)

    def _close(self, flow: Flow, sequence: int, now: float) -> None:
        flow.closed_sequence = sequence
        flow.closed_at = now
        self._book.ledger.close(flow)
        if self._book.questions is not None and flow.has_peer and flow.reason in _ASKED_AT_END:
            self._book.questions.add_ended(flow, now)
        if not flow.state or flow.state is ConnectionState.ESTABLISHED:
            flow.state = ConnectionState.CLOSED
        flow.row = None

    def _show_ended(self, flow: Flow, roll: RollCall, interval_seconds: float) -> None:
        row = row_of(flow, interval_seconds)
        roll.rows.append(row)
        roll.ended_rows.append(_ended(flow, row))
        is_lone = self._book.table.is_on_probation(flow)
        if flow.is_new:
            flow.is_new = False
            self._tell(ConnectionOpened(connection=row), is_lone=is_lone)
        self._tell(ConnectionClosed(connection=row), is_lone=is_lone)

    def _census(self, roll: RollCall) -> None:
        """Count who has how many open connections, if any came, went or changed hands since the last time."""
        ledger = self._book.ledger
        if ledger.change_count != self._counted_changes:
            self._counted_changes = ledger.change_count
            for account in ledger.accounts.values():
                account.begin_count()
            ledger.domains.begin_count()
            self._active_count = self._listening_count = 0
            self._reasons = {}
            self._unnamed = {}
            for flow in self._book.table.awake():
                if not flow.closed_sequence:
                    self._count(flow)
        roll.active_count, roll.listening_count = self._active_count, self._listening_count
        roll.reasons, roll.unnamed = self._reasons, self._unnamed

    def _count(self, flow: Flow) -> None:
        is_listening = flow.state is ConnectionState.LISTEN
        if is_listening:
            self._listening_count += 1
        elif flow.has_peer:
            self._active_count += 1
            self._book.ledger.domains.count(flow)
            if flow.share is None:
                self._unnamed[flow.name.reason] = self._unnamed.get(flow.name.reason, 0) + 1
        if flow.owner is None or flow.account is None:
            self._reasons[flow.reason] = self._reasons.get(flow.reason, 0) + 1
        else:
            flow.account.count(flow.owner.process, flow.key.remote_address, is_listening=is_listening)


def _ended(flow: Flow, row: Connection) -> EndedRow:
    flow.shown_end = EndedRow(sequence=flow.closed_sequence, closed_at=flow.closed_at or 0.0, row=row)
    return flow.shown_end
