"""Rows of connections, between the model and the wire.

A model row holds its processes; on the wire they stand once in a table beside the rows, keyed by id.
"""

from collections.abc import Iterable, Iterator, Mapping

from netmon.codec.domains import SOURCE_NUMBERS, UNNAMED_NUMBERS, source_from_wire, unnamed_reason_from_wire
from netmon.codec.processes import process_from_wire, process_to_wire
from netmon.codec.traffic import (
    REASON_NUMBERS,
    SCOPE_NUMBERS,
    reason_from_wire,
    scope_from_wire,
    traffic_from_wire,
    traffic_to_wire,
)
from netmon.codec.values import (
    finite,
    member,
    needed,
    optional_time_to_wire,
    port_from_wire,
    time_from_wire,
    time_to_wire,
)
from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    Endpoint,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Remainder,
)
from netmon.v1 import connection_pb2 as pb

STATE_NUMBERS = tuple(pb.ConnectionState.values())

_PROTOCOL_NUMBERS = tuple(pb.Protocol.values())
_DIRECTION_NUMBERS = tuple(pb.Direction.values())
_METHOD_NUMBERS = tuple(pb.OwnerMethod.values())
_CONFIDENCE_NUMBERS = tuple(pb.OwnerConfidence.values())
_REMAINDER_NUMBERS = tuple(pb.Remainder.values())

_PROTOCOLS = tuple(Protocol)
_STATES = tuple(ConnectionState)
_DIRECTIONS = tuple(Direction)
_METHODS = tuple(OwnerMethod)
_CONFIDENCES = tuple(OwnerConfidence)
_REMAINDERS = tuple(Remainder)

_HIGHEST_IP_PROTOCOL = 255


def endpoint_to_wire(endpoint: Endpoint) -> pb.Endpoint:
    """Give the wire form."""
    return pb.Endpoint(address=endpoint.address, port=endpoint.port)


def endpoint_from_wire(wire: pb.Endpoint, field: str) -> Endpoint:
    """Give the model form. Raises ValueError without an address, or with a number that is no port."""
    return Endpoint(
        address=needed(wire.address, f"{field}.address"),
        port=port_from_wire(wire.port, f"{field}.port") if wire.HasField("port") else None,
    )


def facts_to_wire(facts: ConnectionFacts) -> pb.Connection:
    """Give a row that holds the facts alone; its processes are named by id."""
    process = facts.process
    return pb.Connection(
        id=facts.id,
        protocol=_PROTOCOL_NUMBERS[facts.protocol],
        ip_protocol=facts.ip_protocol,
        local=None if facts.local is None else endpoint_to_wire(facts.local),
        remote=None if facts.remote is None else endpoint_to_wire(facts.remote),
        direction=_DIRECTION_NUMBERS[facts.direction],
        scope=SCOPE_NUMBERS[facts.scope],
        interface=facts.interface,
        start_time=time_to_wire(facts.start_time),
        started_before=facts.started_before,
        process_id="" if process is None else process.id,
        holder_ids=[holder.id for holder in facts.holders],
        application_id=facts.application_id,
        application_name=facts.application_name,
        unit=facts.unit,
        container=facts.container,
        owner_method=_METHOD_NUMBERS[facts.owner_method],
        owner_confidence=_CONFIDENCE_NUMBERS[facts.owner_confidence],
        unattributed_reason=REASON_NUMBERS[facts.unattributed_reason],
        domain=facts.domain,
        domain_source=SOURCE_NUMBERS[facts.domain_source],
        is_netmon=facts.is_netmon,
        remainder=_REMAINDER_NUMBERS[facts.remainder],
        unnamed_reason=UNNAMED_NUMBERS[facts.unnamed_reason],
        registrable_domain=facts.registrable_domain,
        is_domain_borrowed=facts.is_domain_borrowed,
    )


def connection_to_wire(row: Connection) -> pb.Connection:
    """Give the wire form. The processes that it names by id must go beside it: see ``rows_to_wire``."""
    wire = facts_to_wire(row.facts)
    wire.MergeFrom(
        pb.Connection(
            state=STATE_NUMBERS[row.state],
            last_time=optional_time_to_wire(row.last_time),
            end_time=optional_time_to_wire(row.end_time),
            traffic=traffic_to_wire(row.traffic),
            sent_payload_bytes=row.sent_payload_bytes,
            received_payload_bytes=row.received_payload_bytes,
            round_trip_seconds=row.round_trip_seconds,
            retransmitted_packets=row.retransmitted_packets,
        )
    )
    return wire


