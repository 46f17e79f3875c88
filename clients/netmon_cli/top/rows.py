"""Which rows the table has, and in which order. Pure: a moment and the user's choices in, rows out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from netmon.matching import compile_filter
from netmon.model import Connection, ConnectionState, Snapshot
from netmon_cli.columns.applications import APPLICATION_ORDERS, GroupRow, application_row, group_row, unattributed_row
from netmon_cli.columns.column import SortKey
from netmon_cli.columns.connections import CONNECTION_SORT_KEYS, application_name, connection_orders
from netmon_cli.columns.domains import DOMAIN_ORDERS, DomainRow, domain_row, unnamed_row
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.ended import stilled
from netmon_cli.selection import names_state
from netmon_cli.top.board import Moment
from netmon_cli.top.choices import Choices, Subject
from netmon_client.aggregate import group_connections, sum_traffic
from netmon_client.domains import domain_groups, domains_of

__all__ = [
    "HOLD_SECONDS",
    "STRUCK_SECONDS",
    "Entry",
    "Listing",
    "Mark",
    "Order",
    "application_of",
    "listing_of",
    "sort_keys",
]

STRUCK_SECONDS: Final = 5.0
"""How long a row that ended stays, struck through."""

HOLD_SECONDS: Final = 4.0
"""How long the order rests after the cursor was moved."""

Row = Connection | GroupRow | DomainRow


_ORDERS: Final[dict[Subject, Collection[str]]] = {
    "connections": CONNECTION_SORT_KEYS,
    "apps": APPLICATION_ORDERS,
    "domains": DOMAIN_ORDERS,
}


class Mark(Enum):
    """What is special about a row at this moment."""

    PLAIN = " "
    NEW = "+"
    ENDED = "✕"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the table. ``key`` is the connection's or the application's id; ``order`` what it is sorted by."""

    key: str
    row: Row
    order: SortKey
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The rows in no order. ``count`` of ``of_count`` connections or applications pass.

    Rows that stand for many are not counted, nor those that ended, unless they were asked for.
    """

    entries: list[Entry]
    count: int
    of_count: int


class Order:
    """Sorts entries, or, while it is held, leaves those where they are that were there before."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._held_until = 0.0

    def hold(self, now: float) -> None:
        """The cursor was moved; ``now`` in monotonic seconds."""
        self._held_until = now + HOLD_SECONDS

    def let_go(self) -> None:
        """Sort from now on."""
        self._held_until = 0.0

    def is_held(self, now: float) -> bool:
        """Whether rows keep their places."""
        return now < self._held_until

    def arrange(self, entries: Sequence[Entry], sort: str, now: float) -> list[Entry]:
        """Give the entries in their order; while held, new ones come last."""
        if self.is_held(now):
            places = {key: place for place, key in enumerate(self._keys)}
            arranged = sorted(entries, key=lambda entry: places.get(entry.key, len(places)))
        else:
            arranged = sorted(entries, key=lambda entry: entry.order, reverse=sort.startswith("-"))
        self._keys = [entry.key for entry in arranged]
        return arranged


def sort_keys(subject: Subject) -> tuple[str, ...]:
    """Give the sort keys that a table knows."""
    return tuple(_ORDERS[subject])


def listing_of(moment: Moment, choices: Choices) -> Listing:
    """Give the rows that the choices ask for."""
    if choices.subject == "apps":
        return _applications(moment.snapshot, choices)
    if choices.subject == "domains":
        return _domains(moment.snapshot, choices)
    return _connections(moment, choices)


