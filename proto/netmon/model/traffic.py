"""What was counted: captured IP bytes and packets, seen from this machine's side."""

from dataclasses import dataclass
from typing import NamedTuple

from netmon.model.enums import Scope, UnattributedReason


class Traffic(NamedTuple):
    """IP bytes (header and payload, no link header) and packets.

    Totals are monotone within an instance. ``cleared_*`` is the part from before the statistics were last cleared.
    Rates are bytes a second over the interval's length on the monotonic clock, not smoothed.

    A named tuple, since one is made for each row and tick: 0.7 µs, against 4.5 for a frozen dataclass.
    """

    sent_bytes: int = 0
    received_bytes: int = 0
    sent_packets: int = 0
    received_packets: int = 0
    interval_sent_bytes: int = 0
    interval_received_bytes: int = 0
    interval_sent_packets: int = 0
    interval_received_packets: int = 0
    sent_bytes_per_second: float = 0.0
    received_bytes_per_second: float = 0.0
    cleared_sent_bytes: int = 0
    cleared_received_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeTraffic:
    """The sums of one scope."""

    scope: Scope
    traffic: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceTraffic:
    """The sums of one interface: IP packets, and apart from them the frames that carried no IP.

    ``non_ip_bytes`` are captured bytes with link header; ``link_header_bytes`` stand in front of each packet.
    """

    name: str
    traffic: Traffic
    non_ip_packets: int = 0
    non_ip_bytes: int = 0
    link_header_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnattributedTraffic:
    """The sums of what has no owner, for one reason, whatever the filter and the row limit."""

    reason: UnattributedReason
    traffic: Traffic
    connection_count: int = 0
