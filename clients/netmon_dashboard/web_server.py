"""uvicorn, as the dashboard runs it: one address, quiet, and gone within a second."""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Generator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from netmon_dashboard.doorstep import BACKLOG, DoorstepProtocol

__all__ = ["WebServer"]

_MOST_MESSAGE_BYTES: Final = 65_536
"""The longest message that a tab may send: Streamlit's reruns and our questions are under 2 kB."""

_STRANGERS: Final = frozenset(
    {
        # Of each WebSocket that is refused with a response, as an error of the app, though that response is sent.
        "ASGI callable returned without completing handshake.",
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
    }
)
"""What uvicorn logs of requests that nobody with the link makes: anybody on the machine could fill a log with it."""

SWEEP_TICKS: Final = 100
"""Tenths of a second from one look at connections that do not close to the next."""

_GOODBYE_SECONDS: Final = 0.3
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def is_told(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's log is of this program, not of strangers at its door."""
    return record.msg not in _STRANGERS


class WebServer(uvicorn.Server):
    """Serves an app on sockets that are bound already. ``ready`` is called once pages are answered."""

    def __init__(self, app: ASGIApp, *, port: int, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                port=port,
                loop="asyncio",  # what grpc.aio is made for
                http=DoorstepProtocol,
                backlog=BACKLOG,
                ws="websockets-sansio",
                ws_max_size=_MOST_MESSAGE_BYTES,
                ws_per_message_deflate=False,  # nothing leaves the machine; it would cost more than it saves
                log_config=None,
                access_log=False,  # it would name what is looked at
                proxy_headers=False,  # nobody may say in a header that he is another
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready
        self._closing: set[object] = set()
        logging.getLogger("uvicorn.error").addFilter(is_told)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; a tab that does not answer the goodbye of its WebSocket is cut."""
        asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, self._cut)
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Do what is due ten times a second; tell whether to end."""
        if counter % SWEEP_TICKS == 0:
            self._cut_frozen()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take a signal as the wish to end. uvicorn would raise it once more at the end, and die of it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _cut_frozen(self) -> None:
        """Cut what was closing at the last sweep already.

        asyncio closes a connection once what was written has left. A tab that is frozen takes nothing, so it would keep
        its buffers for as long as it lives.
        """
        closing = {each for each in self.server_state.connections if each.transport.is_closing()}
        for connection in closing:
            if connection in self._closing:
                connection.transport.abort()
        self._closing = set(closing)

    def _cut(self) -> None:
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
