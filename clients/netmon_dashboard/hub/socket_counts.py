"""What the kernel tells of a socket: round trip, packets sent again, payload.

These change with nearly every packet: told with the whole row, a tick of 500 rows that all move weighs 114 kB instead
of 13 kB. So each has a flat key of its own in the tick, for the rows where what is shown of it changed.
"""

from dataclasses import dataclass, field
from typing import Final

from netmon.model import Connection
from netmon_dashboard.hub.vocabulary import ROW_COLUMNS, Json

__all__ = ["CountChanges", "note_counts", "payload_of", "round_trip_milliseconds", "socket_counts"]

_ROUND_TRIP: Final = ROW_COLUMNS.index("rtt_milliseconds")
_RETRANSMITS: Final = ROW_COLUMNS.index("retransmits")
_PAYLOAD: Final = ROW_COLUMNS.index("sent_payload")  # the received one is next to it

_NO_PAYLOAD: Final = (None, None)


@dataclass(slots=True, kw_only=True)
class CountChanges:
    """Flat lists of a row's number and its new values, absolute."""

    round_trips: list[Json] = field(default_factory=list[Json])
    retransmits: list[Json] = field(default_factory=list[Json])
    payloads: list[Json] = field(default_factory=list[Json])

    def parts(self) -> dict[str, Json]:
        """Give them by their keys in a tick."""
        return {"i": self.round_trips, "x": self.retransmits, "p": self.payloads}


def round_trip_milliseconds(seconds: float | None) -> float | None:
    """Give three significant digits, down to the microsecond, which is the kernel's own unit."""
    if seconds is None:
        return None
    milliseconds = seconds * 1_000
    if milliseconds >= 100:
        return round(milliseconds)
    return round(milliseconds, 1 if milliseconds >= 10 else 2 if milliseconds >= 1 else 3)


def payload_of(row: Connection) -> tuple[int | None, int | None]:
    """Give the payload sent and received that is told with each row: only where no packet of it was captured.

    Where packets are captured their bytes say more, and payload would double the ticks: one row's is asked for.
    """
    if row.traffic.sent_bytes or row.traffic.received_bytes:
        return _NO_PAYLOAD
    return row.sent_payload_bytes, row.received_payload_bytes


def socket_counts(row: Connection) -> list[Json]:
    """Give the values of the columns from ``rtt_milliseconds`` on."""
    return [round_trip_milliseconds(row.round_trip_seconds), row.retransmitted_packets, *payload_of(row)]


def note_counts(entry: list[Json], row: Connection, known: Connection, changes: CountChanges) -> None:
    """Bring an entry up to ``row``, which it was ``known`` as before, and note what changed of it."""
    if row.round_trip_seconds != known.round_trip_seconds:
        milliseconds = round_trip_milliseconds(row.round_trip_seconds)
        if milliseconds != entry[_ROUND_TRIP]:
            entry[_ROUND_TRIP] = milliseconds
            changes.round_trips += (entry[0], milliseconds)
    if row.retransmitted_packets != entry[_RETRANSMITS]:
        entry[_RETRANSMITS] = row.retransmitted_packets
        changes.retransmits += (entry[0], entry[_RETRANSMITS])
    payload = payload_of(row)
    if payload != (entry[_PAYLOAD], entry[_PAYLOAD + 1]):
        entry[_PAYLOAD : _PAYLOAD + 2] = payload
        changes.payloads += (entry[0], *payload)
