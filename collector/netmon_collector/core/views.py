"""What one subscriber sees of a tick: its rows, its interval, its limit, and what these leave out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from netmon.matching import compile_filter
from netmon.model import (
    OTHER_USERS_ID,
    Connection,
    DomainTraffic,
    InterfaceTraffic,
    Omitted,
    Remainder,
    RowOrder,
    ScopeTraffic,
    Section,
    Snapshot,
    Traffic,
    UnattributedTraffic,
    UnnamedTraffic,
    View,
)
from netmon_collector.core.flow import EndedRows
from netmon_collector.core.periods import OTHER_DOMAINS, PeriodSums, with_interval
from netmon_collector.core.rows import CLOSED_ID, remainder_row
from netmon_collector.core.tally import Tally

ROW_LIMIT = 20_000
"""How many rows a snapshot holds at the most: at about 160 bytes each well under the clients' limit of 32 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One tick, whole: ``snapshot`` with all open rows, those that ended in it and what was evicted.

    ``closed`` are the sums of all owned connections that ever ended; ``ended_rows`` those that are still listed. Of a
    tick as one user sees it, ``snapshot.other_users`` is there, and all the rest is of that user's connections alone.
    """

    snapshot: Snapshot
    closed: Traffic
    ended_rows: EndedRows


def compose(
    tick: Tick,
    view: View,
    *,
    sums: PeriodSums | None = None,
    since_sequence: int | None = None,
    row_limit: int = ROW_LIMIT,
) -> Snapshot:
    """Give the snapshot of a view, with ``row_limit`` rows at the most whatever the view asks for.

    ``sums`` holds the settled intervals of its ticks where it has several. Rows that ended after tick
    ``since_sequence`` are in it; None: those of this tick only.
    """
    snapshot = tick.snapshot
    rows = [*snapshot.connections, *_missed(tick, since_sequence)]
    seconds = snapshot.interval_seconds
    if sums is not None:
        seconds = sums.seconds
        snapshot = _with_period(snapshot, sums)
        rows = [_row_with_period(row, sums) for row in rows]
    closed_interval = sums.rows.get(CLOSED_ID) if sums is not None else _interval_of(tick.closed)
    rows.extend(_closed_remainder(tick.closed, rows, closed_interval, seconds))
    if snapshot.other_users is not None:
        others = _traffic_of_others(snapshot)
        snapshot = replace(snapshot, other_users=replace(snapshot.other_users, traffic=others))
        rows.append(remainder_row(OTHER_USERS_ID, Remainder.OTHER_USERS, others))
    sections = view.sections
    if sections and Section.CONNECTIONS not in sections:
        kept: list[Connection] = []
    else:
        kept = select(rows, view, snapshot.time, row_limit)
    return replace(
        snapshot,
        connections=tuple(kept),
        omitted=_omitted(rows, kept, seconds),
        applications=snapshot.applications if not sections or Section.APPLICATIONS in sections else (),
        interfaces=snapshot.interfaces if not sections or Section.INTERFACES in sections else (),
        domains=snapshot.domains if not sections or Section.DOMAINS in sections else (),
        unnamed=snapshot.unnamed if not sections or Section.DOMAINS in sections else (),
    )


def _traffic_of_others(snapshot: Snapshot) -> Traffic:
    """Give the sums of other users, which stand among the applications."""
    return next(row.traffic for row in snapshot.applications if row.id == OTHER_USERS_ID)


def listed(tick: Tick, view: View, *, closed_since: float | None) -> tuple[Connection, ...]:
    """Give all open connections, and those whose end was noticed since then (monotonic seconds; None: none of them)."""
    snapshot = tick.snapshot
    rows = {row.facts.id: row for row in snapshot.connections if row.end_time is None}
    if closed_since is not None:
        rows.update((ended.row.facts.id, ended.row) for ended in tick.ended_rows if ended.closed_at >= closed_since)
    return tuple(select(rows.values(), view, snapshot.time, len(rows)))


def select(rows: Iterable[Connection], view: View, now: float, row_limit: int) -> list[Connection]:
    """Give the rows that pass the view's filter, at most its limit and ``row_limit``, in order where one matters.

    ``now`` is Unix seconds.
    """
    if view.filter.terms:
        matches = compile_filter(view.filter, now)
        kept = [row for row in rows if matches(row)]
    else:
        kept = list(rows)
    limit = min(view.row_limit or row_limit, row_limit)
    if view.row_limit or view.order is not RowOrder.UNSPECIFIED or len(kept) > limit:
        kept.sort(key=_ORDERS[view.order], reverse=True)
    return kept[:limit]


def _busiest(row: Connection) -> tuple[int, int]:
    traffic = row.traffic
    return (traffic.interval_sent_bytes + traffic.interval_received_bytes, _total(row)[0])


def _total(row: Connection) -> tuple[int, int]:
    return (row.traffic.sent_bytes + row.traffic.received_bytes, 0)


def _newest(row: Connection) -> tuple[float, int]:
    return (row.facts.start_time, 0)


_ORDERS: dict[RowOrder, Callable[[Connection], tuple[float, int]]] = {
    RowOrder.UNSPECIFIED: _busiest,
    RowOrder.TOTAL: _total,
    RowOrder.NEWEST: _newest,
}


def _missed(tick: Tick, since_sequence: int | None) -> list[Connection]:
    """Give the rows that ended in ticks that the subscriber did not get. Their bytes are of those ticks' intervals."""
    sequence = tick.snapshot.sequence
    if since_sequence is None or since_sequence >= sequence - 1:
        return []
    return [
        ended.row._replace(traffic=with_interval(ended.row.traffic, None, 0.0))
        for ended in tick.ended_rows
        if since_sequence < ended.sequence < sequence
    ]


