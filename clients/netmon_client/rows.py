"""One connection as one flat object, for scripts: ``netmon-cli stream connections -o jsonl --per-row``."""

from enum import IntEnum
from typing import Any

from netmon.model import Connection, Endpoint, Snapshot
from netmon_client.times import format_time


def flat_row(connection: Connection, snapshot: Snapshot) -> dict[str, Any]:
    """Give the row as it is in the snapshot. Names stay; further ones may come.

    Null stands for what is not known or not there: the remote end of a listener, both ends of a remainder, the owner's
    fields of a row without one. Bytes are captured IP bytes, cumulative; ``time`` is that of the snapshot.
    """
    facts, traffic, process = connection.facts, connection.traffic, connection.process
    return {
        "type": "connection",
        "time": format_time(snapshot.time),
        "instance_id": snapshot.instance_id,
        "sequence": snapshot.sequence,
        "id": facts.id,
        "pid": process.pid if process else None,
        "process": process.name if process else None,
        "app": facts.application_name or None,
        "user": (process.user or _text(process.uid)) if process else None,
        "uid": process.uid if process else None,
        "protocol": _word(facts.protocol),
        "local": endpoint_text(facts.local),
        "remote": endpoint_text(facts.remote),
        "interface": facts.interface or None,
        "state": _word(connection.state),
        "direction": _word(facts.direction),
        "scope": _word(facts.scope),
        "sent_bytes": traffic.sent_bytes,
        "received_bytes": traffic.received_bytes,
        "sent_packets": traffic.sent_packets,
        "received_packets": traffic.received_packets,
        "interval_sent_bytes": traffic.interval_sent_bytes,
        "interval_received_bytes": traffic.interval_received_bytes,
        "cleared_sent_bytes": traffic.cleared_sent_bytes,
        "cleared_received_bytes": traffic.cleared_received_bytes,
        "sent_bytes_per_second": traffic.sent_bytes_per_second,
        "received_bytes_per_second": traffic.received_bytes_per_second,
        "owner_method": _word(facts.owner_method),
        "owner_confidence": _word(facts.owner_confidence),
        "unattributed_reason": _word(facts.unattributed_reason),
        "remainder": _word(facts.remainder),
        "domain": facts.domain or None,
        "domain_source": _word(facts.domain_source),
        "registrable_domain": facts.registrable_domain or None,
        "unnamed_reason": _word(facts.unnamed_reason),
        "executable": (process.executable or None) if process else None,
        "parent_pid": (process.parent_pid or None) if process else None,
        "parent": (process.parent_name or None) if process else None,
        "unit": facts.unit or None,
        "container": facts.container or None,
        "start_time": format_time(facts.start_time) if facts.start_time else None,
        "started_before": facts.started_before,
        "last_time": _time(connection.last_time),
        "end_time": _time(connection.end_time),
        "sent_payload_bytes": connection.sent_payload_bytes,
        "received_payload_bytes": connection.received_payload_bytes,
        "round_trip_seconds": connection.round_trip_seconds,
        "retransmitted_packets": connection.retransmitted_packets,
        "ip_protocol": facts.ip_protocol,
        "is_netmon": facts.is_netmon,
    }


def endpoint_text(endpoint: Endpoint | None) -> str | None:
    """Give ``ip:port``, ``[v6]:port``, the bare address where there is no port, None where there is no end."""
    return None if endpoint is None else str(endpoint)


def _time(unix_seconds: float | None) -> str | None:
    return None if unix_seconds is None else format_time(unix_seconds)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _word(word: IntEnum) -> str | None:
    return word.name.lower() if word.value else None
