"""What one interface carried, and how much of it has no owner: the captured side of its account."""

from netmon.model import UnattributedReason
from netmon_collector.core.tally import Tally

__all__ = ["Amount", "InterfaceSums"]


class Amount:
    """IP bytes and packets, sent and received together: since the start, and within the running interval."""

    __slots__ = ("byte_count", "interval_byte_count", "interval_packet_count", "packet_count")

    def __init__(self) -> None:
        """Start at zero."""
        self.byte_count = 0
        self.packet_count = 0
        self.begin_interval()

    def begin_interval(self) -> None:
        """Begin a new interval; the totals stay."""
        self.interval_byte_count = 0
        self.interval_packet_count = 0

    def add(self, byte_count: int, packet_count: int) -> None:
        """Count, in total and in the interval."""
        self.byte_count += byte_count
        self.packet_count += packet_count
        self.interval_byte_count += byte_count
        self.interval_packet_count += packet_count

    def join(self, other: "Amount") -> None:
        """Take over another's totals and interval."""
        self.byte_count += other.byte_count
        self.packet_count += other.packet_count
        self.interval_byte_count += other.interval_byte_count
        self.interval_packet_count += other.interval_packet_count

    def leave(self, other: "Amount") -> None:
        """Give back what ``join`` took."""
        self.byte_count -= other.byte_count
        self.packet_count -= other.packet_count
        self.interval_byte_count -= other.interval_byte_count
        self.interval_packet_count -= other.interval_packet_count


class InterfaceSums(Tally):
    """The sums of one interface, and in them what has no owner now, by reason. The rest has one.

    Only what has no owner is kept by interface: that costs nothing for a connection that has one, and one addition a
    tick for a connection that has none.
    """

    __slots__ = ("_folded_into", "ownerless")

    def __init__(self) -> None:
        """Start at zero."""
        self.ownerless: dict[UnattributedReason, Amount] = {}
        self._folded_into: InterfaceSums | None = None
        super().__init__()

    @property
    def now(self) -> "InterfaceSums":
        """Where these sums stand now: they may have been folded into others."""
        sums = self
        while sums._folded_into is not None:
            sums = sums._folded_into
        return sums

    def begin_interval(self) -> None:
        """Begin a new interval; the totals stay."""
        super().begin_interval()
        for amount in self.ownerless.values():
            amount.begin_interval()

    def ownerless_of(self, reason: UnattributedReason) -> Amount:
        """Give the sums of what has no owner for this reason."""
        amount = self.ownerless.get(reason)
        if amount is None:
            amount = self.ownerless[reason] = Amount()
        return amount

    def fold_into(self, other: "InterfaceSums") -> None:
        """Hand everything over to others, also what still points here."""
        other.join(self)
        other.join_interval(self)
        for reason, amount in self.ownerless.items():
            other.ownerless_of(reason).join(amount)
        self._folded_into = other
