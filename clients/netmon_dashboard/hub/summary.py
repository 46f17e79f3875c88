"""The parts of a snapshot that every page shows, and the tick's sample for the chart."""

from collections.abc import Iterable

from netmon.model import OTHER_USERS_ID, Connection, Scope, Snapshot, Traffic
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.ring import Sample
from netmon_dashboard.hub.vocabulary import Json, code


def since_epoch(traffic: Traffic) -> tuple[int, int]:
    """Give bytes sent and received since the statistics were last cleared."""
    return traffic.sent_bytes - traffic.cleared_sent_bytes, traffic.received_bytes - traffic.cleared_received_bytes


def summary_fields(snapshot: Snapshot) -> dict[str, Json]:
    """Give the fields that both a full state and a tick have."""
    loopback = _loopback(snapshot)
    share = snapshot.attributed_share
    return {
        "sequence": snapshot.sequence,
        "time": round(snapshot.time, 3),
        "interval": round(snapshot.interval_seconds, 6),
        "headline": [snapshot.headline.interval_sent_bytes, snapshot.headline.interval_received_bytes],
        "totals": since_epoch(snapshot.headline),
        "loopback": [loopback.interval_sent_bytes, loopback.interval_received_bytes],
        "active": snapshot.active_connection_count,
        "listening": snapshot.listening_count,
        "share": None if share is None else _rounded(share),
        "dropped": snapshot.drops.interval_dropped_packets,
    }


def _rounded(share: float) -> float:
    """Round a share, but never up to all of it: the rest is shown beside it."""
    return round(share, 5) if share >= 1 else min(round(share, 5), 0.99999)


def unattributed_fields(snapshot: Snapshot) -> list[Json]:
    """Give what has no owner: reason, bytes of the tick, bytes since the epoch, connections."""
    return [
        [
            code(part.reason),
            part.traffic.interval_sent_bytes,
            part.traffic.interval_received_bytes,
            *since_epoch(part.traffic),
            part.connection_count,
        ]
        for part in snapshot.unattributed
    ]


def sample_of(snapshot: Snapshot, numbers: Numbering) -> Sample:
    """Give the chart's sample of a tick, which leaves loopback out as the headline does.

    An application's sums hold loopback too; what of it is loopback is only known by row. No row of other users is
    shown to who sees their own alone: theirs is what the rows leave of all loopback.
    """
    loopback = _loopback(snapshot)
    local = _loopback_by_application(snapshot.connections)
    if snapshot.is_partial:
        local[OTHER_USERS_ID] = (
            loopback.interval_sent_bytes - sum(sent for sent, _ in local.values()),
            loopback.interval_received_bytes - sum(received for _, received in local.values()),
        )
    headline = snapshot.headline
    left_sent, left_received = headline.interval_sent_bytes, headline.interval_received_bytes
    apps: dict[int, tuple[int, int]] = {}
    for application in snapshot.applications:
        traffic = application.traffic
        if not (traffic.interval_sent_bytes or traffic.interval_received_bytes):
            continue
        part = local.get(application.id, (0, 0))
        sent = max(0, traffic.interval_sent_bytes - part[0])
        received = max(0, traffic.interval_received_bytes - part[1])
        if sent or received:
            apps[numbers.number(application.id)] = sent, received
            left_sent -= sent
            left_received -= received
    return Sample(
        time=snapshot.time,
        interval_seconds=snapshot.interval_seconds,
        sent_bytes=headline.interval_sent_bytes,
        received_bytes=headline.interval_received_bytes,
        loopback_bytes=loopback.interval_sent_bytes,
        dropped_packets=snapshot.drops.interval_dropped_packets,
        apps=apps,
        unattributed=(max(0, left_sent), max(0, left_received)),
    )


def _loopback(snapshot: Snapshot) -> Traffic:
    for part in snapshot.scopes:
        if part.scope is Scope.LOOPBACK:
            return part.traffic
    return Traffic()


def _loopback_by_application(rows: Iterable[Connection]) -> dict[str, tuple[int, int]]:
    """Give the loopback bytes of the interval by application id."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        facts = row.facts
        if facts.scope is not Scope.LOOPBACK:
            continue
        traffic = row.traffic
        sent, received = traffic.interval_sent_bytes, traffic.interval_received_bytes
        if sent or received:
            before = found.get(facts.application_id, (0, 0))
            found[facts.application_id] = before[0] + sent, before[1] + received
    return found
