"""Who starts helpers, and another one when one has ended: a process that keeps their rights and does nothing else.

The main process has no rights left to start one. This one reads no file, no packet and no word of anybody: on its one
channel a byte asks it to replace the helper, and the end tells that the main process has gone. What took rights to
open (programs in the kernel and their maps) it holds open for each helper, so that a new one knows what the last knew.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final, NamedTuple, NoReturn

from netmon_collector import clock
from netmon_collector.finding.channel import pair

__all__ = ["HANDED_OVER", "REPLACE", "STATE", "Channels", "Keeper"]

REPLACE: Final = b"r"
"""From the main process: the helper does not answer."""

STATE: Final = struct.Struct("=Bi")
"""To the main process: whether there is a helper, and its pid. With one come its two channels."""
HANDED_OVER: Final = 2

RESTART_SECONDS: Final = 0.3
LONGEST_RESTART_SECONDS: Final = 1.2
"""How long the next helper waits, if the last ones ended within `HEALTHY_SECONDS`: longer each time, up to this."""
HEALTHY_SECONDS: Final = 5.0
_NOTICE_SECONDS: Final = 0.05

log = logging.getLogger(__name__)


class Channels(NamedTuple):
    """Both ends of what a helper and the main process talk on: single connections, and listings."""

    lookups: socket.socket
    listings: socket.socket


class Keeper:
    """Runs helpers, one after the other. ``work`` is what one does, with its ends; it never returns."""

    def __init__(self, control: socket.socket, work: Callable[[Channels], NoReturn]) -> None:
        """``control`` is the main process's channel."""
        self._control = control
        self._work = work
        self._pause_seconds = RESTART_SECONDS

    def run(self) -> None:
        """Keep a helper running until the main process has ended."""
        while True:
            begun = clock.monotonic()
            try:
                pid, life = self._start()
            except OSError as error:
                # Too little memory, or too many processes: it may pass, and nobody else can start one.
                log.warning("no process that finds owners can be started (%s); trying on", type(error).__name__)
                if self._is_over_within(LONGEST_RESTART_SECONDS):
                    return
                continue
            is_over = self._watch(pid, life)
            os.close(life)
            os.waitpid(pid, 0)
            # A helper notices too when the main process ends, and may be first.
            if is_over or self._is_over_within(_NOTICE_SECONDS):
                return
            if clock.monotonic() - begun >= HEALTHY_SECONDS:
                self._pause_seconds = RESTART_SECONDS
            log.warning("the process that finds owners has ended; another one is started")
            try:
                self._control.send(STATE.pack(0, pid))
            except OSError:
                return
            if self._is_over_within(self._pause_seconds):
                return
            self._pause_seconds = min(LONGEST_RESTART_SECONDS, self._pause_seconds * 2)

    def _start(self) -> tuple[int, int]:
        """Fork a helper and hand its channels over; give its pid, and what is readable when it has ended.

        Raises OSError, and leaves nothing open, where there is none.
        """
        with contextlib.ExitStack() as opened:
            lookups = pair()
            opened.callback(_close, lookups)
            listings = pair()
            opened.callback(_close, listings)
            life, held = os.pipe()
            opened.callback(os.close, held)
            try:
                pid = os.fork()
            except OSError:
                os.close(life)
                raise
            if pid == 0:
                for end in (lookups[0], listings[0], self._control):
                    end.close()
                os.close(life)
                self._be_helper(Channels(lookups[1], listings[1]))
            try:
                socket.send_fds(self._control, [STATE.pack(1, pid)], [lookups[0].fileno(), listings[0].fileno()])
            except OSError:
                os.kill(pid, signal.SIGKILL)  # the main process has ended: `_watch` sees it too
            return pid, life

    def _be_helper(self, channels: Channels) -> NoReturn:
        code = 1
        try:
            self._work(channels)
        except Exception:
            log.exception("a helper could not begin")
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _watch(self, pid: int, life: int) -> bool:
        """Wait until the helper has ended, or the main process: True."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(life, select.POLLIN)
        while True:
            events = dict(poll.poll())
            if self._control.fileno() in events:
                is_over = not self._heard()
                os.kill(pid, signal.SIGKILL)
                if is_over:
                    return True
            if life in events:
                return False

    def _heard(self) -> bytes:
        try:
            return self._control.recv(1)
        except ConnectionError:
            return b""

    def _is_over_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        until = clock.monotonic() + seconds
        while (left := until - clock.monotonic()) > 0:
            if poll.poll(left * 1000) and not self._heard():
                return True
        return False


def _close(ends: tuple[socket.socket, socket.socket]) -> None:
    for end in ends:
        end.close()
