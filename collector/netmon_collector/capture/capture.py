"""All live captures: the handles that match what was chosen."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from netmon.model import InterfaceChange, InterfaceChanged, InterfaceStatus
from netmon_collector import clock
from netmon_collector.capture.pcap import MAX_PACKETS, RECORD_BYTES
from netmon_collector.capture.tap import READS_A_CALL, CaptureHandle, Opener, Opening, Tap, open_live
from netmon_collector.core.batch import Batch, CaptureCounts
from netmon_collector.core.interfaces import Choice

GONE_LIMIT = 256
"""Interfaces that are gone whose counts are kept apart; older ones are summed up under an empty name."""

READ_SECONDS = 0.01
"""One interface may hold up the loop for about this much CPU; what waits then stays in its ring. A packet takes 0.4 us,
the first one of a connection 50 us and more: 16,384 of a flood of SYNs kept every client waiting for a second. A call
takes some ten turns of the loop to be answered, so that with 40 ms it waited for seconds still."""

LEAST_PACKETS = 64
"""In one read, where they take long."""

MOST_RESTING_PACKETS = 1_024
"""Who had more to read at once does not rest. When 100,000 a second come from one moment to the next, a rest of 0.1 s
takes up to 2.3 MB of a ring."""


class Reading(NamedTuple):
    """What was read at once: how many packets, and whether nothing is left in the ring."""

    packets: int
    is_empty: bool

    @property
    def was_little(self) -> bool:
        """Whether the handle may rest. Not with more in its ring, however few were read in their time."""
        return self.is_empty and self.packets <= MOST_RESTING_PACKETS


class Cancellable(Protocol):
    """What the loop is to do later; asyncio's TimerHandle fits."""

    def cancel(self) -> None:
        """Do it not."""
        ...


