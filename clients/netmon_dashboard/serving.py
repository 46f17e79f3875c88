"""What the pages of this process show: set where the server is put together, read by the script that Streamlit runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netmon_dashboard.history.recorder_link import RecorderLink

__all__ = ["Serving", "serve", "serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where browsers get their data: over the live route, or without one (``route`` empty) with the page itself.

    ``recorder``: the way to history; without one there is no page of it.
    ``collector``: path of its socket, None for the usual one.
    ``first_messages``: gives what a tab is sent first, as JSON values; asked with whether rows are
    wanted, and whether domains are.
    """

    route: str
    first_messages: Callable[[bool, bool], list[Any]] | None = None
    recorder: RecorderLink | None = None
    collector: str | None = None


_current: list[Serving] = []


def serve(what: Serving | None) -> None:
    """Show this from the next run of a page on; None: nothing.

    A slot of the module, since Streamlit runs a script by its path and can hand no object to it.
    """
    _current[:] = [] if what is None else [what]


def serving() -> Serving | None:
    """Give what is served; None in a process that ``netmon-dashboard`` did not start."""
    return _current[0] if _current else None
