"""Who is there: ages all connections at a tick, gives their rows, and tells of those that came and went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    EventKind,
    UnattributedReason,
)
from netmon_collector.core.aging import age, is_forgotten
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.rows import row_of
from netmon_collector.core.views import EndedRow


@dataclass(slots=True)
class RollCall:
    """All connections at one tick.

    ``rows``: open ones and those that ended in it; ``ended_rows``: all ended ones that are still listed;
    ``reasons``: how many of ``rows`` have no owner, by reason.
    """

    rows: list[Connection] = field(default_factory=list[Connection])
    ended_rows: list[EndedRow] = field(default_factory=list[EndedRow])
    active_count: int = 0
    listening_count: int = 0
    reasons: dict[UnattributedReason, int] = field(default_factory=dict[UnattributedReason, int])


class Roster:
    """The connections of a book, called once a tick."""

    def __init__(self, book: FlowBook, tell: Callable[[EventKind], None]) -> None:
        """Call the connections of ``book``; ``tell`` gets what happened to them."""
        self._book = book
        self._tell = tell

    def call(self, sequence: int, now: float, wall_time: float, interval_seconds: float) -> RollCall:
        """Bring every connection up to ``now`` and give the rows of tick ``sequence``."""
        roll = RollCall()
        for account in self._book.ledger.accounts.values():
            account.begin_count()
        # All are aged before the first row is made: a connection that leaves probation may displace another.
        for flow in self._book.table:
            age(flow, self._book, now, wall_time)
        for flow in self._book.table:
            if flow.closed_sequence:
                self._call_ended(flow, roll, sequence, now, interval_seconds)
            elif flow.has_ended:
                self._close(flow, sequence, now)
                self._show_ended(flow, roll, interval_seconds)
            else:
                self._call_open(flow, roll, interval_seconds)
        return roll

    def tell_corrections(self, corrected: Iterable[tuple[Flow, str]], interval_seconds: float) -> None:
        """Tell of connections whose owner came late or changed; call after the rows were made."""
        for flow, previous_process_id in corrected:
            row = row_of(flow, interval_seconds)
            self._tell(ConnectionReattributed(connection=row, previous_process_id=previous_process_id))

    def _call_open(self, flow: Flow, roll: RollCall, interval_seconds: float) -> None:
        row = row_of(flow, interval_seconds)
        roll.rows.append(row)
        if flow.is_new:
            flow.is_new = False
            self._tell(ConnectionOpened(connection=row))
        if flow.state is ConnectionState.LISTEN:
            roll.listening_count += 1
        elif flow.has_peer:
            roll.active_count += 1
        self._count(flow, roll)

    def _call_ended(self, flow: Flow, roll: RollCall, sequence: int, now: float, interval_seconds: float) -> None:
        if is_forgotten(flow, now):
            self._book.forget(flow)
            return
        if flow.tally.has_interval or flow.facts is None:
            # Late packets or a late owner: the row comes once more, as it is now.
            flow.closed_sequence = sequence
            self._show_ended(flow, roll, interval_seconds)
        else:
            roll.ended_rows.append(_ended(flow, row_of(flow, interval_seconds)))

    def _close(self, flow: Flow, sequence: int, now: float) -> None:
        flow.closed_sequence = sequence
        flow.closed_at = now
        self._book.ledger.close(flow)
        if not flow.state or flow.state is ConnectionState.ESTABLISHED:
            flow.state = ConnectionState.CLOSED
        flow.row = None

    def _show_ended(self, flow: Flow, roll: RollCall, interval_seconds: float) -> None:
        row = row_of(flow, interval_seconds)
        roll.rows.append(row)
        roll.ended_rows.append(_ended(flow, row))
        if flow.is_new:
            flow.is_new = False
            self._tell(ConnectionOpened(connection=row))
        self._tell(ConnectionClosed(connection=row))
        self._count(flow, roll, is_open=False)

    def _count(self, flow: Flow, roll: RollCall, *, is_open: bool = True) -> None:
        if flow.owner is None:
            roll.reasons[flow.reason] = roll.reasons.get(flow.reason, 0) + 1
            return
        account = self._book.ledger.account(flow.owner.process, flow.start_time)
        if flow.last_time is not None:
            account.last_time = max(account.last_time or 0.0, flow.last_time)
        if is_open:
            account.count(flow, flow.owner.process)


def _ended(flow: Flow, row: Connection) -> EndedRow:
    return EndedRow(sequence=flow.closed_sequence, closed_at=flow.closed_at or 0.0, row=row)
