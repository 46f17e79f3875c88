"""Which rows a tab is sent: all of them up to a limit, beyond it the busiest and sums of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from netmon.model import Connection, Omitted, Remainder

ROW_LIMIT: Final = 5_000
BUSIEST_COUNT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows to show, and of those left out: how many, and the bytes since the epoch of those that have an owner."""

    rows: Sequence[Connection]
    omitted: tuple[int, int, int]


def select(rows: Sequence[Connection], omitted: Omitted) -> Selection:
    """Choose; ``omitted``: what the collector left out already."""
    count, traffic = omitted.connection_count, omitted.traffic
    sent = traffic.sent_bytes - traffic.cleared_sent_bytes
    received = traffic.received_bytes - traffic.cleared_received_bytes
    if len(rows) <= ROW_LIMIT:
        return Selection(rows=rows, omitted=(count, sent, received))
    busiest = nlargest(BUSIEST_COUNT, rows, key=_busyness)
    kept = {row.facts.id for row in busiest}
    shown: list[Connection] = []
    for row in rows:
        if row.facts.id in kept or row.facts.remainder is not Remainder.UNSPECIFIED:
            shown.append(row)
            continue
        count += 1
        if row.is_owned:
            traffic = row.traffic
            sent += traffic.sent_bytes - traffic.cleared_sent_bytes
            received += traffic.received_bytes - traffic.cleared_received_bytes
    return Selection(rows=shown, omitted=(count, sent, received))


def _busyness(row: Connection) -> tuple[int, int, str]:
    """Order as the collector does where it cannot send all: bytes of the interval, then in total."""
    traffic = row.traffic
    return (
        traffic.interval_sent_bytes + traffic.interval_received_bytes,
        traffic.sent_bytes + traffic.received_bytes,
        row.facts.id,
    )
