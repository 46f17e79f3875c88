"""First packets to whoever looks up their owners, within a millisecond or two: capture and host meet here."""

from collections.abc import Iterable, Sequence
from typing import Final

from netmon_collector import clock
from netmon_collector.capture.quick_capture import Packet, QuickCapture
from netmon_collector.core.first_packets import FirstPacket, first_packets
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.host.ports import FirstPacketFinder

__all__ = ["TOLD_NO_MORE", "FirstLook"]

TOLD_NO_MORE: Final = "the kernel tells of TCP no more since a processor was turned off"


class FirstLook:
    """Hands first packets to ``finder``, in the thread that captures them; all else belongs to the loop's."""

    def __init__(self, finder: FirstPacketFinder) -> None:
        """Open nothing yet; ``follow`` does."""
        self._finder = finder
        self._quick = QuickCapture(deliver=self._see)
        self._was_told = finder.is_told_of_tcp
        self._addresses: frozenset[bytes] = frozenset()
        self._error = ""

    @property
    def left_out_count(self) -> int:
        """How many connections were not looked up in time, because there were too many at once."""
        return self._finder.left_out_count + self._quick.shed_count

    @property
    def is_told_no_more(self) -> bool:
        """Whether the kernel told of TCP connections and does so no more, so that these are looked up too."""
        return self._was_told and not self._finder.is_told_of_tcp

    @property
    def limits(self) -> str:
        """What this way does not give, in words for people."""
        error = "first packets are not captured any more, the log has more" if self._quick.has_failed else self._error
        if error:
            return f"connections that end within 0.3 s may stay without an owner: {error}"
        others = "but for TCP, " if self._finder.is_told_of_tcp else ""
        words = f"{others}connections that live for a few milliseconds only may stay without an owner"
        words += f"; {self.left_out_count:,} were left out to save CPU" if self.left_out_count else ""
        return f"{words}; {TOLD_NO_MORE}" if self.is_told_no_more else words

    def follow(self, interfaces: Iterable[int], network: LocalNetwork) -> None:
        """Listen on the interfaces with these indexes; ``network``: which addresses are ours."""
        self._addresses = frozenset(local.address for local in network.addresses)
        try:
            self._quick.follow(tuple(interfaces), has_tcp=not self._finder.is_told_of_tcp)
        except OSError as error:
            self._error = f"first packets cannot be captured ({error.strerror or error})"
        else:
            self._error = ""

    def close(self) -> None:
        """Listen no more; ``follow`` begins again."""
        self._quick.close()

    def _see(self, packets: Sequence[Packet]) -> None:
        found: list[FirstPacket] = []
        for data, time in packets:
            found += first_packets(data, time, self._addresses)
        if found:
            self._finder.see(found, *clock.both())
