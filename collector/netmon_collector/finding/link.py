"""The main process's side of the helper: asks it, notices when it has ended, and takes on the next one.

Lookups and `look` belong to the event loop's thread, which waits for a moment only; listings to the thread that lists;
`tell` to whoever has something to tell.
"""

import errno
import logging
import os
import socket
import threading
from typing import Final, NamedTuple

from netmon.model import Degradation, ProcessCost
from netmon_collector import clock
from netmon_collector.finding.channel import Answer, receive_answer, wait_at_most
from netmon_collector.finding.keeper import HANDED_OVER, REPLACE, STATE
from netmon_collector.finding.lookup_channel import LookupChannel
from netmon_collector.finding_state import HELPER_IS_DOWN

__all__ = ["Hello", "HelperFailed", "HelperGone", "HelperLink"]

START_SECONDS: Final = 20.0
LISTING_SECONDS: Final = 30.0
LONG_LISTING_SECONDS: Final = 1.0
"""After so long a listing's helper is asked whether it is alive."""
TOLD_SECONDS: Final = 60.0
"""How long it is said that there was a new helper."""

_FAULTS: Final = (OSError, ValueError, EOFError, TypeError)
"""What a channel gives when the other side has ended, and marshal for what is none of it."""

CODE_RESTARTED: Final = "owners.helper_restarted"
CODE_KEEPER: Final = "owners.keeper"
_DOWN: Final = Degradation(
    code=HELPER_IS_DOWN,
    text="The process that finds owners has ended: until the next one answers, connections stay without an owner.",
)
_UNKEPT: Final = Degradation(
    code=CODE_KEEPER,
    text="The process that would start another one to find owners has ended: they are found until this one ends too.",
    remedy="Restart netmon-collector.",
)
_LOST: Final = Degradation(
    code=HELPER_IS_DOWN,
    text="The processes that find owners have ended for good: connections stay without an owner.",
    remedy="Restart netmon-collector.",
)


log = logging.getLogger(__name__)


class HelperFailed(RuntimeError):
    """There never was a helper that answered."""


class HelperGone(OSError):
    """The helper has ended, or does not answer."""

    def __init__(self) -> None:
        super().__init__(errno.EPIPE, "the process that finds owners has ended")


class Hello(NamedTuple):
    """What a helper says first: how it finds owners."""

    finder: str
    is_told: bool
    sees_packets: bool
    is_told_of_tcp: bool
    reason: str
    remedy: str
    untraced_reason: str
    lister: str
    ways: tuple[tuple[str, bool, str], ...]


