"""The columns of a connection."""

from collections.abc import Callable
from math import inf

from netmon.model import Connection, ConnectionState, DomainSource, Endpoint, OwnerConfidence, Protocol
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.columns.payload import PAYLOAD_COLUMNS, PAYLOAD_ORDER
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS, TRAFFIC_ORDERS
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_cli.services import port_name
from netmon_cli.words import state_cell
from netmon_client.times import format_time
from netmon_client.units import format_age
from netmon_client.words import (
    brief_application,
    brief_reason,
    brief_remainder,
    owner_words,
    protocol_name,
    reason_words,
    remainder_words,
)

__all__ = ["CONNECTION_COLUMNS", "CONNECTION_SORT_KEYS", "application_name", "connection_orders", "endpoint_text"]

_NONE = Cell(text="—", style=Style.DIM)
_WITH_PORT_NAMES = (Protocol.TCP, Protocol.UDP, Protocol.SCTP)


def application_name(row: Connection) -> str:
    """Give the application, else the process; empty for what has no owner."""
    return row.facts.application_name or (row.process.name if row.process else "")


def _application_cell(row: Connection, _: Look) -> Cell:
    name = application_name(row)
    if name:
        return Cell(text=name, brief=brief_application(name))
    if row.facts.remainder:
        words, brief = remainder_words(row.facts.remainder), brief_remainder(row.facts.remainder)
    else:
        words, brief = reason_words(row.facts.unattributed_reason), brief_reason(row.facts.unattributed_reason)
    return Cell(text=f"({words})", style=Style.DIM, brief=f"({brief})")


def _pid_cell(row: Connection, _: Look) -> Cell:
    return _NONE if row.process is None else Cell(text=str(row.process.pid))


def _protocol(row: Connection) -> str:
    if row.facts.protocol is Protocol.UNSPECIFIED and not row.facts.ip_protocol:
        return ""
    return protocol_name(row.facts.protocol, row.facts.ip_protocol)


def endpoint_text(row: Connection, endpoint: Endpoint | None, look: Look) -> str:
    """Give an end of a row with the name of its service; empty where there is none."""
    if endpoint is None:
        return ""
    if look.numeric or endpoint.port is None or row.facts.protocol not in _WITH_PORT_NAMES:
        return str(endpoint)
    host = str(endpoint).rpartition(":")[0]
    return f"{host}:{port_name(endpoint.port, _protocol(row))}"


def _endpoint_cell(row: Connection, endpoint: Endpoint | None, look: Look) -> Cell:
    if endpoint is None:
        return _NONE
    return Cell(text=endpoint_text(row, endpoint, look), brief=str(endpoint))


def _remote_cell(row: Connection, look: Look) -> Cell:
    """Show the other end; a listener has none, and says its own where no other column does."""
    if row.remote is None and row.local is not None:
        return Cell(text="—", style=Style.DIM, lone=f"on {row.local}")
    return _endpoint_cell(row, row.remote, look)


def _domain_cell(row: Connection, _: Look) -> Cell:
    if not row.facts.domain:
        return _NONE
    if row.facts.domain_source in (DomainSource.SNI, DomainSource.QUIC):
        return Cell(text=row.facts.domain)
    return Cell(text=f"~{row.facts.domain}", style=Style.DIM)


def _state_cell(row: Connection, _: Look) -> Cell:
    if row.facts.remainder:
        return _NONE
    state = ConnectionState.CLOSED if row.end_time is not None else row.state
    return state_cell(state)


def _state_word(row: Connection) -> str:
    return "" if row.facts.remainder else row.state.name.lower()


def _age_seconds(row: Connection, now: float) -> float:
    """Seconds that it has been open, or was; 0 for what is no single connection."""
    if not row.facts.start_time:
        return 0.0
    return max(0.0, (row.end_time or now) - row.facts.start_time)


def _age_cell(row: Connection, look: Look) -> Cell:
    if row.facts.remainder or not row.facts.start_time:
        return _NONE
    at_least = "≥" if row.facts.started_before else ""
    return Cell(text=at_least + format_age(_age_seconds(row, look.now)))


def _owner_cell(row: Connection, _: Look) -> Cell:
    words = owner_words(row)
    if not words:
        return _NONE
    inferred = row.is_owned and row.facts.owner_confidence is OwnerConfidence.INFERRED
    return Cell(text=f"~{words}" if inferred else words, style=Style.PLAIN if row.is_owned else Style.DIM)


def _address_order(endpoint: Endpoint | None) -> SortKey:
    """Order addresses as numbers, version 4 first; a zone and what is no address come after."""
    if endpoint is None:
        return (9, 0, 0)
    from ipaddress import ip_address  # noqa: PLC0415 -- 3 ms that only sorting by address needs

    try:
        address = ip_address(endpoint.address.partition("%")[0])
    except ValueError:
        return (8, 0, endpoint.port or 0)
    return (address.version, int(address), endpoint.port or 0)


def _text_column(
    key: str, field: str, title: str, rank: int, text: Callable[[Connection], str], *, minimum: int = 8
) -> Column[Connection]:
    """A column that only widens a table: shown where there is room for everything."""
    return Column[Connection](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, minimum=minimum),
        show=lambda row, _: Cell(text=text(row)) if text(row) else _NONE,
        value=lambda row, _: text(row),
        order=lambda row: (text(row).casefold(),),
        extra=True,
        optional=True,
    )


def _user(row: Connection) -> str:
    return row.process.user if row.process else ""


def _executable(row: Connection) -> str:
    return row.process.executable if row.process else ""


def _round_trip(row: Connection) -> str:
    return "" if row.round_trip_seconds is None else f"{row.round_trip_seconds * 1000:.1f} ms"


