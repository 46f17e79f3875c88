"""Each interface's own counters, held against what became of its packets here: the ledger.

The system's count begins when the capture of the interface does, goes on from reading to reading, and waits while the
capture is closed. Where a reading is missing (the interface went away between two of them), the difference says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from netmon.model import InterfaceLedger, LedgerReason, LedgerSums
from netmon_collector.core.accounting import Accountant
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.flow import Route
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.interface_sums import InterfaceSums
from netmon_collector.core.ledger import EARLIER_INTERFACES

__all__ = ["InterfaceBooks", "LinkCounters"]

MERGED_HEADER_BYTES: Final = range(40, 115)
"""Headers that a packet loses when it is merged into another: IP and TCP (40 without options and link header), up to
Ethernet with a tag, IPv6 and TCP with options (18 + 40 + 56)."""

MERGED_SHARE: Final = 200
"""Fewer missing packets than one in so many may as well be some that are still on their way through the ring."""


class LinkCounters(NamedTuple):
    """What the system counted on an interface so far, sent and received together.

    ``opening`` is a number of the open capture handle: another one begins another count. ``has_link_header``: whether
    the system's bytes hold link headers, which on loopback they do not (drivers/net/loopback.c counts behind
    eth_type_trans()).
    """

    interface: str
    opening: int
    byte_count: int
    packet_count: int
    has_link_header: bool = True


@dataclass(slots=True, kw_only=True)
class _Counted:
    """The system's side of one interface, over all its handles."""

    since_time: float
    has_link_header: bool
    byte_count: int = 0
    packet_count: int = 0
    interval_byte_count: int = 0
    interval_packet_count: int = 0
    was_reset: bool = False

    def add(self, byte_count: int, packet_count: int) -> None:
        self.byte_count += byte_count
        self.packet_count += packet_count
        self.interval_byte_count += byte_count
        self.interval_packet_count += packet_count

    def begin_interval(self) -> None:
        self.interval_byte_count = self.interval_packet_count = 0

    def join(self, other: "_Counted") -> None:
        self.since_time = min(self.since_time, other.since_time)
        self.byte_count += other.byte_count
        self.packet_count += other.packet_count
        self.interval_byte_count += other.interval_byte_count
        self.interval_packet_count += other.interval_packet_count
        self.was_reset = self.was_reset or other.was_reset


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """One interface's figures over one window, before they are held against each other."""

    system: tuple[int, int] | None
    """Bytes and packets."""
    captured_bytes: int
    captured_packets: int
    unattributed: tuple[LedgerReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """What stands beside an interface's IP packets since the start."""

    non_ip_packets: int = 0
    non_ip_bytes: int = 0
    dropped_packets: int = 0

    def since(self, before: "_Outside") -> "_Outside":
        return _Outside(
            non_ip_packets=self.non_ip_packets - before.non_ip_packets,
            non_ip_bytes=self.non_ip_bytes - before.non_ip_bytes,
            dropped_packets=max(0, self.dropped_packets - before.dropped_packets),
        )

    def plus(self, other: "_Outside") -> "_Outside":
        return _Outside(
            non_ip_packets=self.non_ip_packets + other.non_ip_packets,
            non_ip_bytes=self.non_ip_bytes + other.non_ip_bytes,
            dropped_packets=self.dropped_packets + other.dropped_packets,
        )


@dataclass(slots=True, kw_only=True)
class _Folded:
    """What interfaces that were summed up leave beside their counts: each had a link header of its own."""

    header_bytes: int = 0
    interval_header_bytes: int = 0
    dropped_packets: int = 0


@dataclass(slots=True)
class InterfaceBooks:
    """Both sides of all interfaces."""

    _counted: dict[str, _Counted] = field(default_factory=dict[str, _Counted])
    _readings: dict[int, LinkCounters] = field(default_factory=dict[int, LinkCounters])
    _before: dict[str, _Outside] = field(default_factory=dict[str, _Outside])
    _folded: _Folded = field(default_factory=_Folded)
    _folded_drops: dict[str, int] = field(default_factory=dict[str, int])
    """Of each folded name, how many of its packets had been dropped by then."""

    def add(self, rows: Iterable[LinkCounters], wall_time: float) -> None:
        """Take a reading of all interfaces whose capture is open; the first of a handle is its baseline."""
        readings = {row.opening: row for row in rows}
        for opening, row in readings.items():
            counted = self._counted.get(row.interface)
            if counted is None:
                counted = _Counted(since_time=wall_time, has_link_header=row.has_link_header)
                self._counted[row.interface] = counted
            before = self._readings.get(opening)
            if before is None:
                continue
            byte_count, packet_count = row.byte_count - before.byte_count, row.packet_count - before.packet_count
            if byte_count < 0 or packet_count < 0:
                counted.was_reset = True  # the driver was restarted
            else:
                counted.add(byte_count, packet_count)
        self._readings = readings

    def begin_interval(self) -> None:
        """Begin a new interval."""
        self._folded.interval_header_bytes = 0
        for counted in self._counted.values():
            counted.begin_interval()

    def fold_silent(self, book: FlowBook, drops: Mapping[str, CaptureCounts]) -> None:
        """Sum up the longest silent interfaces under one name, on both sides, if there are too many.

        Both sides stay what they were in sum. Only right after the book's ``collect``.
        """
        open_names = {row.interface for row in self._readings.values()}
        names = book.silent_interfaces(self._counted, open_names or None)
        if not names:
            return
        # Of a name that capture has forgotten too, a later count begins at 0.
        self._folded_drops = {name: count for name, count in self._folded_drops.items() if name in drops}
        for name in names:
            self._fold(name, book, drops)
        book.fold_interfaces(names)

    def _fold(self, name: str, book: FlowBook, drops: Mapping[str, CaptureCounts]) -> None:
        sums = book.ledger.interfaces.get(name) or InterfaceSums()
        counted = self._counted.pop(name, None)
        header_bytes = _header_bytes(name, counted, book.accountant)
        folded = self._folded
        folded.header_bytes += (sums.sent_packets + sums.received_packets) * header_bytes
        interval_packets = sums.interval_sent_packets + sums.interval_received_packets
        folded.interval_header_bytes += interval_packets * header_bytes
        if name in drops:
            folded.dropped_packets += self._dropped(name, drops)
            self._folded_drops[name] = drops[name].kernel_dropped_packets
        earlier = self._before.get(EARLIER_INTERFACES, _Outside())
        self._before[EARLIER_INTERFACES] = earlier.plus(self._before.pop(name, _Outside()))
        if counted is not None:
            blank = _Counted(since_time=counted.since_time, has_link_header=True)
            self._counted.setdefault(EARLIER_INTERFACES, blank).join(counted)

    def statement(
        self, book: FlowBook, drops: Mapping[str, CaptureCounts], interval_seconds: float, wall_time: float
    ) -> tuple[InterfaceLedger, ...]:
        """Give both sides of each interface, by name, before the interval is begun anew."""
        names = sorted({*self._counted, *book.ledger.interfaces})
        outside = {name: self._outside(name, book.accountant, drops) for name in names}
        rows = tuple(self._account(name, book, outside[name], interval_seconds, wall_time) for name in names)
        self._before = outside
        return rows

    def _outside(self, name: str, accountant: Accountant[Route], drops: Mapping[str, CaptureCounts]) -> _Outside:
        packets, byte_count = accountant.non_ip(name)
        unreadable_packets, unreadable_bytes = accountant.unreadable(name)
        dropped = self._dropped(name, drops)
        counted = self._counted.get(name)
        if counted is not None and not counted.has_link_header:
            # The filter of a loopback's handle lets each packet through once, and the system counts it twice.
            dropped, packets, byte_count = 2 * dropped, 2 * packets, 2 * byte_count
            unreadable_packets, unreadable_bytes = 2 * unreadable_packets, 2 * unreadable_bytes
        return _Outside(
            non_ip_packets=packets + unreadable_packets,
            non_ip_bytes=byte_count + unreadable_bytes,
            dropped_packets=dropped,
        )

    def _dropped(self, name: str, drops: Mapping[str, CaptureCounts]) -> int:
        if name == EARLIER_INTERFACES:
            return self._folded.dropped_packets
        return drops[name].kernel_dropped_packets - self._folded_drops.get(name, 0) if name in drops else 0

    def _account(
        self, name: str, book: FlowBook, outside: _Outside, interval_seconds: float, wall_time: float
    ) -> InterfaceLedger:
        counted = self._counted.get(name)
        sums = book.ledger.interfaces.get(name) or InterfaceSums()
        header_bytes = _header_bytes(name, counted, book.accountant)
        folded = self._folded if name == EARLIER_INTERFACES else _Folded()
        window = _total(counted, sums)
        total = _closed(window, outside, window.captured_packets * header_bytes + folded.header_bytes)
        window = _interval(counted, sums)
        link_header_bytes = window.captured_packets * header_bytes + folded.interval_header_bytes
        before = self._before.get(name, _Outside())
        return InterfaceLedger(
            name=name,
            total=total,
            interval=_closed(window, outside.since(before), link_header_bytes),
            interval_seconds=interval_seconds,
            since_time=wall_time if counted is None else counted.since_time,
            remark=_remark(total, was_reset=counted is not None and counted.was_reset),
        )


def _total(counted: _Counted | None, sums: InterfaceSums) -> _Window:
    return _Window(
        system=None if counted is None else (counted.byte_count, counted.packet_count),
        captured_bytes=sums.sent_bytes + sums.received_bytes,
        captured_packets=sums.sent_packets + sums.received_packets,
        unattributed=tuple(
            LedgerReason(reason=reason, byte_count=amount.byte_count, packet_count=amount.packet_count)
            for reason, amount in sorted(sums.ownerless.items())
            if amount.packet_count
        ),
    )


def _interval(counted: _Counted | None, sums: InterfaceSums) -> _Window:
    return _Window(
        system=None if counted is None else (counted.interval_byte_count, counted.interval_packet_count),
        captured_bytes=sums.interval_sent_bytes + sums.interval_received_bytes,
        captured_packets=sums.interval_sent_packets + sums.interval_received_packets,
        unattributed=tuple(
            LedgerReason(
                reason=reason, byte_count=amount.interval_byte_count, packet_count=amount.interval_packet_count
            )
            for reason, amount in sorted(sums.ownerless.items())
            if amount.interval_packet_count
        ),
    )


def _header_bytes(name: str, counted: _Counted | None, accountant: Accountant[Route]) -> int:
    """Give the link header of a packet in the system's count; 0 for what is folded, where each had its own."""
    has_header = counted is None or counted.has_link_header
    return accountant.link_header_bytes(name) if has_header else 0


def _closed(window: _Window, outside: _Outside, link_header_bytes: int) -> LedgerSums:
    """Close the account of a window: what is missing is told, and what is known to explain it."""
    sums = LedgerSums(
        attributed_bytes=window.captured_bytes - sum(each.byte_count for each in window.unattributed),
        attributed_packets=window.captured_packets - sum(each.packet_count for each in window.unattributed),
        unattributed=window.unattributed,
        link_header_bytes=link_header_bytes,
        non_ip_bytes=outside.non_ip_bytes,
        non_ip_packets=outside.non_ip_packets,
        dropped_packets=outside.dropped_packets,
    )
    if window.system is None:
        return sums
    system_bytes, system_packets = window.system
    missing_bytes = system_bytes - window.captured_bytes - sums.link_header_bytes - sums.non_ip_bytes
    missing_packets = system_packets - window.captured_packets - sums.non_ip_packets - sums.dropped_packets
    is_merged = (
        not outside.dropped_packets
        and missing_packets * MERGED_SHARE > window.captured_packets > 0
        and missing_bytes // missing_packets in MERGED_HEADER_BYTES
    )
    return replace(
        sums,
        system_bytes=system_bytes,
        system_packets=system_packets,
        merged_packets=missing_packets if is_merged else 0,
        merged_header_bytes=missing_bytes if is_merged else 0,
        difference_bytes=0 if is_merged else missing_bytes,
        difference_packets=0 if is_merged else missing_packets,
    )


def _remark(total: LedgerSums, *, was_reset: bool) -> str:
    """Say what explains a difference since the start, as far as it is known."""
    if total.system_bytes is None:
        return "this system tells no counters to hold the sums against"
    if total.merged_packets:
        return "the system merges packets (GRO, GSO) before they can be captured: the headers of the parts are missing"
    if not total.difference_bytes and not total.difference_packets:
        return ""
    if was_reset:
        return "the system's counters began anew meanwhile"
    if total.dropped_packets and total.difference_bytes > 0:
        return "the bytes of the packets that were dropped are part of the difference"
    if total.difference_bytes < 0:
        return "the interface went away before its counters could be read once more, or it counts no link headers"
    return "frames that passed while the capture was being opened or read, or were no IP and longer than is captured"
