"""Connections that have not asked for anything yet: few at once, and not for long.

Anybody on this machine can connect to the dashboard's port, with a secret or without. Who says nothing, or half a
request, holds one of the file descriptors that this process may have (1,024 as most systems set it). Without a bound
1,100 such connections kept everybody out for as long as they stood, and asyncio logged 200 kB a second of it.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["BACKLOG", "MOST_SILENT", "DoorstepProtocol"]

MOST_SILENT: Final = 64
"""As many may be silent at once; one more, and the oldest of them goes."""

BACKLOG: Final = 64
"""asyncio takes as many connections in one go before any of them is looked at."""

_SILENT_SECONDS: Final = 5.0


class DoorstepProtocol(H11Protocol):
    """uvicorn's HTTP connection, cut where no whole request comes.

    Of those who have asked only who has the cookie keeps a connection (see ``Guard``), which is uvicorn's to time.
    """

    opened_at: float = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note when it began, and make room."""
        super().connection_made(transport)
        self.opened_at = self.loop.time()
        self.loop.call_later(_SILENT_SECONDS, self.cut_if_silent)
        silent = [each for each in self.connections if isinstance(each, DoorstepProtocol) and each.is_silent]
        if len(silent) > MOST_SILENT:
            min(silent, key=lambda each: each.opened_at).transport.abort()

    @property
    def is_silent(self) -> bool:
        """Whether it has not asked yet. One that became a WebSocket is another protocol's, and not among these."""
        has_asked = self.scope is not None  # pyright: ignore[reportUnnecessaryComparison] -- uvicorn begins with None
        return not has_asked and self in self.connections and not self.transport.is_closing()

    def cut_if_silent(self) -> None:
        """Cut it, where it has not asked by now."""
        if self.is_silent:
            self.transport.abort()
