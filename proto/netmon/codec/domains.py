"""Sums by domain, between the model and the wire."""

from netmon.codec.traffic import traffic_from_wire, traffic_to_wire
from netmon.codec.values import member, needed, optional_time_to_wire, time_from_wire, time_to_wire
from netmon.model import DomainApplication, DomainSource, DomainTraffic, UnnamedReason, UnnamedTraffic
from netmon.v1 import connection_pb2
from netmon.v1 import snapshot_pb2 as pb

SOURCE_NUMBERS = tuple(connection_pb2.DomainSource.values())
UNNAMED_NUMBERS = tuple(connection_pb2.UnnamedReason.values())

_SOURCES = tuple(DomainSource)
_UNNAMED = tuple(UnnamedReason)


def source_from_wire(number: int) -> DomainSource:
    """Give the source; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_SOURCES, number)


def unnamed_reason_from_wire(number: int) -> UnnamedReason:
    """Give the reason; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_UNNAMED, number)


def domain_to_wire(domain: DomainTraffic) -> pb.DomainTraffic:
    """Give the wire form."""
    return pb.DomainTraffic(
        name=domain.name,
        registrable_domain=domain.registrable_domain,
        source=SOURCE_NUMBERS[domain.source],
        traffic=traffic_to_wire(domain.traffic),
        connection_count=domain.connection_count,
        applications=[
            pb.DomainApplication(
                application_id=part.application_id,
                application_name=part.application_name,
                sent_bytes=part.sent_bytes,
                received_bytes=part.received_bytes,
                connection_count=part.connection_count,
            )
            for part in domain.applications
        ],
        first_time=time_to_wire(domain.first_time),
        last_time=optional_time_to_wire(domain.last_time),
        is_others=domain.is_others,
    )


def domain_from_wire(wire: pb.DomainTraffic) -> DomainTraffic:
    """Give the model form. Raises ValueError without a name."""
    return DomainTraffic(
        name=needed(wire.name, "DomainTraffic.name"),
        registrable_domain=wire.registrable_domain,
        source=source_from_wire(wire.source),
        traffic=traffic_from_wire(wire.traffic),
        connection_count=wire.connection_count,
        applications=tuple(
            [
                DomainApplication(
                    application_id=part.application_id,
                    application_name=part.application_name,
                    sent_bytes=part.sent_bytes,
                    received_bytes=part.received_bytes,
                    connection_count=part.connection_count,
                )
                for part in wire.applications
            ]
        ),
        first_time=time_from_wire(wire.first_time, "DomainTraffic.first_time"),
        last_time=time_from_wire(wire.last_time, "DomainTraffic.last_time") if wire.HasField("last_time") else None,
        is_others=wire.is_others,
    )


def unnamed_to_wire(sums: UnnamedTraffic) -> pb.UnnamedTraffic:
    """Give the wire form."""
    return pb.UnnamedTraffic(
        reason=UNNAMED_NUMBERS[sums.reason],
        traffic=traffic_to_wire(sums.traffic),
        connection_count=sums.connection_count,
    )


def unnamed_from_wire(wire: pb.UnnamedTraffic) -> UnnamedTraffic:
    """Give the model form."""
    return UnnamedTraffic(
        reason=unnamed_reason_from_wire(wire.reason),
        traffic=traffic_from_wire(wire.traffic),
        connection_count=wire.connection_count,
    )
