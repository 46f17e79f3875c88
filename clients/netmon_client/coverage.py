"""What the ledger says in a figure and in a line: how much has an owner, how well both sides agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from netmon.model import InterfaceLedger, LedgerSums
from netmon_client.words import reason_words

__all__ = [
    "GOOD_DIFFERENCE_SHARE",
    "AccountLine",
    "account_lines",
    "coverage",
    "difference_share",
    "ledger_words",
    "other_layer_bytes",
]

GOOD_DIFFERENCE_SHARE: Final = 0.005
"""Up to so much of what the system counts a difference is ordinary: frames pass while a capture is opened and read."""

_MOST_NAMES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One line of an interface's account; a count is None where that kind of line has none, or nobody knows it."""

    kind: Literal["system", "owned", "unowned", "other", "dropped", "difference"]
    label: str
    byte_count: int | None
    packet_count: int | None


def other_layer_bytes(sums: LedgerSums) -> int:
    """Give what the system counts that is no IP: link headers, other frames, headers of packets captured as one."""
    return sums.link_header_bytes + sums.non_ip_bytes + sums.merged_header_bytes


def account_lines(sums: LedgerSums) -> tuple[AccountLine, ...]:
    """Give the account as lines: what the system counts, then what it is made of, which adds up to that.

    Where the system tells nothing, nothing is said of a difference.
    """
    reasons = sorted(sums.unattributed, key=lambda part: (-part.byte_count, part.reason))
    other_packets = sums.non_ip_packets + sums.merged_packets
    lines = [
        AccountLine(
            kind="system",
            label="counted by the system",
            byte_count=sums.system_bytes,
            packet_count=sums.system_packets,
        ),
        AccountLine(
            kind="owned", label="with an owner", byte_count=sums.attributed_bytes, packet_count=sums.attributed_packets
        ),
        *(
            AccountLine(
                kind="unowned",
                label=reason_words(part.reason),
                byte_count=part.byte_count,
                packet_count=part.packet_count,
            )
            for part in reasons
        ),
        AccountLine(kind="other", label="other layers", byte_count=other_layer_bytes(sums), packet_count=other_packets),
        AccountLine(kind="dropped", label="dropped", byte_count=None, packet_count=sums.dropped_packets),
    ]
    if sums.system_bytes is not None:
        difference = AccountLine(
            kind="difference",
            label="difference",
            byte_count=sums.difference_bytes,
            packet_count=None if sums.system_packets is None else sums.difference_packets,
        )
        lines.append(difference)
    return tuple(lines)


def coverage(sums: Iterable[LedgerSums]) -> float | None:
    """Give the share of bytes that have an owner, from 0 to 1, of all that could have one; None where there are none.

    What could have one: captured IP bytes, and what the system counts beyond all that is explained (so what was lost
    counts as not covered). Link headers, frames without IP and what the kernel answers by itself belong to nobody.
    """
    listed = tuple(sums)
    countable = sum(each.countable_bytes for each in listed)
    return sum(each.attributed_bytes for each in listed) / countable if countable else None


def difference_share(sums: LedgerSums) -> float:
    """Give what nothing explains as a share of what the system counts; negative where more was captured."""
    return sums.difference_bytes / max(1, sums.system_bytes or 0)


def ledger_words(ledgers: Iterable[InterfaceLedger]) -> str:
    """Say how the sums stand to the system's own counters since the start; empty where nothing was held against them.

    Interfaces that differ come first.
    """
    listed = [each for each in ledgers if each.total.system_bytes is not None]
    listed.sort(key=lambda each: (-abs(difference_share(each.total)), each.name))
    if not listed:
        return ""
    more = f", {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    names = ", ".join(f"{each.name} {_agreement(each.total)}" for each in listed[:_MOST_NAMES])
    return f"against the system's counters: {names}{more}"


def _agreement(sums: LedgerSums) -> str:
    if not sums.difference_bytes:
        return "exact"
    share = difference_share(sums)
    return f"{share:+.2%}" if abs(share) >= 0.0001 else f"{sums.difference_bytes:+,} B"
