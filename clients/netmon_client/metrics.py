"""The collector's figures of itself as Prometheus reads them: the text format, version 0.0.4.

Labels hold words of the contract alone (a scope, a reason, a way of finding owners): no program, host, user, address or
interface has a series of its own, so there is nothing private in them, and their number is bounded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netmon.model import (
    Connection,
    MonitoringState,
    Scope,
    ServiceLimits,
    Snapshot,
    Status,
    StreamLag,
    Traffic,
    UnattributedReason,
)

__all__ = ["CONTENT_TYPE", "METRICS_PATH", "Family", "families", "metrics_text"]

METRICS_PATH = "/metrics"
"""Where a scraper asks: Prometheus' default (its manual, "scrape_config", ``metrics_path``)."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Series = Mapping[tuple[tuple[str, str], ...], float]
"""Values by labels, each a pair of name and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric with its series. ``kind``: "counter" or "gauge". A counter's name ends in ``_total``."""

    name: str
    kind: str
    help: str
    series: Series


def metrics_text(status: Status, snapshot: Snapshot) -> str:
    """Give the text of all metrics; it ends with a line feed."""
    return "".join(_lines(family) for family in families(status, snapshot))


def families(status: Status, snapshot: Snapshot) -> tuple[Family, ...]:
    """Give all metrics. Seconds and bytes are base units; counters begin anew with each run of the collector."""
    return (
        *_of_the_collector(status),
        *_of_its_processes(status),
        *_of_what_waits(status),
        *(_of_its_limits(status.limits) if status.limits is not None else ()),
        *_of_losses(status),
        *_of_owners(status, snapshot),
        *_of_traffic(snapshot),
    )


def _of_the_collector(status: Status) -> Iterable[Family]:
    yield _one("start_time_seconds", "gauge", "When the collector was started, in Unix time.", status.start_time)
    yield _one("uptime_seconds", "gauge", "How long it has been running.", status.uptime_seconds)
    is_on = status.monitoring_state is MonitoringState.RUNNING
    yield _one("monitoring", "gauge", "1 while packets are counted.", float(is_on))
    yield _one("cpu_seconds_total", "counter", "CPU time that the collector has used.", status.cpu_seconds)
    yield _one("resident_bytes", "gauge", "Resident memory of the collector.", status.resident_bytes)
    yield _one("subscribers", "gauge", "Open streams of snapshots and events.", status.subscriber_count)
    yield _one("connections", "gauge", "Connections that are open now.", status.active_connection_count)
    yield _one("tracked_connections", "gauge", "Rows in the table.", status.tracked_connection_count)
    yield _one("tracked_connections_limit", "gauge", "Rows that the table can hold.", status.tracked_connection_limit)
    yield _one("degradations", "gauge", "Things that work less well than they could.", len(status.degraded))
    if status.names is not None:
        yield _one("names", "gauge", "Names of addresses that are known now.", status.names.name_count)
        yield _one("names_shed_total", "counter", "Facts of names that were given up.", status.names.shed_count)


def _of_its_processes(status: Status) -> Iterable[Family]:
    if status.processes:  # an older collector tells none
        cpu = {cost.role: cost.cpu_seconds for cost in status.processes}
        memory = {cost.role: float(cost.resident_bytes) for cost in status.processes}
        help_text = "CPU time that each process has used; a helper's with those before it."
        yield _by("process_cpu_seconds_total", "counter", help_text, "process", cpu)
        yield _by("process_resident_bytes", "gauge", "Resident memory of each process.", "process", memory)


def _of_what_waits(status: Status) -> Iterable[Family]:
    if status.queues:
        depths = {queue.name: float(queue.depth) for queue in status.queues}
        limits = {queue.name: float(queue.limit) for queue in status.queues}
        yield _by("queue_length", "gauge", "What waits: connections to be asked for, events kept.", "queue", depths)
        yield _by("queue_limit", "gauge", "How much of it can wait.", "queue", limits)
    if status.stream_lags:
        yield from _of_lags(status.stream_lags)


def _of_lags(lags: tuple[StreamLag, ...]) -> Iterable[Family]:
    counts = {lag.stream: float(lag.subscriber_count) for lag in lags}
    yield _by("stream_subscribers", "gauge", "Open streams, by what they carry.", "stream", counts)
    behind: dict[tuple[tuple[str, str], ...], float] = {}
    for lag in lags:
        behind[("stream", lag.stream), ("of", "mean")] = lag.mean_behind_count
        behind[("stream", lag.stream), ("of", "worst")] = lag.worst_behind_count
    help_text = "Snapshots or events that wait for a subscriber: on average, and for the one furthest behind."
    yield Family(name="netmon_stream_behind", kind="gauge", help=help_text, series=behind)
    seconds = {lag.stream: lag.worst_lag_seconds for lag in lags}
    help_text = "Since when the subscriber that is furthest behind has not taken what was due."
    yield _by("stream_worst_lag_seconds", "gauge", help_text, "stream", seconds)


