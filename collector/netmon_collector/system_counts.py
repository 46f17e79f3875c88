"""The system's counters of the interfaces whose capture is open, for the ledger."""

from collections.abc import Iterable

from netmon_collector.capture.tap import Opening
from netmon_collector.core.interface_ledger import LinkCounters
from netmon_collector.host.link_counters import read_link_counters

__all__ = ["system_counts"]


def system_counts(openings: Iterable[Opening]) -> tuple[LinkCounters, ...]:
    """Read them now; what the system does not count, or has taken away meanwhile, is left out."""
    counts = read_link_counters()
    return tuple(
        LinkCounters(
            interface=opening.interface,
            opening=opening.number,
            byte_count=counts[opening.index][0],
            packet_count=counts[opening.index][1],
            has_link_header=not opening.is_loopback,
        )
        for opening in openings
        if opening.index in counts
    )
