"""Where a run's packets and owners come from: this machine, or a recording."""

from secrets import token_hex
from typing import Protocol

from netmon.model import Degradation, InterfaceStatus, OwnerWay
from netmon_collector.core.monitor import Monitor
from netmon_collector.finding_state import HelperState


def new_instance_id() -> str:
    """Give the identity of a run."""
    return token_hex(8)


class CaptureRefused(PermissionError):
    """The user may not capture packets."""


class SomethingMissing(RuntimeError):
    """Something that the collector needs is not there; the text says what."""


class OwnersLost(RuntimeError):
    """Nobody finds owners any more, nor can anybody be started who does: only a new run mends that."""


class Source(Protocol):
    """What feeds a monitor. All of it runs in the event loop's thread."""

    @property
    def monitor(self) -> Monitor:
        """The monitor that is fed."""
        ...

    async def open(self) -> None:
        """Open what is needed. ``CaptureRefused``: this user may not."""
        ...

    async def run(self) -> None:
        """Feed the monitor until cancelled."""
        ...

    def now(self) -> float:
        """Monotonic seconds, on the clock of the packets."""
        ...

    def wall_time(self) -> float:
        """Unix seconds where the packets come from: now, or then."""
        ...

    def before_tick(self) -> None:
        """Hand over what waits, right before a tick."""
        ...

    def start(self) -> None:
        """Capture again, after ``stop``."""
        ...

    def stop(self) -> None:
        """Capture nothing, until ``start``."""
        ...

    async def refresh(self) -> tuple[int, int, int]:
        """Look at everything anew; give how many sockets, processes and interfaces there are."""
        ...

    def interfaces(self) -> tuple[InterfaceStatus, ...]:
        """Give the interfaces and the state of their capture."""
        ...

    def owner_ways(self) -> tuple[OwnerWay, ...]:
        """Give the ways of finding owners, best first."""
        ...

    @property
    def helper(self) -> HelperState:
        """The processes beside this one that find owners."""
        ...

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what works less well than it could."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