def _with_period(snapshot: Snapshot, sums: PeriodSums) -> Snapshot:
    seconds = sums.seconds
    return replace(
        snapshot,
        interval_seconds=seconds,
        drops=replace(snapshot.drops, interval_dropped_packets=sums.dropped_packets),
        totals=with_interval(snapshot.totals, sums.totals, seconds),
        headline=with_interval(snapshot.headline, sums.headline, seconds),
        scopes=tuple(
            ScopeTraffic(scope=part.scope, traffic=with_interval(part.traffic, sums.scopes.get(part.scope), seconds))
            for part in snapshot.scopes
        ),
        interfaces=tuple(
            InterfaceTraffic(
                name=part.name,
                traffic=with_interval(part.traffic, sums.interfaces.get(part.name), seconds),
                non_ip_packets=part.non_ip_packets,
                non_ip_bytes=part.non_ip_bytes,
                link_header_bytes=part.link_header_bytes,
            )
            for part in snapshot.interfaces
        ),
        applications=tuple(
            replace(part, traffic=with_interval(part.traffic, sums.owners.by_name.get(part.id), seconds))
            for part in snapshot.applications
        ),
        unattributed=_unattributed_with_period(snapshot, sums),
        domains=tuple(_domain_with_period(part, sums) for part in snapshot.domains),
        unnamed=_unnamed_with_period(snapshot, sums),
    )


def _unattributed_with_period(snapshot: Snapshot, sums: PeriodSums) -> tuple[UnattributedTraffic, ...]:
    """Give the sums by reason, with those that only the period knows: what had that reason has left it since."""
    known = {part.reason: part for part in snapshot.unattributed}
    moved = [reason for reason, tally in sums.owners.by_reason.items() if tally.has_interval]
    nothing = Traffic()
    return tuple(
        UnattributedTraffic(
            reason=reason,
            traffic=with_interval(
                known[reason].traffic if reason in known else nothing, sums.owners.by_reason.get(reason), sums.seconds
            ),
            connection_count=known[reason].connection_count if reason in known else 0,
        )
        for reason in sorted({*known, *moved})
    )


def _domain_with_period(domain: DomainTraffic, sums: PeriodSums) -> DomainTraffic:
    interval = sums.names.by_name.get(OTHER_DOMAINS if domain.is_others else domain.name)
    traffic = with_interval(domain.traffic, interval, sums.seconds)
    return domain if traffic == domain.traffic else replace(domain, traffic=traffic)


def _unnamed_with_period(snapshot: Snapshot, sums: PeriodSums) -> tuple[UnnamedTraffic, ...]:
    """Give the sums by reason, as ``_unattributed_with_period`` does."""
    known = {part.reason: part for part in snapshot.unnamed}
    moved = [reason for reason, tally in sums.names.by_reason.items() if tally.has_interval]
    nothing = Traffic()
    return tuple(
        UnnamedTraffic(
            reason=reason,
            traffic=with_interval(
                known[reason].traffic if reason in known else nothing, sums.names.by_reason.get(reason), sums.seconds
            ),
            connection_count=known[reason].connection_count if reason in known else 0,
        )
        for reason in sorted({*known, *moved})
    )


def _row_with_period(row: Connection, sums: PeriodSums) -> Connection:
    interval = sums.rows.get(row.facts.id)
    if interval is None and not (row.traffic.interval_sent_packets or row.traffic.interval_received_packets):
        return row
    return row._replace(traffic=with_interval(row.traffic, interval, sums.seconds))


def _interval_of(traffic: Traffic) -> Tally:
    tally = Tally()
    tally.interval_sent_bytes = traffic.interval_sent_bytes
    tally.interval_received_bytes = traffic.interval_received_bytes
    tally.interval_sent_packets = traffic.interval_sent_packets
    tally.interval_received_packets = traffic.interval_received_packets
    return tally


def _closed_remainder(
    closed: Traffic, rows: Iterable[Connection], interval: Tally | None, seconds: float
) -> list[Connection]:
    """Give the row for owned connections that ended and are not among ``rows``; none if it would hold nothing."""
    shown = Tally()
    for row in rows:
        if row.end_time is not None and row.facts.process is not None:
            shown.join_row(row.traffic)
    rest = Tally()
    rest.join_row(closed)
    rest.leave(shown)
    rest.begin_interval()
    if interval is not None:
        rest.join_interval(interval)
    if not rest.has_packets and not rest.has_interval:
        return []
    return [remainder_row(CLOSED_ID, Remainder.CLOSED, rest.traffic(seconds))]


def _omitted(rows: list[Connection], kept: list[Connection], seconds: float) -> Omitted:
    if len(rows) == len(kept):
        return Omitted()
    kept_ids = {row.facts.id for row in kept}
    left_out = [row for row in rows if row.facts.id not in kept_ids]
    sums = Tally()
    for row in left_out:
        if row.is_owned:
            sums.join_row(row.traffic)
    count = sum(1 for row in left_out if row.facts.remainder is Remainder.UNSPECIFIED)
    return Omitted(connection_count=count, traffic=sums.traffic(seconds))
