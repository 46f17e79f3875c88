"""Which rows of a snapshot are wanted. What is left out goes to ``omitted``, so that the sums stay whole."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

from netmon.model import Connection, ConnectionState, Filter, FilterField, Omitted, Section, Snapshot
from netmon_client.aggregate import sum_traffic

__all__ = ["CLOSED_SECONDS", "Which", "keep", "names_state", "sections_only", "wanted"]

CLOSED_SECONDS: Final = 60.0
"""How long the collector lists ended connections."""

_WORDS_OF_STATES: Final = frozenset({"listen", "active", "idle", "closed", "new"})


class Which(Enum):
    """Which connections a listing is about."""

    OPEN = "open"
    LIVE = "live"
    """Open ones and those that ended just now: what a moving picture shows."""
    LISTENING = "listening"
    CLOSED = "closed"
    ALL = "all"


def wanted(which: Which) -> Callable[[Connection], bool]:
    """Give the condition; rows that stand for many belong to open ones and to all."""
    match which:
        case Which.OPEN:
            return lambda row: row.end_time is None and row.state is not ConnectionState.LISTEN
        case Which.LIVE:
            return lambda row: row.state is not ConnectionState.LISTEN
        case Which.LISTENING:
            return lambda row: row.state is ConnectionState.LISTEN
        case Which.CLOSED:
            return lambda row: row.end_time is not None
        case Which.ALL:
            return lambda _: True


def names_state(condition: Filter) -> bool:
    """Tell whether a filter decides itself which states it is about: ``is:remote`` does not."""
    return any(
        term.field is FilterField.STATE
        or (term.field is FilterField.IS and not _WORDS_OF_STATES.isdisjoint(term.values))
        for term in condition.terms
    )


def keep(snapshot: Snapshot, passes: Callable[[Connection], bool]) -> Snapshot:
    """Give the snapshot with the rows that pass."""
    rows = tuple(row for row in snapshot.connections if passes(row))
    return only_rows(snapshot, rows)


def only_rows(snapshot: Snapshot, rows: Sequence[Connection]) -> Snapshot:
    """Give the snapshot with some of its rows, in their order; the others are counted as omitted."""
    kept = {row.id for row in rows}
    left_out = [row for row in snapshot.connections if row.id not in kept]
    if not left_out:
        return replace(snapshot, connections=tuple(rows))
    owned = [row.traffic for row in left_out if row.is_owned]
    omitted = Omitted(
        connection_count=snapshot.omitted.connection_count + len(left_out),
        traffic=sum_traffic((snapshot.omitted.traffic, *owned)),
    )
    return replace(snapshot, connections=tuple(rows), omitted=omitted)


def sections_only(snapshot: Snapshot, sections: frozenset[Section]) -> Snapshot:
    """Give the snapshot without the parts that were not asked for; what was never there stays away."""
    if Section.CONNECTIONS not in sections:
        snapshot = replace(snapshot, connections=(), omitted=Omitted())
    if Section.APPLICATIONS not in sections:
        snapshot = replace(snapshot, applications=())
    if Section.INTERFACES not in sections:
        snapshot = replace(snapshot, interfaces=())
    if Section.DOMAINS not in sections:
        snapshot = replace(snapshot, domains=(), unnamed=())
    return snapshot
