"""What the service asks of the rest of the recorder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from netmon.model import AlertRule, AlertState, AlertTest, RecorderStatus
from netmon.serving import ControlDesk
from netmon_recorder.store import HistoryStore


class RecorderState(Protocol):
    """How the recorder is."""

    def status(self) -> RecorderStatus:
        """Give its state; the caller is filled in by the service."""
        ...

    async def catch_up(self, until_time: float | None) -> None:
        """Have what was recorded until then (None: now) kept before it is asked for, where that is soon done."""
        ...


class Alerts(Protocol):
    """What is done with rules beyond keeping them. Blocks on the storage."""

    def check(self, rule: AlertRule, now: float) -> None:
        """Raise ValueError, naming the field of the contract, for a rule that makes no sense."""
        ...

    def states(self, now: float) -> tuple[AlertState, ...]:
        """Give all rules, by name, with what became of them."""
        ...

    def test(self, rule: AlertRule, since_time: float | None, until_time: float | None, now: float) -> AlertTest:
        """Give when a rule would have fired. Raises ValueError for a range that is none."""
        ...


class Listeners(Protocol):
    """Rings those who wait for firings."""

    def listen(self) -> "Bell":
        """Lend a bell."""
        ...


class Bell(Protocol):
    """Rung when something fired."""

    async def wait(self, seconds: float) -> bool:
        """Wait for it, so long at the most; give whether it rang."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What HistoryService stands on. ``wall_time`` gives Unix seconds, ``desk`` lets callers control."""

    store: HistoryStore
    alerts: Alerts
    listeners: Listeners
    state: RecorderState
    wall_time: Callable[[], float]
    desk: ControlDesk = field(default_factory=ControlDesk)
