"""Answers to what tabs ask: from the encoder's memory, or from the collector."""

from collections.abc import Sequence

from netmon.model import BandwidthSample, Caller, Status
from netmon_client import AsyncClient, NetmonError, NotPermitted
from netmon_client.checks import collector_checks
from netmon_client.units import format_age, format_bytes
from netmon_client.words import MONITORING, clock_time, counted, ways_words
from netmon_dashboard.hub.accounts import account_fields
from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.explaining import explain
from netmon_dashboard.hub.greeting import limits
from netmon_dashboard.hub.requests import Ask, AskControl, AskExplain, AskPayload, AskRange, AskTrace, ControlWhat
from netmon_dashboard.hub.texts import remedy_command
from netmon_dashboard.hub.vocabulary import Json, code

_PACKETS_WITHIN_SECONDS = 10.0  # what the doctor's check of packets looks at


async def answer(ask: Ask, encoder: Encoder, client: AsyncClient) -> Json:
    """Give the answer's message. What the collector refuses is an answer too."""
    try:
        data = await _data(ask, encoder, client)
    except NetmonError as error:
        return {"type": "answer", "id": ask.id, "ok": False, "text": _problem(error), "command": _next(error)}
    return {"type": "answer", "id": ask.id, "ok": True, "data": data}


async def _data(ask: Ask, encoder: Encoder, client: AsyncClient) -> Json:
    if isinstance(ask, AskRange):
        return _range(ask, encoder)
    if isinstance(ask, AskTrace):
        return {"points": encoder.trace(ask.row)}
    if isinstance(ask, AskPayload):
        sent, received = encoder.payload(ask.row)
        return {"sent": sent, "received": received}
    if isinstance(ask, AskExplain):
        return await explain(client, ask.connection, ask.instance)
    if isinstance(ask, AskControl):
        return {"text": await _control(ask.what, client)}
    status = await client.status()
    samples = (await client.bandwidth(_PACKETS_WITHIN_SECONDS)).samples
    return status_fields(status, samples, client.socket, encoder.caller)


def _range(ask: AskRange, encoder: Encoder) -> Json:
    """Give the bytes by application within a span, as far as the ring reaches."""
    from_time, to_time = sorted((ask.from_time, ask.to_time))
    span = encoder.span(from_time, to_time)
    busiest = sorted(span.apps.items(), key=lambda item: (-sum(item[1]), item[0]))
    return {
        "apps": [[number, sent, received] for number, (sent, received) in busiest],
        "unattributed": span.unattributed,
        "rest": span.rest,
        "from": round(span.from_time, 3),
        "to": round(span.to_time, 3),
    }


async def _control(what: ControlWhat, client: AsyncClient) -> str:
    if what == "clear":
        return f"Statistics are cleared: sums count from {clock_time(await client.clear())} on."
    if what == "stop":
        change = await client.stop()
        return "Monitoring is stopped, for everybody." if change.changed else "Monitoring was stopped already."
    change = await client.start()
    return "Monitoring runs again." if change.changed else "Monitoring runs already."


def status_fields(status: Status, samples: Sequence[BandwidthSample], socket: str, caller: Caller) -> Json:
    """Give the status for the panel; ``samples``: of the last 10 s. ``socket``: the collector's path.

    ``caller``: who the stream is for, which limits what is shown whatever that user may by now.
    """
    now = status.start_time + status.uptime_seconds
    return {
        "facts": [{"name": name, "value": value} for name, value in _facts(status)],
        "interfaces": [
            {
                "name": each.name,
                "state": code(each.state),
                "reason": each.reason,
                "addresses": list(each.addresses),
                "last_packet": None if each.last_packet_time is None else round(each.last_packet_time, 3),
            }
            for each in status.interfaces
        ],
        "checks": [
            {"name": check.name, "verdict": check.verdict.value, "fact": check.fact, "fix": check.fix}
            for check in collector_checks(status, samples, now, socket=socket)
        ],
        "account": account_fields(status.ledger),
        "degraded": limits(caller, status.degraded),
        "clients": status.subscriber_count,
        "uptime": round(status.uptime_seconds, 1),
    }


def _facts(status: Status) -> list[tuple[str, str]]:
    drops = status.drops
    lost = drops.kernel_dropped_packets + drops.interface_dropped_packets
    owners = ways_words(status.owner_ways) or "not found"
    return [
        ("Collector", f"{status.version}, pid {', '.join(map(str, status.pids)) or 'unknown'}"),
        ("Runs for", format_age(status.uptime_seconds)),
        ("Monitoring", f"{MONITORING[status.monitoring_state]} since {clock_time(status.monitoring_since)}"),
        ("Packets", f"{drops.received_packets:,} received, {lost:,} lost"),
        ("Owners", owners),
        ("Connections", f"{status.active_connection_count:,} active, {status.listening_count:,} listening"),
        ("Table", f"{status.tracked_connection_count:,} of {status.tracked_connection_limit:,} places in use"),
        ("Sums count from", clock_time(status.statistics_epoch)),
        ("Clients", counted(status.subscriber_count, "stream")),
        ("Memory", format_bytes(status.resident_bytes)),
        ("CPU time", f"{status.cpu_seconds:.1f} s"),
    ]


def _problem(error: NetmonError) -> str:
    """Say what kept the collector from it; of control also who may."""
    said = str(error)
    said = f"{said[:1].upper()}{said[1:].rstrip('.')}."
    if isinstance(error, NotPermitted):
        said += " Root, whoever started the collector and members of the group netmon may."
    return said


def _next(error: NetmonError) -> str:
    return remedy_command(error.remedy)
