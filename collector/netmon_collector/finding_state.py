"""What the status tells of processes beside the main one."""

from typing import Final, Protocol

from netmon.model import Degradation, ProcessCost

__all__ = ["HELPER_IS_DOWN", "NO_HELPER", "HelperState"]

HELPER_IS_DOWN: Final = "owners.helper"
"""The code of the degradation that says that nobody finds owners at the moment."""


class HelperState(Protocol):
    """The processes that find owners, where they are others than the main one."""

    @property
    def pids(self) -> tuple[int, ...]:
        """Those that run."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether they have ended, and nobody can start others."""
        ...

    @property
    def costs(self) -> tuple[ProcessCost, ...]:
        """What each of them costs, as far as is known: memory as of the newest listing."""
        ...

    def look(self) -> bool:
        """Take note of those that have ended and begun; give whether owners can be found."""
        ...

    def degraded(self) -> tuple[Degradation, ...]:
        """Say what became of them, if that is worth a word."""
        ...

    def close(self) -> None:
        """End them. May be called twice."""
        ...


class _NoHelper:
    pids: tuple[int, ...] = ()
    is_lost = False
    costs: tuple[ProcessCost, ...] = ()

    def look(self) -> bool:
        return True

    def degraded(self) -> tuple[Degradation, ...]:
        return ()

    def close(self) -> None:
        return


NO_HELPER: Final[HelperState] = _NoHelper()
"""The main process finds owners by itself."""
