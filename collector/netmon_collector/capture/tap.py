"""One interface under capture: its handle opens, fails, goes down and comes back, and its counts only grow."""

import contextlib
import errno
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import count
from typing import Protocol

from netmon.model import CaptureState, Drops, InterfaceChange, InterfaceStatus
from netmon_collector.capture.pcap import MAX_PACKETS, RECORD_BYTES, SNAPSHOT_BYTES, LiveHandle
from netmon_collector.capture.ring import ring_bytes
from netmon_collector.core import links
from netmon_collector.core.batch import Batch, CaptureCounts
from netmon_collector.core.interfaces import Choice

FIRST_RETRY_SECONDS = 0.25
MAX_RETRY_SECONDS = 2.0

READS_A_CALL = 4
"""Batches that one wake-up takes at most, so that one busy interface cannot hold up the loop."""

DOWN_LIMIT = 3
"""Times in a row that a read may say that the interface is down; then the handle is dead, and waiting on it would be
a busy loop. Linux says it once (measured)."""

_COUNTER_MASK = 0xFFFFFFFF
"""libpcap's counters are unsigned 32-bit: they wrap after 12 hours of 100,000 packets a second."""

_LINK_TYPE_NAMES = {
    links.NULL: "BSD loopback",
    links.ETHERNET: "Ethernet",
    links.RAW: "raw IP",
    links.RAW_LINKTYPE: "raw IP",
    links.LOOP: "OpenBSD loopback",
    links.LINUX_SLL: "Linux cooked",
    links.LINUX_SLL2: "Linux cooked v2",
    links.PKTAP: "PKTAP",
    links.PKTAP_APPLE: "PKTAP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A handle that is open: of which interface, and a number that no other handle of this run has."""

    interface: str
    index: int
    number: int
    is_loopback: bool


class CaptureHandle(Protocol):
    """What a tap needs of an open capture; the errors are those of ``LiveHandle``."""

    link_type: int

    def fileno(self) -> int:
        """Descriptor to wait on."""
        ...

    def read(self, max_packets: int = MAX_PACKETS) -> tuple[bytes, bytes]:
        """Data and records of a batch, without waiting."""
        ...

    def statistics(self) -> tuple[int, int, int]:
        """Packets received, dropped by the kernel, dropped by the interface; each wraps at 32 bits."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


_openings = count(1)

Opener = Callable[[Choice], CaptureHandle]
"""Opens what was chosen; the errors are those of ``LiveHandle.open``."""


def open_live(choice: Choice) -> LiveHandle:
    """Open a chosen interface through libpcap."""
    facts = choice.facts
    return LiveHandle.open(
        choice.name,
        buffer_bytes=ring_bytes(facts),
        is_loopback=facts is not None and facts.is_loopback,
    )


@dataclass(slots=True, kw_only=True)
class _Counters:
    """Received, dropped by the kernel, dropped by the interface."""

    total: tuple[int, int, int] = (0, 0, 0)
    last: tuple[int, int, int] = (0, 0, 0)

    def follow(self, now_counted: tuple[int, int, int]) -> None:
        """Add what came since the last time."""
        received, dropped, interface_dropped = (
            total + ((new - old) & _COUNTER_MASK)
            for total, new, old in zip(self.total, now_counted, self.last, strict=True)
        )
        self.total = (received, dropped, interface_dropped)
        self.last = now_counted


class Tap:
    """The capture of one interface over all of its ups and downs.

    ``on_change`` is told what becomes of it. ``handle`` is what is open now; whoever waits on its descriptor must let
    go of it in ``before_close``, which is called while the descriptor is still valid.
    """

    def __init__(
        self,
        choice: Choice,
        *,
        opener: Opener,
        before_close: Callable[[CaptureHandle], None],
        on_change: Callable[[str, InterfaceChange], None],
    ) -> None:
        """Make a closed one; ``follow`` opens it."""
        self.name = choice.name
        self.handle: CaptureHandle | None = None
        self.permission_refused = False
        self._choice = choice
        self._opener = opener
        self._before_close = before_close
        self._on_change = on_change
        self._index: int | None = None
        self._opening = 0
        self._state = CaptureState.LEFT_OUT
        self._reason = choice.reason
        self._link_type_name = ""
        self._failure_count = 0
        self._retry_time = 0.0
        self._down_count = 0
        self._counters = _Counters()
        self._last_packet: tuple[int, int] | None = None

    @property
    def index(self) -> int | None:
        """Index of the interface that the handle is open on; None where it is closed or the index is not known."""
        return self._index if self.handle is not None else None

    @property
    def opening(self) -> Opening | None:
        """The open handle; None where it is closed, or where the system numbers no interfaces."""
        if self.handle is None or not self._index:
            return None
        facts = self._choice.facts
        return Opening(
            interface=self.name,
            index=self._index,
            number=self._opening,
            is_loopback=facts is not None and facts.is_loopback,
        )

    def follow(self, choice: Choice, now: float) -> None:
        """Bring the handle in line with ``choice``; ``now`` in monotonic seconds."""
        self._choice = choice
        index = choice.facts.index if choice.facts is not None else None
        if self.handle is not None and index is not None:
            if self._index not in (None, index):  # removed, and another one made with the same name
                self.close()
                self._retry_time = now
            else:
                self._index = index
        if choice.is_down:
            self._go_down(choice.reason)
        elif not choice.capture:
            self.close()
            self.permission_refused = False
            self._state, self._reason = CaptureState.LEFT_OUT, choice.reason
        elif self.handle is None:
            self._open(now)
        else:
            self._come_up(choice.reason)

    def rename(self, name: str) -> CaptureCounts:
        """Go on under another name with counts that begin anew; give those of the old name."""
        counts = self.counts()
        self.name = name
        self._counters = _Counters(last=self._counters.last)
        return counts

    def read(self, max_packets: int = MAX_PACKETS, *, reads: int = READS_A_CALL) -> list[Batch]:
        """Take what waits, up to ``reads`` batches. A handle that fails is closed, to be opened again later."""
        batches: list[Batch] = []
        handle = self.handle
        while handle is not None and len(batches) < reads:
            try:
                data, records = handle.read(max_packets)
            except OSError as error:
                self._fail_read(error)
                break
            if not records:
                break
            self._down_count = 0
            batches.append(
                Batch(
                    interface=self.name,
                    link_type=handle.link_type,
                    data=data,
                    records=records,
                    whole_below=SNAPSHOT_BYTES,
                )
            )
            self._last_packet = _time_of_last(records)
            if len(records) < max_packets * RECORD_BYTES:
                break
        return batches

    def counts(self) -> CaptureCounts:
        """Sums over all handles that this interface had under its present name."""
        self._count()
        received, dropped, interface_dropped = self._counters.total
        return CaptureCounts(
            interface=self.name,
            received_packets=received,
            kernel_dropped_packets=dropped,
            interface_dropped_packets=interface_dropped,
        )

    @property
    def has_failed(self) -> bool:
        """Whether it should capture and cannot, as far as is known without asking."""
        return self._state is CaptureState.FAILED

    def status(self) -> InterfaceStatus:
        """State, for people."""
        counts, facts = self.counts(), self._choice.facts
        return InterfaceStatus(
            name=self.name,
            state=self._state,
            reason=self._reason,
            addresses=tuple(str(ip_address(local.address)) for local in facts.addresses) if facts else (),
            link_type=self._link_type_name,
            last_packet_time=None if self._last_packet is None else self._last_packet[0] + self._last_packet[1] / 1e6,
            drops=Drops(
                received_packets=counts.received_packets,
                kernel_dropped_packets=counts.kernel_dropped_packets,
                interface_dropped_packets=counts.interface_dropped_packets,
            ),
        )

    def close(self) -> None:
        """Close the handle if there is one. The counts stay."""
        if self.handle is None:
            return
        self._shut()
        self._on_change(self.name, InterfaceChange.CLOSED)

    def _shut(self) -> None:
        handle = self.handle
        if handle is None:
            return
        with contextlib.suppress(OSError):  # of a device that is gone, perhaps: then the counts before are the last
            self._counters.follow(handle.statistics())
        self._counters.last = (0, 0, 0)
        self._before_close(handle)
        self.handle = None
        self._index = None
        handle.close()

    def _count(self) -> None:
        if self.handle is None:
            return
        try:
            self._counters.follow(self.handle.statistics())
        except OSError as error:
            self._fail_read(error)

    def _open(self, now: float) -> None:
        if now < self._retry_time:
            return
        try:
            handle = self._opener(self._choice)
        except OSError as error:
            self._fail_open(error, now)
            return
        except ValueError as error:
            # libpcap has no filter for the link type, as for 802.15.4, netlink's and vsock's monitors, and IrDA.
            self._fail_open(OSError(errno.EOPNOTSUPP, str(error)), now)
            return
        self.handle = handle
        self._opening = next(_openings)
        self._index = self._choice.facts.index if self._choice.facts is not None else None
        self._link_type_name = _LINK_TYPE_NAMES.get(handle.link_type, f"type {handle.link_type}")
        self._counters.last = (0, 0, 0)
        self._failure_count = 0
        self._retry_time = 0.0
        self._down_count = 0
        self.permission_refused = False
        self._state, self._reason = CaptureState.CAPTURING, self._choice.reason
        self._on_change(self.name, InterfaceChange.OPENED)

    def _fail_open(self, error: OSError, now: float) -> None:
        self._retry_time = now + min(FIRST_RETRY_SECONDS * 2**self._failure_count, MAX_RETRY_SECONDS)
        self._failure_count = min(self._failure_count + 1, 8)
        self.permission_refused = isinstance(error, PermissionError)
        if error.errno == errno.ENETDOWN:
            self._go_down(str(error.strerror))
        else:
            self._fail(str(error.strerror or error))

    def _fail_read(self, error: OSError) -> None:
        self._down_count += 1
        if error.errno == errno.ENETDOWN and self._down_count <= DOWN_LIMIT:
            # The same handle delivers again when the interface is up. Should it be gone, the next choice has another
            # index, or none.
            self._go_down(str(error.strerror))
        else:
            self._fail(str(error.strerror or error))

    def _fail(self, reason: str) -> None:
        self._shut()
        self._reason = reason
        if self._state is not CaptureState.FAILED:
            self._state = CaptureState.FAILED
            self._on_change(self.name, InterfaceChange.FAILED)

    def _go_down(self, reason: str) -> None:
        self._reason = reason
        if self._state is not CaptureState.DOWN:
            was_open = self._state is CaptureState.CAPTURING
            self._state = CaptureState.DOWN
            if was_open:
                self._on_change(self.name, InterfaceChange.DOWN)

    def _come_up(self, reason: str) -> None:
        self._reason = reason
        if self._state is CaptureState.DOWN:
            self._on_change(self.name, InterfaceChange.UP)
        self._state = CaptureState.CAPTURING


def _time_of_last(records: bytes) -> tuple[int, int]:
    last = memoryview(records)[-RECORD_BYTES:].cast("I")
    return last[0], last[1]
