"""The part of a tick that is one user's: their own in full, and the rest as one sum, so that totals still balance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from netmon.model import (
    OTHER_USERS_ID,
    Application,
    Connection,
    ConnectionState,
    DomainTraffic,
    OtherUsers,
    Remainder,
    Snapshot,
    Traffic,
    UnnamedReason,
    UnnamedTraffic,
)
from netmon_collector.core.domain_rows import DomainEntry, DomainRows
from netmon_collector.core.flow import EndedRow, EndedRows
from netmon_collector.core.ledger import Ledger
from netmon_collector.core.rows import EVICTED_ID, OTHER_USERS_NAME, remainder_row
from netmon_collector.core.statement import ApplicationRows
from netmon_collector.core.tally import Tally
from netmon_collector.core.veil import Veil
from netmon_collector.core.views import Tick

__all__ = ["Parts", "UserRows", "own_part", "parts_of", "rows_by_user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of a tick is each user's.

    ``closed`` are the sums of owned connections that ever ended, ``evicted`` of those whose rows were given up.
    """

    applications: Mapping[tuple[str, int | None], Application]
    domains: Mapping[str, DomainEntry]
    unnamed: Mapping[tuple[UnnamedReason, int | None], Traffic]
    closed: Mapping[int | None, Traffic]
    evicted: Mapping[int | None, Traffic]


def parts_of(ledger: Ledger, applications: ApplicationRows, domains: DomainRows, seconds: float) -> Parts:
    """Give the parts of the interval that ends now; call after the rows were made, before the next interval begins."""
    return Parts(
        applications=applications.of_users,
        domains=domains.entries,
        unnamed={key: tally.traffic(seconds) for key, tally in ledger.domains.unnamed.items()},
        closed={uid: user.closed.traffic(seconds) for uid, user in ledger.users.items()},
        evicted={uid: user.evicted.traffic(seconds) for uid, user in ledger.users.items()},
    )


@dataclass(slots=True)
class UserRows:
    """The rows of one user at one tick, as they are, and how many of them are open."""

    rows: list[Connection] = field(default_factory=list[Connection])
    ended_rows: list[EndedRow] = field(default_factory=list[EndedRow])
    open_count: int = 0
    listening_count: int = 0


def rows_by_user(tick: Tick) -> dict[int | None, UserRows]:
    """Sort the rows that have an owner by its user: once a tick for all who see only their own."""
    users: dict[int | None, UserRows] = {}
    for row in tick.snapshot.connections:
        process = row.facts.process
        if process is None:
            continue
        user = users.get(process.uid)
        if user is None:
            user = users[process.uid] = UserRows()
        user.rows.append(row)
        if row.end_time is None:
            if row.state is ConnectionState.LISTEN:
                user.listening_count += 1
            else:
                user.open_count += 1
    for ended in tick.ended_rows:
        process = ended.row.facts.process
        if process is not None:
            users.setdefault(process.uid, UserRows()).ended_rows.append(ended)
    return users


def own_part(tick: Tick, parts: Parts, users: Mapping[int | None, UserRows], veil: Veil) -> Tick:
    """Give a tick as the user behind ``veil`` may see it; ``users`` are its rows by user."""
    snapshot, seconds = tick.snapshot, tick.snapshot.interval_seconds
    mine = users.get(veil.uid) or UserRows()
    rows = [veil.row(row) for row in mine.rows]
    own = [row for (_, uid), row in parts.applications.items() if uid == veil.uid]
    others = _rest(snapshot, [row.traffic for row in own], [part.traffic for part in snapshot.unattributed])
    counts = (
        sum(user.open_count for user in users.values()) - mine.open_count,
        sum(user.listening_count for user in users.values()) - mine.listening_count,
    )
    evicted = parts.evicted.get(veil.uid, Traffic())
    if evicted.sent_packets or evicted.received_packets:
        rows.append(remainder_row(EVICTED_ID, Remainder.EVICTED, evicted))
    domains = tuple(entry.users[veil.uid] for entry in parts.domains.values() if veil.uid in entry.users)
    return Tick(
        snapshot=replace(
            snapshot,
            connections=tuple(rows),
            applications=(*own, _application_of_others(others, counts)),
            other_users=OtherUsers(connection_count=sum(counts), traffic=others),
            active_connection_count=sum(1 for row in rows if _is_active(row)),
            listening_count=mine.listening_count,
            domains=domains,
            unnamed=_unnamed(snapshot, parts, veil.uid, domains, rows, seconds),
        ),
        closed=parts.closed.get(veil.uid, Traffic()),
        ended_rows=EndedRows((tuple(ended._replace(row=veil.row(ended.row)) for ended in mine.ended_rows),)),
    )


def _rest(snapshot: Snapshot, *shown: Iterable[Traffic]) -> Traffic:
    """Give the totals without what is shown."""
    rest = Tally()
    rest.join_row(snapshot.totals)
    for part in shown:
        for traffic in part:
            rest.leave_row(traffic)
    return rest.traffic(snapshot.interval_seconds)


def _application_of_others(traffic: Traffic, counts: tuple[int, int]) -> Application:
    return Application(
        id=OTHER_USERS_ID,
        name=OTHER_USERS_NAME,
        traffic=traffic,
        connection_count=counts[0],
        listening_count=counts[1],
    )


def _is_active(row: Connection) -> bool:
    return row.end_time is None and row.facts.remote is not None and row.state is not ConnectionState.LISTEN


def _unnamed(
    snapshot: Snapshot,
    parts: Parts,
    uid: int,
    domains: Iterable[DomainTraffic],
    rows: Iterable[Connection],
    seconds: float,
) -> tuple[UnnamedTraffic, ...]:
    """Give what has no name that the user may know: their own by reason, and all that is not theirs."""
    sums: dict[UnnamedReason, Tally] = {}
    own = [(reason, traffic) for (reason, owner), traffic in parts.unnamed.items() if owner == uid]
    own += [(part.reason, part.traffic) for entry in parts.domains.values() for part in entry.untold if part.uid == uid]
    for reason, traffic in own:
        sums.setdefault(reason, Tally()).join_row(traffic)
    counts: dict[UnnamedReason, int] = {}
    for row in rows:
        if _is_active(row) and not row.facts.domain:
            counts[row.facts.unnamed_reason] = counts.get(row.facts.unnamed_reason, 0) + 1
    shown = [
        UnnamedTraffic(
            reason=reason,
            traffic=sums[reason].traffic(seconds) if reason in sums else Traffic(),
            connection_count=counts.get(reason, 0),
        )
        for reason in sorted({*sums, *counts})
    ]
    hidden = _rest(snapshot, [part.traffic for part in domains], [part.traffic for part in shown])
    return (*shown, UnnamedTraffic(reason=UnnamedReason.OTHER_USERS, traffic=hidden))