_WHO = (
    Column[Connection](
        key="app",
        field="app",
        heading=Heading(title="App", minimum=12),
        show=_application_cell,
        value=lambda row, _: application_name(row),
        order=lambda row: (application_name(row).casefold() or "\U0010ffff",),
    ),
    Column[Connection](
        key="pid",
        field="pid",
        heading=Heading(title="PID", rank=3, right=True),
        show=_pid_cell,
        value=lambda row, _: row.process.pid if row.process else None,
        order=lambda row: (row.process.pid if row.process else 0,),
    ),
    Column[Connection](
        key="proto",
        field="protocol",
        heading=Heading(title="Proto", rank=6),
        show=lambda row, _: Cell(text=_protocol(row)) if _protocol(row) else _NONE,
        value=lambda row, _: _protocol(row),
        order=lambda row: (_protocol(row),),
    ),
)

_WHERE = (
    Column[Connection](
        key="local",
        field="local",
        heading=Heading(title="Local", rank=9, minimum=17),
        show=lambda row, look: _endpoint_cell(row, row.local, look),
        value=lambda row, _: str(row.local) if row.local else None,
        order=lambda row: _address_order(row.local),
    ),
    Column[Connection](
        key="remote",
        field="remote",
        heading=Heading(title="Remote", minimum=19),
        show=_remote_cell,
        value=lambda row, _: str(row.remote) if row.remote else None,
        order=lambda row: _address_order(row.remote),
    ),
    Column[Connection](
        key="domain",
        field="domain",
        heading=Heading(title="Domain", rank=7, minimum=12),
        show=_domain_cell,
        value=lambda row, _: row.facts.domain,
        order=lambda row: (row.facts.domain.casefold() or "\U0010ffff",),
        optional=True,
    ),
    Column[Connection](
        key="state",
        field="state",
        heading=Heading(title="State", rank=5),
        show=_state_cell,
        value=lambda row, _: _state_word(row),
        order=lambda row: (_state_word(row),),
    ),
    Column[Connection](
        key="age",
        field="start_time",
        heading=Heading(title="Age", rank=8, right=True),
        show=_age_cell,
        value=lambda row, _: format_time(row.facts.start_time) if row.facts.start_time else None,
        order=lambda row: (-row.facts.start_time,),  # of what is open: connection_orders() knows until when
    ),
)

_MORE = (
    _text_column("dir", "direction", "Direction", 20, lambda row: _named(row.facts.direction.name)),
    _text_column("scope", "scope", "Scope", 21, lambda row: _named(row.facts.scope.name)),
    _text_column("iface", "interface", "Interface", 22, lambda row: row.facts.interface),
    _text_column("user", "user", "User", 23, _user),
    _text_column("unit", "unit", "Unit", 24, lambda row: row.facts.unit),
    _text_column("container", "container", "Container", 25, lambda row: row.facts.container),
    Column[Connection](
        key="rtt",
        field="round_trip_seconds",
        heading=Heading(title="RTT", rank=26, right=True),
        show=lambda row, _: Cell(text=_round_trip(row)) if _round_trip(row) else _NONE,
        value=lambda row, _: row.round_trip_seconds,
        order=lambda row: (row.round_trip_seconds or 0.0,),
        extra=True,
        optional=True,
    ),
    Column[Connection](
        key="retransmits",
        field="retransmitted_packets",
        heading=Heading(title="Resent", rank=27, right=True),
        show=lambda row, _: _NONE if row.retransmitted_packets is None else Cell(text=str(row.retransmitted_packets)),
        value=lambda row, _: row.retransmitted_packets,
        order=lambda row: (row.retransmitted_packets or 0,),
        extra=True,
        optional=True,
    ),
    *PAYLOAD_COLUMNS,
    _text_column("source", "domain_source", "Source", 27, lambda row: _named(row.facts.domain_source.name)),
    _text_column("unnamed", "unnamed_reason", "No name", 27, lambda row: _named(row.facts.unnamed_reason.name)),
    _text_column("exe", "executable", "Executable", 28, _executable, minimum=12),
    Column[Connection](
        key="owner",
        field="owner",
        heading=Heading(title="Owner found by", rank=29, minimum=12, middle=False),
        show=_owner_cell,
        value=lambda row, _: remainder_words(row.facts.remainder) or owner_words(row),
        order=lambda row: (owner_words(row),),
        extra=True,
        optional=True,
    ),
)


def _named(name: str) -> str:
    return "" if name == "UNSPECIFIED" else name.lower()


CONNECTION_COLUMNS: tuple[Column[Connection], ...] = (*_WHO, *_WHERE, *TRAFFIC_COLUMNS, *_MORE)
"""All columns of a connection, in the order in which they stand."""

_ORDERS: dict[str, Callable[[Connection], SortKey]] = {
    **{column.key: column.order for column in CONNECTION_COLUMNS},
    **TRAFFIC_ORDERS,
    "payload": PAYLOAD_ORDER,
    "ip": lambda row: _address_order(row.remote or row.local),
    "lip": lambda row: _address_order(row.local),
    "rip": lambda row: _address_order(row.remote),
    "port": lambda row: (_port(row.remote) or _port(row.local),),
    "lport": lambda row: (_port(row.local),),
    "rport": lambda row: (_port(row.remote),),
}

CONNECTION_SORT_KEYS = tuple(_ORDERS)
"""What ``--sort`` takes: every column, and the short names of the filter language."""


def connection_orders(now: float) -> dict[str, Callable[[Connection], SortKey]]:
    """Give what connections are sorted by. ``now`` (Unix seconds): when what is open is as old as it is shown."""
    return {**_ORDERS, "age": lambda row: (_age_seconds(row, now) if row.facts.start_time else inf,)}


def _port(endpoint: Endpoint | None) -> int:
    return (endpoint.port if endpoint else None) or 0
