"""A dashboard that this program starts, and ends again."""

from collections.abc import Sequence
from typing import Final

from netmon_cli.own_child import OwnChild

__all__ = ["OwnDashboard"]

_START_SECONDS: Final = 30.0
_LINK: Final = "dashboard  http"
_NOTE: Final = "note "


class OwnDashboard(OwnChild):
    """A dashboard for this time, of the collector at ``socket``."""

    def __init__(self, program: Sequence[str], socket: str) -> None:
        super().__init__("dashboard", [*program, "--socket", socket])

    def wait_for_link(self) -> str:
        """Give the line with its link as soon as it serves. Raise `ChildFailed` if it ends before or takes too long."""
        return self.wait_for(self._link, seconds=_START_SECONDS, exit_words=exit_words)

    def notes(self) -> list[str]:
        """Give what it noted at its start: another port than usual, say."""
        return [line for line in self.lines() if line.startswith(_NOTE)]

    def warnings(self) -> list[str]:
        """Give the last lines that are more than routine; the link, which holds a secret, is none of them."""
        return [line for line in super().warnings() if not line.startswith((_LINK, _NOTE))]

    def _link(self) -> str | None:
        return next((line for line in self.lines() if line.startswith(_LINK)), None)


def exit_words(exit_code: int) -> str:
    """Say how a dashboard ended, and what to do."""
    how = f"It was ended by signal {-exit_code}." if exit_code < 0 else f"It ended with code {exit_code}."
    return f"{how} Start it by hand to see why:  netmon-dashboard"
