"""Connections that ended a moment ago: a stream tells of each once, in the tick in which it ended."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from netmon.model import Connection, Remainder, Snapshot
from netmon_cli.selection import CLOSED_SECONDS

__all__ = ["EndedRows", "stilled", "with_ended", "without"]

_MOST: Final = 2000


class EndedRows:
    """Holds those that ended within the last ``seconds``. A new instance of the collector has none.

    ``rows``: those that had ended before the first snapshot. Of very many the last 2,000 are held.
    """

    def __init__(self, seconds: float = CLOSED_SECONDS, rows: Iterable[Connection] = ()) -> None:
        self._seconds = seconds
        self._instance_id = ""
        self._rows = {row.id: row for row in rows if row.end_time is not None and not row.facts.remainder}

    @property
    def ids(self) -> AbstractSet[str]:
        """The ids of those that are held."""
        return self._rows.keys()

    def clear(self) -> None:
        """Let go of them: their sums are of before."""
        self._rows.clear()

    def take(self, snapshot: Snapshot) -> tuple[Connection, ...]:
        """Take a tick; give those that ended before it, as they were then, and are in the snapshot no more."""
        if self._instance_id not in {"", snapshot.instance_id}:
            self._rows.clear()
        self._instance_id = snapshot.instance_id
        oldest = snapshot.time - self._seconds
        self._rows = {key: row for key, row in self._rows.items() if (row.end_time or 0.0) >= oldest}
        listed = {row.id for row in snapshot.connections}
        lingering = tuple(row for key, row in self._rows.items() if key not in listed)
        for row in snapshot.connections:
            if row.end_time is not None and not row.facts.remainder:
                self._rows[row.id] = row
        for key in list(self._rows)[: max(0, len(self._rows) - _MOST)]:
            del self._rows[key]
        return lingering


def with_ended(snapshot: Snapshot, ended: Sequence[Connection]) -> Snapshot:
    """Give the snapshot with connections that ended before it, taken out of the row that stands for all of those."""
    if not ended:
        return snapshot
    owned = [row for row in ended if row.process is not None]
    rows = (without(row, owned) for row in snapshot.connections)
    shown = (*(row for row in rows if row is not None), *map(stilled, ended))
    return replace(snapshot, connections=shown)


def stilled(row: Connection) -> Connection:
    """Give a row that ended as it is in later ticks: nothing moves any more."""
    traffic = row.traffic._replace(
        interval_sent_bytes=0,
        interval_received_bytes=0,
        interval_sent_packets=0,
        interval_received_packets=0,
        sent_bytes_per_second=0.0,
        received_bytes_per_second=0.0,
    )
    return row._replace(traffic=traffic)


def without(row: Connection, listed: Sequence[Connection]) -> Connection | None:
    """Take connections that are listed out of the row that stands for all ended ones; None: nothing is left."""
    if row.facts.remainder is not Remainder.CLOSED:
        return row
    ended = [each.traffic for each in listed]
    traffic = row.traffic
    rest = traffic._replace(
        sent_bytes=max(0, traffic.sent_bytes - sum(each.sent_bytes for each in ended)),
        received_bytes=max(0, traffic.received_bytes - sum(each.received_bytes for each in ended)),
        sent_packets=max(0, traffic.sent_packets - sum(each.sent_packets for each in ended)),
        received_packets=max(0, traffic.received_packets - sum(each.received_packets for each in ended)),
        cleared_sent_bytes=max(0, traffic.cleared_sent_bytes - sum(each.cleared_sent_bytes for each in ended)),
        cleared_received_bytes=max(
            0, traffic.cleared_received_bytes - sum(each.cleared_received_bytes for each in ended)
        ),
    )
    is_empty = not (rest.sent_bytes or rest.received_bytes or rest.sent_packets or rest.received_packets)
    return None if is_empty else row._replace(traffic=rest)