def _of_its_limits(limits: ServiceLimits) -> Iterable[Family]:
    yield _one("client_connections", "gauge", "Connections of clients that are open.", limits.connection_count)
    yield _one("client_connections_limit", "gauge", "How many there can be.", limits.connection_limit)
    yield _one("subscribers_limit", "gauge", "How many streams there can be.", limits.subscriber_limit)


def _of_losses(status: Status) -> Iterable[Family]:
    drops = status.drops
    yield _one("packets_received_total", "counter", "Packets that the kernel handed over.", drops.received_packets)
    yield Family(
        name="netmon_packets_dropped_total",
        kind="counter",
        help="Packets that could not be counted, by who had no room for them.",
        series={
            (("by", "kernel"),): drops.kernel_dropped_packets,
            (("by", "interface"),): drops.interface_dropped_packets,
        },
    )
    yield _one(
        "packets_malformed_total",
        "counter",
        "Packets that could not be read.",
        sum(count for _, count in drops.malformed),
    )


def _of_owners(status: Status, snapshot: Snapshot) -> Iterable[Family]:
    ways = {way.name: way for way in status.owner_ways}
    yield _by("owner_way_in_use", "gauge", "1 for each way of finding owners that is in use.", "way", {
        name: float(way.in_use) for name, way in ways.items()
    })  # fmt: skip
    yield _by("owner_scans_total", "counter", "Lookups or listings so far.", "way", {
        name: way.scan_count for name, way in ways.items()
    })  # fmt: skip
    yield _by("owner_last_scan_seconds", "gauge", "Length of the last lookup or listing.", "way", {
        name: way.last_scan_seconds for name, way in ways.items()
    })  # fmt: skip
    yield _by("owner_scan_seconds_total", "counter", "Length of all lookups or listings together.", "way", {
        name: way.total_scan_seconds for name, way in ways.items()
    })  # fmt: skip
    if status.attributed_share is not None:
        help_text = "Share of all bytes since the start that have an owner."
        yield _one("attributed_ratio", "gauge", help_text, status.attributed_share)
    yield _by(
        "row_bytes", "gauge", "Bytes of the rows of now, by how their owner was found.", "method", _by_method(snapshot)
    )
    unattributed = {reason: 0.0 for reason in UnattributedReason if reason}
    unattributed |= {part.reason: float(_moved(part.traffic)) for part in snapshot.unattributed}
    yield _by("unattributed_bytes_total", "counter", "Bytes without an owner, by reason.", "reason", {
        reason.name.lower(): count for reason, count in unattributed.items()
    })  # fmt: skip


def _of_traffic(snapshot: Snapshot) -> Iterable[Family]:
    carried = {part.scope: part.traffic for part in snapshot.scopes}
    for name, pick in (("sent", "sent_bytes"), ("received", "received_bytes")):
        values = {
            scope.name.lower(): float(getattr(carried[scope], pick)) if scope in carried else 0.0
            for scope in Scope
            if scope
        }
        yield _by(f"{name}_bytes_total", "counter", f"IP bytes that were {name}, by scope.", "scope", values)


def _by_method(snapshot: Snapshot) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in snapshot.connections:
        method = _method_of(row)
        sums[method] = sums.get(method, 0.0) + _moved(row.traffic)
    return dict(sorted(sums.items()))


def _method_of(row: Connection) -> str:
    return row.facts.owner_method.name.lower()


def _moved(traffic: Traffic) -> int:
    return traffic.sent_bytes + traffic.received_bytes


def _one(name: str, kind: str, text: str, value: float) -> Family:
    return Family(name=f"netmon_{name}", kind=kind, help=text, series={(): value})


def _by(name: str, kind: str, text: str, label: str, values: Mapping[str, float]) -> Family:
    series = {((label, value),): number for value, number in values.items()}
    return Family(name=f"netmon_{name}", kind=kind, help=text, series=series)


def _lines(family: Family) -> str:
    lines = [f"# HELP {family.name} {_escaped(family.help)}", f"# TYPE {family.name} {family.kind}"]
    for labels, value in family.series.items():
        inside = ",".join(f'{name}="{_escaped(word, quoted=True)}"' for name, word in labels)
        lines.append(f"{family.name}{{{inside}}} {_number(value)}" if inside else f"{family.name} {_number(value)}")
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str, *, quoted: bool = False) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return escaped.replace('"', r"\"") if quoted else escaped


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
