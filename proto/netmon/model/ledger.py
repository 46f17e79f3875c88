"""Both sides of an interface's account: what the system counts on it, and what became of it here."""

from dataclasses import dataclass, field
from typing import Final

from netmon.model.enums import UnattributedReason

_NEVER_OWNED: Final = {UnattributedReason.CARRIER, UnattributedReason.KERNEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReason:
    """What has no owner for one reason, on one interface: IP bytes and packets, sent and received together."""

    reason: UnattributedReason
    byte_count: int
    packet_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """One interface over one window, sent and received together; on loopback each packet counts twice.

    ``system_bytes`` = ``attributed_bytes`` + unattributed + ``link_header_bytes`` + ``non_ip_bytes`` +
    ``merged_header_bytes`` + ``difference_bytes``; the same for packets, ``dropped_packets`` added. ``system_*`` are
    None where the system tells nothing; there is no difference then. Each field is explained in ledger.proto.
    """

    system_bytes: int | None = None
    system_packets: int | None = None
    attributed_bytes: int = 0
    attributed_packets: int = 0
    unattributed: tuple[LedgerReason, ...] = ()
    link_header_bytes: int = 0
    non_ip_bytes: int = 0
    non_ip_packets: int = 0
    merged_packets: int = 0
    merged_header_bytes: int = 0
    dropped_packets: int = 0
    difference_bytes: int = 0
    difference_packets: int = 0

    @property
    def unattributed_bytes(self) -> int:
        """IP bytes without an owner, whatever the reason."""
        return sum(each.byte_count for each in self.unattributed)

    @property
    def unattributed_packets(self) -> int:
        """Packets without an owner, whatever the reason."""
        return sum(each.packet_count for each in self.unattributed)

    @property
    def countable_bytes(self) -> int:
        """Bytes that could have an owner: captured IP bytes, and what the system counts beyond all that is explained.

        What carries a tunnel is left out: it has its owners inside. So is what the kernel answered by itself: no
        process has a part in it. What was captured beyond the system's count takes nothing away.
        """
        ownable = sum(each.byte_count for each in self.unattributed if each.reason not in _NEVER_OWNED)
        return self.attributed_bytes + ownable + max(0, self.difference_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceLedger:
    """The account of one interface since its capture began (``since_time``, Unix seconds) and within the last tick."""

    name: str
    total: LedgerSums = field(default_factory=LedgerSums)
    interval: LedgerSums = field(default_factory=LedgerSums)
    interval_seconds: float = 0.0
    since_time: float = 0.0
    remark: str = ""