def _connections(moment: Moment, choices: Choices) -> Listing:
    snapshot = moment.snapshot
    passes = compile_filter(choices.filter, snapshot.time)
    decides_itself = names_state(choices.filter)
    key = choices.sort.removeprefix("-")
    if key == "rate" and is_without_packets(snapshot.degraded):
        key = "payload"  # all that is counted then; by rates all rows are equal
    orders = connection_orders(snapshot.time)
    order = orders.get(key) or orders["rate"]
    all_ended = choices.ended or decides_itself
    entries: list[Entry] = []
    count = of_count = 0
    for row in snapshot.connections:
        if row.facts.remainder:
            if not choices.filter.terms:
                entries.append(Entry(key=row.id, row=row, order=order(row)))
            continue
        is_open = row.end_time is None
        if is_open and row.state is ConnectionState.LISTEN and not (choices.listening or decides_itself):
            continue
        of_count += is_open or all_ended
        if passes(row):
            count += is_open or all_ended
            mark = Mark.NEW if row.id in moment.new else Mark.PLAIN if is_open else Mark.ENDED
            entries.append(Entry(key=row.id, row=row, order=order(row), mark=mark))
    for row in moment.ended:
        if not all_ended and snapshot.time - (row.end_time or 0.0) > STRUCK_SECONDS:
            continue
        of_count += all_ended
        if passes(row):
            count += all_ended
            # It keeps its place by its last speed, and shows that nothing moves any more.
            entries.append(Entry(key=row.id, row=stilled(row), order=order(row), mark=Mark.ENDED))
    return Listing(entries=entries, count=count, of_count=of_count)


def _applications(snapshot: Snapshot, choices: Choices) -> Listing:
    """List applications and what has no owner; under a filter the sums are those of the connections that pass."""
    order = APPLICATION_ORDERS.get(choices.sort.removeprefix("-")) or APPLICATION_ORDERS["rate"]
    if not choices.filter.terms:
        rows = [application_row(part) for part in snapshot.applications]
        count = of_count = sum(not row.is_rest for row in rows)
        rows += [unattributed_row(part) for part in snapshot.unattributed if part.connection_count or any(part.traffic)]
    else:
        passes = compile_filter(choices.filter, snapshot.time)
        passing = [row for row in snapshot.connections if passes(row)]
        rows = [group_row(group) for group in group_connections(passing, "application")]
        count = sum(not row.is_rest for row in rows)
        of_count = len({row.facts.application_id for row in snapshot.connections if row.facts.application_id})
    entries = [Entry(key=row.key or row.label, row=row, order=order(row)) for row in rows]
    return Listing(entries=entries, count=count, of_count=of_count)


def _domains(snapshot: Snapshot, choices: Choices) -> Listing:
    """List domains, subdomains folded, and what has none; under a filter the sums are those of what passes."""
    order = DOMAIN_ORDERS.get(choices.sort.removeprefix("-")) or DOMAIN_ORDERS["rate"]
    rows = [domain_row(group) for group in domain_groups(snapshot.domains)]
    known = {row.label for row in rows if not row.is_rest}
    if not choices.filter.terms:
        rows += [unnamed_row(part) for part in snapshot.unnamed if part.connection_count or any(part.traffic)]
    else:
        passes = compile_filter(choices.filter, snapshot.time)
        passing = [row for row in snapshot.connections if passes(row)]
        rows = [domain_row(group) for group in domain_groups(domains_of(passing))]
        unnamed = [row for row in passing if not row.facts.domain]
        if unnamed:
            rows.append(_without_domain(unnamed))
    shown = {row.label for row in rows if not row.is_rest}
    entries = [Entry(key=f"{row.label}/{row.reason}", row=row, order=order(row)) for row in rows]
    # What the collector had no room to keep apart is a domain of its own where its connections are looked at.
    return Listing(entries=entries, count=len(shown), of_count=len(known | shown))


def _without_domain(rows: Sequence[Connection]) -> DomainRow:
    return DomainRow(
        label="(no domain)",
        traffic=sum_traffic(row.traffic for row in rows),
        connection_count=sum(row.end_time is None for row in rows),
        is_rest=True,
    )


def application_of(row: Row) -> str:
    """Give the name of the application that a row belongs to; empty where there is none."""
    if isinstance(row, DomainRow):
        return ""
    if isinstance(row, GroupRow):
        return "" if row.is_rest else row.label
    return application_name(row)
