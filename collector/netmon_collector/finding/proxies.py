"""The ports of ``host/ports.py`` in the main process, with the helper behind them.

What they are told of the time goes no further: the helper does what is asked at its own, later than it was asked.
"""

import itertools
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from netmon.model import OwnerWay
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.questions import Question
from netmon_collector.finding.answers import AnswerReader, ListingReader, read_foreign
from netmon_collector.finding.channel import Answer
from netmon_collector.finding.link import Hello, HelperGone, HelperLink
from netmon_collector.finding.lookup_channel import AnswerOwed
from netmon_collector.finding.requests import (
    FIRST_PACKETS_AT_ONCE,
    QUESTIONS_AT_ONCE,
    WANTED_AT_ONCE,
    encode_find,
    encode_foreign,
    encode_listing,
    encode_see,
)
from netmon_collector.host.first_sockets import FirstSockets
from netmon_collector.host.ports import Answers, ForeignListing, Listing

__all__ = ["RemoteFinder", "RemoteFirstPacketFinder", "RemoteForeign", "RemoteLister"]

_NEWS_BYTES: Final = 16
_NEWS_AT_ONCE: Final = 64
_Answered = tuple[Sequence[Question], Answers]


class _Owed(NamedTuple):
    """What has been asked of a helper that has not answered yet."""

    generation: int
    questions: Sequence[Question]


class RemoteLister:
    """A `SocketLister`; ``list_sockets`` and the ways belong to the thread that lists."""

    def __init__(self, link: HelperLink, hello: Hello) -> None:
        """List by ``link``."""
        self._link = link
        self.name = hello.lister
        self.holder_ways = tuple(OwnerWay(name=name, in_use=used, reason=why) for name, used, why in hello.ways)
        """As of the newest listing."""
        self._reader = ListingReader()
        self._generation = 0
        self._is_fresh = False

    def list_sockets(self, now_wall: float) -> Listing:
        """List the sockets of this network namespace. Raises ``OSError`` where the helper cannot, or is not there."""
        del now_wall
        is_fresh, self._is_fresh = self._is_fresh, False
        answer, cpu_seconds, *costs = self._link.ask_listing(encode_listing(is_fresh=is_fresh))
        _check(answer)
        if self._generation != (generation := self._link.listing_generation):
            self._reader, self._generation = ListingReader(), generation
        listing, self.holder_ways = self._reader.read(answer[1:])
        self._link.note_costs(*costs)
        return Listing(scan=listing.scan, processes=listing.processes, elsewhere_cpu_seconds=cpu_seconds)

    def forget_caches(self) -> None:
        """Have everything read anew in the next listing. For any thread."""
        self._is_fresh = True


class RemoteForeign:
    """A `ForeignLister`, for the thread that lists."""

    def __init__(self, link: HelperLink) -> None:
        """Look by ``link``."""
        self._link = link
        self._skipped = 0

    def look(self, now_wall: float, wanted: frozenset[bytes]) -> ForeignListing:
        """Have other network namespaces looked into. Raises ``OSError`` where the helper cannot, or is not there."""
        del now_wall
        answer, cpu_seconds, *_ = self._link.ask_listing(encode_foreign(self._some(wanted)))
        _check(answer)
        found = read_foreign(answer[1:])
        return ForeignListing(scan=found.scan, processes=found.processes, elsewhere_cpu_seconds=cpu_seconds)

    def _some(self, wanted: frozenset[bytes]) -> list[bytes]:
        """Give as many as one request holds; where there are more, others each time."""
        if len(wanted) <= WANTED_AT_ONCE:
            return list(wanted)
        ordered = sorted(wanted)
        start = self._skipped % len(ordered)
        self._skipped = start + WANTED_AT_ONCE
        return (ordered[start:] + ordered[:start])[:WANTED_AT_ONCE]


