"""A connection that has not yet said what it speaks."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from netmon.serving.credentials import Credentials
from netmon.serving.preface import PREFACE_BYTES, may_be_preface

_AGAIN_SECONDS: Final = 0.02


class Arrival:
    """Waits for the first bytes of HTTP/2. What says something else, or nothing in time, is closed."""

    __slots__ = ("_again", "_deadline", "_dropped", "_heard", "_loop", "_pass_on", "client", "who")

    def __init__(
        self,
        client: socket.socket,
        who: Credentials,
        loop: asyncio.AbstractEventLoop,
        *,
        pass_on: "Callable[[Arrival, bytes], bool]",
        dropped: "Callable[[Arrival], None]",
    ) -> None:
        """``pass_on`` takes the socket and what was heard, or gives False: to be tried again.

        ``dropped`` is called once, in place of that, when the socket was closed.
        """
        self.client = client
        self.who = who
        self._loop = loop
        self._pass_on = pass_on
        self._dropped = dropped
        self._heard = b""
        self._deadline: asyncio.TimerHandle | None = None
        self._again: asyncio.TimerHandle | None = None

    def wait(self, seconds: float) -> None:
        """Wait for so long at the most."""
        self._deadline = self._loop.call_later(seconds, self.drop)
        self._loop.add_reader(self.client, self._hear)

    def drop(self) -> None:
        """Close it."""
        self._leave()
        self.client.close()
        self._dropped(self)

    def _hear(self) -> None:
        try:
            heard = self.client.recv(PREFACE_BYTES - len(self._heard))
        except BlockingIOError:
            return
        except OSError:
            heard = b""  # reset: gone all the same
        self._heard += heard
        if not heard or not may_be_preface(self._heard):
            self.drop()
        elif len(self._heard) == PREFACE_BYTES:
            self._loop.remove_reader(self.client)
            self._try_on()

    def _try_on(self) -> None:
        self._again = None
        if self._pass_on(self, self._heard):
            self._leave_timers()
        else:
            self._again = self._loop.call_later(_AGAIN_SECONDS, self._try_on)

    def _leave(self) -> None:
        self._leave_timers()
        self._loop.remove_reader(self.client)

    def _leave_timers(self) -> None:
        for timer in (self._deadline, self._again):
            if timer is not None:
                timer.cancel()