def processes_of(rows: Iterable[Connection]) -> Iterator[Process]:
    """Give the owners and further holders of these rows, each id once, in the order in which the rows name them.

    Rows of one tick share one object for an id; where they do not, the first one stands for all.
    """
    seen: set[str] = set()
    for row in rows:
        facts = row.facts
        for process in (facts.process, *facts.holders):
            if process is not None and process.id not in seen:
                seen.add(process.id)
                yield process


def rows_to_wire(rows: Iterable[Connection]) -> tuple[list[pb.Connection], list[pb.Process]]:
    """Give the rows and, beside them, the processes that they name."""
    listed = tuple(rows)
    return (
        [connection_to_wire(row) for row in listed],
        [process_to_wire(process) for process in processes_of(listed)],
    )


def rows_from_wire(rows: Iterable[pb.Connection], processes: Iterable[pb.Process]) -> tuple[Connection, ...]:
    """Give the rows; those with the same process share one object.

    Raises ValueError for a process that stands twice in the table, and for one that a row names and that is missing.
    """
    table = process_table(processes)
    return tuple(connection_from_wire(row, table) for row in rows)


def process_table(processes: Iterable[pb.Process]) -> dict[str, Process]:
    """Give the processes by id. Raises ValueError where an id stands twice."""
    table: dict[str, Process] = {}
    for wire in processes:
        process = process_from_wire(wire)
        if process.id in table:
            raise ValueError("Process.id: twice in one table")
        table[process.id] = process
    return table


def facts_from_wire(wire: pb.Connection, processes: Mapping[str, Process]) -> ConnectionFacts:
    """Give the facts of a row. Raises ValueError naming the field that holds nonsense."""
    if wire.ip_protocol > _HIGHEST_IP_PROTOCOL:
        raise ValueError("Connection.ip_protocol: over 255")
    process_id = wire.process_id
    return ConnectionFacts(
        id=needed(wire.id, "Connection.id"),
        protocol=member(_PROTOCOLS, wire.protocol),
        ip_protocol=wire.ip_protocol,
        local=endpoint_from_wire(wire.local, "Connection.local") if wire.HasField("local") else None,
        remote=endpoint_from_wire(wire.remote, "Connection.remote") if wire.HasField("remote") else None,
        direction=member(_DIRECTIONS, wire.direction),
        scope=scope_from_wire(wire.scope),
        interface=wire.interface,
        start_time=time_from_wire(wire.start_time, "Connection.start_time"),
        started_before=wire.started_before,
        process=_process(process_id, processes, "Connection.process_id") if process_id else None,
        holders=tuple([_process(holder, processes, "Connection.holder_ids") for holder in wire.holder_ids]),
        application_id=wire.application_id,
        application_name=wire.application_name,
        unit=wire.unit,
        container=wire.container,
        owner_method=member(_METHODS, wire.owner_method),
        owner_confidence=member(_CONFIDENCES, wire.owner_confidence),
        unattributed_reason=reason_from_wire(wire.unattributed_reason),
        domain=wire.domain,
        domain_source=source_from_wire(wire.domain_source),
        is_netmon=wire.is_netmon,
        remainder=member(_REMAINDERS, wire.remainder),
        unnamed_reason=unnamed_reason_from_wire(wire.unnamed_reason),
        registrable_domain=wire.registrable_domain,
        is_domain_borrowed=wire.is_domain_borrowed,
    )


def connection_state(number: int) -> ConnectionState:
    """Give the state; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_STATES, number)


def row_from_wire(wire: pb.Connection, facts: ConnectionFacts) -> Connection:
    """Give the row of these facts. Raises ValueError naming the field that holds nonsense."""
    has = wire.HasField
    return Connection(
        facts=facts,
        traffic=traffic_from_wire(wire.traffic),
        state=connection_state(wire.state),
        last_time=time_from_wire(wire.last_time, "Connection.last_time") if has("last_time") else None,
        end_time=time_from_wire(wire.end_time, "Connection.end_time") if has("end_time") else None,
        sent_payload_bytes=wire.sent_payload_bytes if has("sent_payload_bytes") else None,
        received_payload_bytes=wire.received_payload_bytes if has("received_payload_bytes") else None,
        round_trip_seconds=(
            finite(wire.round_trip_seconds, "Connection.round_trip_seconds") if has("round_trip_seconds") else None
        ),
        retransmitted_packets=wire.retransmitted_packets if has("retransmitted_packets") else None,
    )


def connection_from_wire(wire: pb.Connection, processes: Mapping[str, Process]) -> Connection:
    """Give the row with its processes from the table beside it. Raises ValueError naming the field that is wrong."""
    return row_from_wire(wire, facts_from_wire(wire, processes))


def _process(process_id: str, processes: Mapping[str, Process], field: str) -> Process:
    process = processes.get(process_id)
    if process is None:
        raise ValueError(f"{field}: no such process beside the row")
    return process
