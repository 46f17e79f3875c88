"""The helper's work: it answers the main process, two questions at a time, so that no listing delays a first packet."""

import errno
import logging
import os
import select
import socket
import threading
from collections.abc import Callable
from typing import Final

from netmon_collector import clock
from netmon_collector.finding.answers import AnswerWriter, ListingWriter, Plain, write_foreign
from netmon_collector.finding.channel import REQUEST_LIMIT_BYTES, send_answer
from netmon_collector.finding.requests import Kind, Request, decode
from netmon_collector.garbage import GarbageRounds
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import ForeignLister, PatientFinder, SocketLister
from netmon_collector.host.process_cost import NO_COST, read_cost

__all__ = ["Listings", "Lookups", "serve"]

NEWS: Final = b"n"
"""On a channel of its own: a process made or closed a socket, since the last listing began."""

log = logging.getLogger(__name__)


class _MainEnded(Exception):
    """Nobody asks any more."""


class Lookups:
    """Answers for single connections on ``channel``, and tells on ``news`` when something new came. One thread's."""

    def __init__(self, choice: FinderChoice, channel: socket.socket, news: socket.socket) -> None:
        """Nothing is asked of ``choice`` yet."""
        self._finder = choice.finder
        self._first = self._finder if isinstance(self._finder, PatientFinder) else None
        self._channel = channel
        self._news = news
        self._answers = AnswerWriter()
        self._due: float | None = None
        self._hear_again_at: float | None = None
        self._told_news = False
        self._poll = select.poll()

    def listing_begins(self) -> None:
        """What is new from here on is news again. For any thread."""
        self._told_news = False

    def run(self) -> None:
        """Answer until the main process has ended: raises `_MainEnded`. ``ValueError``: it asked what nobody asks."""
        poll = self._poll
        poll.register(self._channel, select.POLLIN)
        heard = self._finder.fileno() if self._finder is not None else -1
        if heard >= 0:
            poll.register(heard, select.POLLIN)
        self._look_again()
        while True:
            events = dict(poll.poll(self._waiting_milliseconds()))
            if self._channel.fileno() in events:
                self._answer(_request(self._channel))
            if heard in events or (self._hear_again_at is not None and self._hear_again_at <= clock.monotonic()):
                self._hear(is_told=heard in events)
            if self._due is not None and self._due <= clock.monotonic():
                self._look_again()

    def _waiting_milliseconds(self) -> float | None:
        due = min((at for at in (self._due, self._hear_again_at) if at is not None), default=None)
        return None if due is None else max(0.0, due - clock.monotonic()) * 1000

    def _answer(self, request: Request) -> None:
        if request.kind is Kind.FIND:
            send_answer(self._channel, (*self._find(request), clock.process_cpu(), *self._first_packets()))
        elif request.kind is Kind.PING:
            send_answer(self._channel, ())
        elif request.kind is Kind.SEE:
            if self._first is not None:
                self._first.see(request.packets, *clock.both())
                self._look_again()
        else:
            raise ValueError("asked on the wrong channel")

    def _find(self, request: Request) -> Plain:
        if self._finder is None:
            return (False, [], [], None)
        self._hear()
        found = self._finder.find(request.questions, *clock.both())
        return self._answers.write(found, request.questions)

    def _first_packets(self) -> tuple[int, bool]:
        """Give how many were left out, and whether those of TCP need not be seen."""
        return (self._first.left_out_count, self._first.is_told_of_tcp) if self._first is not None else (0, False)

    def _hear(self, *, is_told: bool = False) -> None:
        if self._finder is None:
            return
        now, now_wall = clock.both()
        count = self._finder.hear(now, now_wall)
        later = self._finder.later_seconds if count or is_told else 0.0
        if later:
            self._hear_again_at = now + later
        elif self._hear_again_at is not None and self._hear_again_at <= now:
            self._hear_again_at = None
        if self._finder.rest_seconds:
            self._poll.modify(self._finder.fileno(), 0 if later else select.POLLIN)
        if not count or self._told_news or not self._finder.tells_sockets:
            return
        self._told_news = True
        try:
            self._news.send(NEWS, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return  # enough waits there

    def _look_again(self) -> None:
        if self._first is not None:
            self._due = self._first.look_again(*clock.both())


class Listings:
    """Answers with all sockets, on a channel and in a thread of its own."""

    def __init__(
        self, lister: SocketLister, foreign: ForeignLister, channel: socket.socket, begins: Callable[[], None]
    ) -> None:
        """``begins`` is called when a listing begins."""
        self._lister = lister
        self._foreign = foreign
        self._channel = channel
        self._begins = begins
        self._writer = ListingWriter()
        self._keeper_pid = os.getppid()
        self._garbage = GarbageRounds(clock.monotonic(), clock.thread_cpu)

    def run(self) -> None:
        """Answer until the main process has ended, as `Lookups.run` does."""
        while True:
            request = _request(self._channel)
            cpu_before = clock.thread_cpu()
            try:
                answer = self._answer(request)
            except OSError as error:
                answer = ("refused", error.errno or errno.EIO, error.strerror or type(error).__name__)
            except (RuntimeError, UnicodeError) as error:  # what psutil makes of odd lines
                answer = _refused(error)
            costs = (clock.thread_cpu() - cpu_before, read_cost(os.getpid()).resident_bytes, self._read_keeper())
            send_answer(self._channel, (answer, *costs))
            self._garbage.look(clock.monotonic())

    def _read_keeper(self) -> Plain:
        """Give what the keeper has cost: the main process may not read it, and the keeper itself says nothing."""
        return tuple(read_cost(self._keeper_pid) if os.getppid() == self._keeper_pid else NO_COST)

    def _answer(self, request: Request) -> Plain:
        if request.kind is Kind.LIST:
            self._begins()
            if request.is_fresh:
                self._lister.forget_caches()
            try:
                listing = self._lister.list_sockets(clock.wall_time())
            except ValueError as error:  # what psutil makes of odd lines too
                return _refused(error)
            return ("listed", *self._writer.write(listing, self._lister.holder_ways))
        if request.kind is Kind.FOREIGN:
            return ("foreign", *write_foreign(self._foreign.look(clock.wall_time(), request.wanted)))
        raise ValueError("asked on the wrong channel")


def _refused(error: Exception) -> Plain:
    return ("refused", errno.EIO, type(error).__name__)


def serve(lookups: Lookups, listings: Listings) -> None:
    """Answer on both channels until the main process has ended; then end this process, at once.

    So it ends too where a fault shows: who keeps it starts another one, and none of its state is of use to that.
    """
    threading.Thread(target=_to_the_end, args=(listings.run,), name="listings", daemon=True).start()
    _to_the_end(lookups.run)


def _to_the_end(run: Callable[[], None]) -> None:
    code = 1
    try:
        run()
    except (_MainEnded, ConnectionError):
        code = 0
    except Exception:
        log.exception("the helper ends by a fault")
    finally:
        os._exit(code)


def _request(channel: socket.socket) -> Request:
    data = channel.recv(REQUEST_LIMIT_BYTES + 1)
    if not data:
        raise _MainEnded
    return decode(data)
