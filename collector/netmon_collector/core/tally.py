"""Mutable sums behind the frozen ``Traffic`` of snapshots."""

from functools import lru_cache

from netmon.model import Traffic

_NO_RATE = float("inf")

_shared = lru_cache(maxsize=64)(Traffic)
"""For those of a single packet: in a flood they are alike, and hold 0.4 kB each. They are so within a tick; later ones
have other rates, so that more would only be kept."""


class Tally:
    """Bytes and packets both ways: since the start, within the running interval, and from before the last clear."""

    __slots__ = (
        "cleared_received_bytes",
        "cleared_sent_bytes",
        "interval_received_bytes",
        "interval_received_packets",
        "interval_sent_bytes",
        "interval_sent_packets",
        "received_bytes",
        "received_packets",
        "sent_bytes",
        "sent_packets",
    )

    def __init__(self) -> None:
        """Start at zero."""
        self.sent_bytes = 0
        self.received_bytes = 0
        self.sent_packets = 0
        self.received_packets = 0
        self.cleared_sent_bytes = 0
        self.cleared_received_bytes = 0
        self.begin_interval()

    def begin_interval(self) -> None:
        """Begin a new interval; totals stay."""
        self.interval_sent_bytes = 0
        self.interval_received_bytes = 0
        self.interval_sent_packets = 0
        self.interval_received_packets = 0

    def clear(self) -> None:
        """Move the baseline to now; totals stay."""
        self.cleared_sent_bytes = self.sent_bytes
        self.cleared_received_bytes = self.received_bytes

    def add_sent(self, byte_count: int, packet_count: int) -> None:
        """Count what was sent, in total and in the interval."""
        self.sent_bytes += byte_count
        self.sent_packets += packet_count
        self.interval_sent_bytes += byte_count
        self.interval_sent_packets += packet_count

    def add_received(self, byte_count: int, packet_count: int) -> None:
        """Count what was received, in total and in the interval."""
        self.received_bytes += byte_count
        self.received_packets += packet_count
        self.interval_received_bytes += byte_count
        self.interval_received_packets += packet_count

    def join(self, other: "Tally") -> None:
        """Take over another's totals and baseline; its interval was counted where it happened."""
        self.sent_bytes += other.sent_bytes
        self.received_bytes += other.received_bytes
        self.sent_packets += other.sent_packets
        self.received_packets += other.received_packets
        self.cleared_sent_bytes += other.cleared_sent_bytes
        self.cleared_received_bytes += other.cleared_received_bytes

    def leave(self, other: "Tally") -> None:
        """Give back what ``join`` took."""
        self.sent_bytes -= other.sent_bytes
        self.received_bytes -= other.received_bytes
        self.sent_packets -= other.sent_packets
        self.received_packets -= other.received_packets
        self.cleared_sent_bytes -= other.cleared_sent_bytes
        self.cleared_received_bytes -= other.cleared_received_bytes

    def join_interval(self, other: "Tally") -> None:
        """Add another's interval to this one's."""
        self.interval_sent_bytes += other.interval_sent_bytes
        self.interval_received_bytes += other.interval_received_bytes
        self.interval_sent_packets += other.interval_sent_packets
        self.interval_received_packets += other.interval_received_packets

    def leave_interval(self, other: "Tally") -> None:
        """Give back what ``join_interval`` took."""
        self.interval_sent_bytes -= other.interval_sent_bytes
        self.interval_received_bytes -= other.interval_received_bytes
        self.interval_sent_packets -= other.interval_sent_packets
        self.interval_received_packets -= other.interval_received_packets

    def join_row(self, row: Traffic) -> None:
        """Add a row's totals, baseline and interval."""
        self.sent_bytes += row.sent_bytes
        self.received_bytes += row.received_bytes
        self.sent_packets += row.sent_packets
        self.received_packets += row.received_packets
        self.cleared_sent_bytes += row.cleared_sent_bytes
        self.cleared_received_bytes += row.cleared_received_bytes
        self.interval_sent_bytes += row.interval_sent_bytes
        self.interval_received_bytes += row.interval_received_bytes
        self.interval_sent_packets += row.interval_sent_packets
        self.interval_received_packets += row.interval_received_packets

    def leave_row(self, row: Traffic) -> None:
        """Give back what ``join_row`` took."""
        self.sent_bytes -= row.sent_bytes
        self.received_bytes -= row.received_bytes
        self.sent_packets -= row.sent_packets
        self.received_packets -= row.received_packets
        self.cleared_sent_bytes -= row.cleared_sent_bytes
        self.cleared_received_bytes -= row.cleared_received_bytes
        self.interval_sent_bytes -= row.interval_sent_bytes
        self.interval_received_bytes -= row.interval_received_bytes
        self.interval_sent_packets -= row.interval_sent_packets
        self.interval_received_packets -= row.interval_received_packets

    @property
    def has_interval(self) -> bool:
        """Whether a packet was counted within the interval."""
        return bool(self.interval_sent_packets or self.interval_received_packets)

    @property
    def has_packets(self) -> bool:
        """Whether a packet was ever counted."""
        return bool(self.sent_packets or self.received_packets)

    def traffic(self, interval_seconds: float) -> Traffic:
        """Give the frozen form, with rates over ``interval_seconds`` (0: no rates)."""
        seconds = interval_seconds or _NO_RATE
        make = _shared if self.sent_packets + self.received_packets == 1 else Traffic
        # By position, and one a row and tick: by name it takes twice as long. A test holds the order.
        return make(
            self.sent_bytes,
            self.received_bytes,
            self.sent_packets,
            self.received_packets,
            self.interval_sent_bytes,
            self.interval_received_bytes,
            self.interval_sent_packets,
            self.interval_received_packets,
            self.interval_sent_bytes / seconds,
            self.interval_received_bytes / seconds,
            self.cleared_sent_bytes,
            self.cleared_received_bytes,
        )