class ReaderLoop(Protocol):
    """What is needed of an event loop; asyncio's fits."""

    def add_reader(self, fd: int, callback: Callable[[], object], /) -> None:
        """Call ``callback`` whenever ``fd`` is readable."""
        ...

    def remove_reader(self, fd: int, /) -> bool:
        """Stop that."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Cancellable:
        """Call ``callback`` in ``delay`` seconds, once."""
        ...


class Capture:
    """The taps of this machine. Call ``apply`` when interfaces changed and each second.

    It adds its descriptors to ``loop`` and takes them out before it closes them, so that no number that the system
    gave to another file meanwhile is waited on. Each batch goes to ``deliver``.
    """

    def __init__(
        self,
        *,
        loop: ReaderLoop,
        deliver: Callable[[Batch], object],
        opener: Opener = open_live,
        rest_seconds: float = 0.0,
    ) -> None:
        """Open nothing yet. A handle that woke the loop for little does not wake it again for ``rest_seconds``."""
        self._loop = loop
        self._deliver = deliver
        self._opener = opener
        self._taps: dict[str, Tap] = {}
        self._gone: dict[str, CaptureCounts] = {}
        self._changes: list[InterfaceChanged] = []
        self._was_refused = False
        self._packets = MAX_PACKETS
        self._rest_seconds = rest_seconds
        self._resting: dict[int, Cancellable] = {}
        """By descriptor: who waits on it again when its rest is over."""

    def apply(self, choices: Sequence[Choice], now: float) -> None:
        """Open and close handles so that they match; ``now`` in monotonic seconds.

        What fails is tried again in a later call, at most 2 s after the last time. ``PermissionError``: nothing is
        open, because the right to capture is missing; said by the first call that finds out.
        """
        self._follow_renames(choices)
        names = {choice.name for choice in choices}
        for name in [name for name in self._taps if name not in names]:
            self._forget(name)
        for choice in choices:
            tap = self._taps.get(choice.name)
            if tap is None:
                tap = self._taps[choice.name] = self._make_tap(choice)
            before = tap.handle
            tap.follow(choice, now)
            if tap.handle is not None and tap.handle is not before:
                self._wait_on(tap)
        self._taps = {choice.name: self._taps[choice.name] for choice in choices}
        self._check_permission()

    def read_all(self) -> None:
        """Deliver what waits on all interfaces, for instance right before a tick."""
        for tap in list(self._taps.values()):
            self.read(tap)

    def read(self, tap: Tap) -> Reading:
        """Deliver what waits on one interface, for about ``READ_SECONDS`` of CPU."""
        count, is_empty = 0, True
        began = ended = clock.thread_cpu()
        for _ in range(READS_A_CALL):
            begun, wanted = ended, self._packets
            batches = tap.read(wanted, reads=1)
            for batch in batches:
                count += len(batch.records) // RECORD_BYTES
                self._deliver(batch)
            ended = clock.thread_cpu()
            self._adapt(ended - begun)
            is_empty = not batches or len(batches[0].records) < wanted * RECORD_BYTES
            if is_empty or ended - began >= READ_SECONDS:
                break
        return Reading(count, is_empty)

    def _adapt(self, cpu_seconds: float) -> None:
        """Read less at a time where packets take long, and more again where they do not."""
        if cpu_seconds > READ_SECONDS:
            self._packets = max(LEAST_PACKETS, self._packets // 2)
        elif cpu_seconds < READ_SECONDS / 4:
            self._packets = min(MAX_PACKETS, self._packets * 2)

    def counts(self) -> tuple[CaptureCounts, ...]:
        """Give a row an interface, gone ones too; each only grows, and so does the sum of all."""
        rows = dict(self._gone)
        for tap in self._taps.values():
            rows[tap.name] = _sum(tap.name, [row for row in (rows.get(tap.name), tap.counts()) if row is not None])
        return tuple(rows.values())

    def openings(self) -> tuple[Opening, ...]:
        """Give the handles that are open."""
        return tuple(tap.opening for tap in self._taps.values() if tap.opening is not None)

    def states(self) -> tuple[InterfaceStatus, ...]:
        """Give the state of each interface of the last ``apply``, in its order."""
        return tuple(tap.status() for tap in self._taps.values())

    def failures(self) -> tuple[int, int]:
        """Give how many interfaces should be captured and cannot, and how many there are; at each tick."""
        return sum(tap.has_failed for tap in self._taps.values()), len(self._taps)

    def take_changes(self) -> tuple[InterfaceChanged, ...]:
        """Give what became of interfaces since the last call, in order."""
        changes, self._changes = tuple(self._changes), []
        return changes

    def close(self) -> None:
        """Close all handles. ``counts`` stay, and ``apply`` opens them again."""
        for name in list(self._taps):
            self._forget(name)

    def _make_tap(self, choice: Choice) -> Tap:
        return Tap(choice, opener=self._opener, before_close=self._let_go, on_change=self._note)

    def _let_go(self, handle: CaptureHandle) -> None:
        self._loop.remove_reader(handle.fileno())
        if (rest := self._resting.pop(handle.fileno(), None)) is not None:
            rest.cancel()

    def _wait_on(self, tap: Tap) -> None:
        if tap.handle is not None:
            self._loop.add_reader(tap.handle.fileno(), partial(self._wake if self._rest_seconds else self.read, tap))

    def _wake(self, tap: Tap) -> None:
        """Read what woke the loop, and let the handle rest."""
        if self.read(tap).was_little and tap.handle is not None:
            self._loop.remove_reader(tap.handle.fileno())
            self._rest(tap, tap.handle.fileno())

    def _rest(self, tap: Tap, descriptor: int) -> None:
        self._resting[descriptor] = self._loop.call_later(self._rest_seconds, partial(self._end_rest, tap, descriptor))

    def _end_rest(self, tap: Tap, descriptor: int) -> None:
        """Rest on where little came meanwhile: with packets all the time that is one wake-up a rest."""
        del self._resting[descriptor]
        reading = self.read(tap)
        if tap.handle is not None and reading.packets and reading.was_little:
            self._rest(tap, descriptor)
        else:
            self._wait_on(tap)

    def _note(self, name: str, change: InterfaceChange) -> None:
        self._changes.append(InterfaceChanged(name=name, change=change))

    def _follow_renames(self, choices: Sequence[Choice]) -> None:
        """Let an open handle go on under the new name of its interface: the kernel never stopped delivering to it."""
        names = {choice.facts.index: choice.name for choice in choices if choice.facts is not None}
        renamed = [
            tap for tap in self._taps.values() if tap.index is not None and names.get(tap.index, tap.name) != tap.name
        ]
        for tap in renamed:  # all out first: two interfaces may have swapped their names
            del self._taps[tap.name]
        for tap in renamed:
            name = names[tap.index] if tap.index is not None else tap.name
            if name in self._taps:
                self._forget(name)
            self._note(tap.name, InterfaceChange.CLOSED)
            self._keep_counts(tap.rename(name))
            self._note(name, InterfaceChange.OPENED)
            self._taps[name] = tap

    def _forget(self, name: str) -> None:
        tap = self._taps.pop(name)
        tap.close()
        self._keep_counts(tap.counts())

    def _keep_counts(self, counts: CaptureCounts) -> None:
        """Keep the counts of a name that is gone; the oldest are summed up where there are many of them."""
        known = self._gone.pop(counts.interface, None)
        merged = _sum(counts.interface, [row for row in (known, counts) if row is not None])
        if not (merged.received_packets or merged.kernel_dropped_packets or merged.interface_dropped_packets):
            return
        self._gone[counts.interface] = merged
        while len(self._gone) > GONE_LIMIT:
            oldest = next(name for name in self._gone if name)
            rest = [row for row in (self._gone.pop("", None), self._gone.pop(oldest)) if row is not None]
            self._gone[""] = _sum("", rest)

    def _check_permission(self) -> None:
        taps = self._taps.values()
        refused = any(tap.permission_refused for tap in taps) and all(tap.handle is None for tap in taps)
        if refused and not self._was_refused:
            self._was_refused = True
            raise PermissionError("no right to capture packets on any interface")
        self._was_refused = refused


def _sum(name: str, rows: Iterable[CaptureCounts]) -> CaptureCounts:
    rows = tuple(rows)
    return CaptureCounts(
        interface=name,
        received_packets=sum(row.received_packets for row in rows),
        kernel_dropped_packets=sum(row.kernel_dropped_packets for row in rows),
        interface_dropped_packets=sum(row.interface_dropped_packets for row in rows),
    )
