"""Connections and processes as lists by the columns of the contract with a tab."""

from collections.abc import Callable
from typing import Final

from netmon.model import Connection, ConnectionState, Process, Protocol, Remainder
from netmon_client.words import protocol_name
from netmon_dashboard.hub.socket_counts import socket_counts
from netmon_dashboard.hub.vocabulary import Json, code, state_code

APP, PROCESS, STATE, LAST, END, SENT, RECEIVED, DELTA_SENT, DELTA_RECEIVED = 2, 3, 16, 19, 20, 21, 22, 23, 24
"""Positions of columns in a row's entry, see ``ROW_COLUMNS``."""

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- looked for, not bound

Numbers = Callable[[str], int | None]


def process_entry(process: Process, number: int, app_numbers: Numbers) -> list[Json]:
    """Give a process by ``PROCESS_COLUMNS``."""
    return [
        number,
        process.pid,
        process.name,
        process.executable,
        process.user,
        process.uid,
        process.parent_pid,
        process.parent_name,
        process.command_line,
        process.unit,
        process.container,
        round(process.start_time, 3),
        app_numbers(process.application_id),
    ]


def row_entry(row: Connection, number: int, app: int | None, process: int | None) -> list[Json]:
    """Give a connection by ``ROW_COLUMNS``; ``sent`` and ``received`` count from the statistics' epoch."""
    facts, traffic = row.facts, row.traffic
    local, remote = facts.local, facts.remote
    is_plain = facts.remainder is Remainder.UNSPECIFIED
    return [
        number,
        facts.id,
        app,
        process,
        protocol_name(facts.protocol, facts.ip_protocol) if is_plain else "",
        "" if local is None else local.address,
        None if local is None else local.port,
        "" if remote is None else remote.address,
        None if remote is None else remote.port,
        code(facts.direction),
        code(facts.scope),
        facts.interface,
        facts.domain,
        code(facts.domain_source),
        facts.unit,
        facts.container,
        state_code(row.state),
        round(facts.start_time, 3),
        facts.started_before,
        None if row.last_time is None else round(row.last_time, 3),
        None if row.end_time is None else round(row.end_time, 3),
        traffic.sent_bytes - traffic.cleared_sent_bytes,
        traffic.received_bytes - traffic.cleared_received_bytes,
        traffic.interval_sent_bytes,
        traffic.interval_received_bytes,
        code(facts.owner_method),
        code(facts.owner_confidence),
        code(facts.unattributed_reason),
        [holder.name for holder in facts.holders],
        facts.is_netmon,
        code(facts.remainder),
        *socket_counts(row),
        code(facts.unnamed_reason),
    ]


def listens_everywhere(row: Connection) -> bool:
    """Whether a row is an open socket that takes what comes in on every interface.

    UDP has no state for that: there it is a bound socket without a fixed peer.
    """
    facts = row.facts
    if facts.local is None or facts.remote is not None or row.end_time is not None:
        return False
    if facts.local.address not in _EVERYWHERE:
        return False
    if facts.protocol is Protocol.UDP:
        return facts.local.port is not None
    return row.state is ConnectionState.LISTEN