class HelperLink:
    """Channels to the helper that there is at the moment."""

    def __init__(self, control: socket.socket, keeper_pid: int) -> None:
        """Talk to the keeper on ``control``; ``start`` waits for its first helper."""
        self._control = control
        self._keeper_pid = keeper_pid
        self._helper_pid = 0
        self._lookups: LookupChannel | None = None
        self._listings: socket.socket | None = None
        self._next_listings: socket.socket | None = None
        self._listing_since: float | None = None
        self._handing = threading.Lock()
        self._telling = threading.Lock()
        self._is_kept = True
        self._restarted_at: float | None = None
        self._restart_count = 0
        self._cpu_before = 0.0
        self.cpu_seconds = 0.0
        """Of all helpers until now."""
        self._resident_bytes = 0
        self._keeper_cost = (0.0, 0)
        self.generation = 0
        """Which helper looks up; its answers refer to what the same one has answered before."""
        self.listing_generation = 0
        """Which helper lists, for the thread that lists."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes beside the main one."""
        return tuple(pid for pid in (self._keeper_pid, self._helper_pid) if pid)

    @property
    def is_up(self) -> bool:
        """Whether there is a helper, as far as is known."""
        return self._lookups is not None

    @property
    def is_lost(self) -> bool:
        """Whether there is no helper, and nobody who could start one."""
        return not self._is_kept and not self.is_up

    def start(self) -> Hello:
        """Wait for the first helper, and for what it says. Raises `HelperFailed`."""
        self._control.settimeout(START_SECONDS)
        try:
            while not self.is_up and self._is_kept:
                self._hear()
            self._control.setblocking(False)  # noqa: FBT003 -- the library's own signature
            return Hello(*receive_answer(self._current_listings()))
        except _FAULTS as error:
            raise HelperFailed("the process that finds owners did not start; the log has more") from error

    def look(self) -> bool:
        """Take note of helpers that have ended, hang, or begun; give whether there is one."""
        while self._is_kept:
            try:
                self._hear()
            except BlockingIOError:
                break
        if not self._is_kept:
            self._reap()
        self._check(clock.monotonic())
        return self.is_up

    def degraded(self) -> tuple[Degradation, ...]:
        """Say what became of the helper, if that is worth a word."""
        self.look()
        if self.is_lost:
            return (_LOST,)
        if not self.is_up:
            return (_DOWN,)
        if not self._is_kept:
            return (_UNKEPT,)
        if self._restarted_at is None or clock.monotonic() - self._restarted_at >= TOLD_SECONDS:
            return ()
        times = "once" if self._restart_count == 1 else f"{self._restart_count} times"
        text = f"The process that finds owners has ended and was started again ({times} in this run)."
        return (Degradation(code=CODE_RESTARTED, text=text),)

    def ask(self, request: bytes) -> Answer:
        """Ask for a lookup, and wait a moment for the answer. Raises `HelperGone`, and `AnswerOwed`."""
        channel = self._talking()
        try:
            return channel.ask(request, clock.monotonic())
        except _FAULTS as error:
            self._lose(is_hung=isinstance(error, BlockingIOError))
            raise HelperGone from error

    def late(self) -> Answer | None:
        """Give the answer that is owed; None: it has not come. Raises `HelperGone`."""
        channel = self._talking()
        try:
            return channel.late()
        except _FAULTS as error:
            self._lose()
            raise HelperGone from error

    def tell(self, request: bytes) -> None:
        """Send what has no answer, from any thread.

        Raises `HelperGone`, which the loop's thread notices by itself; ``BlockingIOError`` where the helper does not
        keep up.
        """
        with self._telling:
            if self._lookups is None:
                raise HelperGone
            try:
                self._lookups.tell(request)
            except BlockingIOError:
                raise
            except OSError as error:
                raise HelperGone from error

    def ask_listing(self, request: bytes) -> Answer:
        """Ask for a listing, from the thread that lists, and wait for the answer. Raises `HelperGone`."""
        listings = self._current_listings()
        self._listing_since = clock.monotonic()
        try:
            listings.send(request)
            return receive_answer(listings)
        except _FAULTS as error:
            listings.close()
            self._listings = None
            if isinstance(error, BlockingIOError):
                self._replace()
            raise HelperGone from error
        finally:
            self._listing_since = None

    def used(self, cpu_seconds: float) -> None:
        """Take note of what this helper has used so far."""
        self.cpu_seconds = self._cpu_before + cpu_seconds

    def note_costs(self, resident_bytes: int, keeper_cost: tuple[float, int]) -> None:
        """Take note of the helper's memory, and of the keeper's CPU seconds and memory, as of a listing."""
        self._resident_bytes = resident_bytes
        self._keeper_cost = keeper_cost

    @property
    def costs(self) -> tuple[ProcessCost, ...]:
        """Of each process beside the main one that runs."""
        cpu_seconds, resident_bytes = self._keeper_cost
        both = (
            ProcessCost(
                role="helper",
                pid=self._helper_pid,
                cpu_seconds=self.cpu_seconds,
                resident_bytes=self._resident_bytes,
            ),
            ProcessCost(role="keeper", pid=self._keeper_pid, cpu_seconds=cpu_seconds, resident_bytes=resident_bytes),
        )
        return tuple(cost for cost in both if cost.pid)

    def close(self) -> None:
        """Let go: the helper ends, and who keeps it. A listing that waits fails."""
        self._lose()
        with self._handing:
            waiting, self._next_listings = self._next_listings, None
        listings = self._listings
        if waiting is not None:
            waiting.close()
        if listings is not None:
            _shut_down(listings)  # wakes whoever waits there
            listings.close()
        self._control.close()
        self._is_kept = False

    # The keeper's word.

    def _hear(self) -> None:
        """Take one message of the keeper's. Raises what the socket raises where there is none."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, STATE.size, HANDED_OVER)
        except (BlockingIOError, TimeoutError):
            raise
        except OSError:
            data, descriptors = b"", []
        if not data:
            # A helper outlives its keeper, and finds owners on. It ends when its channels do.
            self._is_kept = False
            log.warning("the process that starts those that find owners has ended: nobody can start another one")
            return
        is_there, pid = STATE.unpack(data)
        if not is_there:
            self._lose()
            return
        channels = [socket.socket(fileno=one) for one in descriptors]
        if len(channels) < HANDED_OVER:
            self._decline(channels)
            return
        self._adopt(pid, *channels)

    def _decline(self, channels: list[socket.socket]) -> None:
        """Leave a helper that came without all of its channels: it ends, and another one follows."""
        log.warning("the process that finds owners cannot be reached: this one has no room for another descriptor")
        for channel in channels:
            channel.close()
        self._lose()

    def _adopt(self, pid: int, lookups: socket.socket, listings: socket.socket) -> None:
        self._lose()
        self._helper_pid = pid
        self._lookups = LookupChannel(lookups)
        wait_at_most(listings, LISTING_SECONDS)
        self._cpu_before = self.cpu_seconds
        self.generation += 1
        if self.generation > 1:
            self._restart_count += 1
            self._restarted_at = clock.monotonic()
        with self._handing:
            waiting, self._next_listings = self._next_listings, listings
        if waiting is not None:
            waiting.close()

    def _reap(self) -> None:
        """Let the keeper go that has ended: it is a child of this process."""
        try:
            is_gone = not self._keeper_pid or os.waitpid(self._keeper_pid, os.WNOHANG)[0]
        except ChildProcessError:
            is_gone = True
        if is_gone:
            self._keeper_pid = 0

    def _check(self, now: float) -> None:
        """Give up a helper that does not answer, also where only the thread that lists waits for it."""
        channel, since = self._lookups, self._listing_since
        if channel is None:
            return
        try:
            if since is not None and now - since >= LONG_LISTING_SECONDS:
                channel.ping(now)
            if channel.has_ended:
                self._lose()
            elif channel.is_hanging(now):
                self._lose(is_hung=True)
        except _FAULTS as error:
            self._lose(is_hung=isinstance(error, BlockingIOError))

    def _talking(self) -> LookupChannel:
        if self._lookups is None:
            self.look()
        if self._lookups is None:
            raise HelperGone
        return self._lookups

    def _lose(self, *, is_hung: bool = False) -> None:
        with self._telling:
            if self._lookups is not None:
                self._lookups.close()
                self._lookups = None
        self._helper_pid = 0
        if is_hung:
            self._replace()

    def _replace(self) -> None:
        try:
            self._control.send(REPLACE)
        except OSError:
            return  # it has ended, or knows already

    def _current_listings(self) -> socket.socket:
        with self._handing:
            fresh, self._next_listings = self._next_listings, None
        if fresh is not None:
            if self._listings is not None:
                self._listings.close()
            self._listings = fresh
            self.listing_generation += 1
            if self.listing_generation > 1:
                self._skip_hello(fresh)
        if self._listings is None:
            raise HelperGone
        return self._listings

    def _skip_hello(self, fresh: socket.socket) -> None:
        """A later helper finds owners as the first one does."""
        try:
            receive_answer(fresh)
        except _FAULTS as error:
            fresh.close()
            self._listings = None
            raise HelperGone from error


def _shut_down(channel: socket.socket) -> None:
    try:
        channel.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side has gone