class RemoteFinder:
    """An `OwnerFinder`. The helper hears of processes by itself; here it is only told that there was something new."""

    later_seconds = rest_seconds = 0.0

    def __init__(self, link: HelperLink, hello: Hello, news: socket.socket) -> None:
        """``news``: readable when the helper heard of something new, the same for all helpers."""
        self._link = link
        self.name = hello.finder
        self._news = news
        self.tells_sockets = hello.is_told
        self._reader = AnswerReader()
        self._generation = 0
        self._owed: _Owed | None = None
        self._left_out_there = 0
        self._is_told_of_tcp = hello.is_told_of_tcp
        self._untold_count = 0

    @property
    def left_out_count(self) -> int:
        """How many the helper left out, as of its newest answer, and how many it was never told of."""
        return self._left_out_there + self._untold_count

    def fileno(self) -> int:
        """Give the descriptor that is readable when something is new; -1: nobody tells."""
        return self._news.fileno() if self.tells_sockets else -1

    def hear(self, now: float, now_wall: float) -> int:
        """Take what the helper told; give how often it did."""
        del now, now_wall
        if not self.tells_sockets:
            return 0
        count = 0
        while count < _NEWS_AT_ONCE:
            try:
                if not self._news.recv(_NEWS_BYTES, socket.MSG_DONTWAIT):
                    return count
            except OSError:  # nothing more, or nobody there
                return count
            count += 1
        return count

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Have the helper answer, and wait a moment for it.

        What is not looked into, without a helper, by one that is late, or where it would be too much, is not among
        ``asked`` and comes again. An answer that was late comes with one of the next calls.
        """
        del now, now_wall
        parts = list(self._parts(questions))
        asked = tuple(itertools.chain.from_iterable(asked for asked, _ in parts))
        if len(parts) == 1:
            return replace(parts[0][1], asked=asked)
        answers = tuple(itertools.chain.from_iterable(part.answers for _, part in parts))
        processes = {process.id: process for _, part in parts for process in part.processes}
        return Answers(answers=answers, processes=tuple(processes.values()), asked=asked)

    def close(self) -> None:
        """End the helper."""
        self._link.close()
        self._news.close()

    def _parts(self, questions: Sequence[Question]) -> Iterator[_Answered]:
        """Ask as much at a time as a message holds, until there is no helper, or one that is late."""
        yield from self._late()
        for start in range(0, len(questions), QUESTIONS_AT_ONCE):
            some = questions[start : start + QUESTIONS_AT_ONCE]
            try:
                values = self._link.ask(encode_find(some))
            except HelperGone:
                return
            except AnswerOwed as owed:
                if owed.is_asked:
                    self._owed = _Owed(self._link.generation, some)
                return
            yield self._read(values, some)

    def _late(self) -> Iterator[_Answered]:
        """Give the answer that is owed, if it has come."""
        owed, values = self._owed, None
        if owed is None:
            return
        if owed.generation == self._link.generation:
            try:
                values = self._link.late()
            except HelperGone:
                self._owed = None
                return
            if values is None:
                return
        self._owed = None
        if values is not None:
            yield self._read(values, owed.questions)

    def _read(self, values: Answer, questions: Sequence[Question]) -> _Answered:
        *told, cpu_seconds, self._left_out_there, self._is_told_of_tcp = values
        if self._generation != self._link.generation:
            self._reader, self._generation = AnswerReader(), self._link.generation
        self._link.used(cpu_seconds)
        found = self._reader.read(tuple(told), questions)
        return questions if found.asked is None else found.asked, found


class RemoteFirstPacketFinder(RemoteFinder):
    """A `FirstPacketFinder`: the helper looks again by itself, when it is time. Their sockets are asked for here.

    ``see`` belongs to the thread that captures first packets, all else to the event loop's.
    """

    def __init__(self, link: HelperLink, hello: Hello, news: socket.socket) -> None:
        """As a `RemoteFinder`."""
        super().__init__(link, hello, news)
        self._sockets = None if hello.is_told_of_tcp else _open_first_sockets()

    @property
    def is_told_of_tcp(self) -> bool:
        """Whether the helper hears of TCP connections otherwise, as of its newest answer."""
        return self._is_told_of_tcp

    def close(self) -> None:
        """End the helper."""
        super().close()
        if self._sockets is not None:
            self._sockets.close()

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        """Hand first packets over, and wait for nothing; what the helper does not keep up with is left out."""
        del now_wall
        if self._sockets is not None:
            packets = self._sockets.add(packets, now)
        for start in range(0, len(packets), FIRST_PACKETS_AT_ONCE):
            some = packets[start : start + FIRST_PACKETS_AT_ONCE]
            try:
                self._link.tell(encode_see(some))
            except (HelperGone, BlockingIOError):
                self._untold_count += len(some)


def _open_first_sockets() -> FirstSockets | None:
    try:
        return FirstSockets()
    except OSError:
        return None  # the helper asks, as it does for what is not asked here


def _check(answer: tuple[object, ...]) -> None:
    if answer[0] == "refused":
        raise OSError(*answer[1:])
