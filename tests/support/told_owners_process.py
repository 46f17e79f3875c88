"""A keeper with helpers, as the collector has them but for rights and the machine: what they find is told."""

import os
import signal
import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from netmon.model import OwnerConfidence, OwnerMethod, OwnerWay, Process, Protocol
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.core.sockets import ForeignPlace, ForeignScan, SocketRow, SocketScan
from netmon_collector.finding.channel import pair, send_answer
from netmon_collector.finding.keeper import Channels, Keeper
from netmon_collector.finding.link import HelperLink
from netmon_collector.finding.lookup_channel import AnswerOwed
from netmon_collector.finding.proxies import RemoteFinder
from netmon_collector.finding.serve import Listings, Lookups, serve
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import Answers, ForeignListing, Listing
from tests.support.waiting import wait_for

KEY = FlowKey(Protocol.TCP, 6, bytes(4), 1000, b"\xc6\x12\0\2", 80)
HANGS = 1
"""A question about this remote port is never answered."""
LEFT_OUT = 2
"""One about this remote port is not looked into."""
REFUSED = 3
"""The listing whose socket would have this port is refused by the system: the second one anew."""


def found_process(pid: int) -> Process:
    return Process(id=f"b-{pid}", pid=pid, start_time=1.0, name="found")


class ToldFinder:
    """Says of each connection that the process with its remote port's number has it; of first packets when asked."""

    name = "told"
    is_told_of_tcp = False
    later_seconds = rest_seconds = 0.0

    def __init__(self, wake: int = -1) -> None:
        self._wake = wake
        self.tells_sockets = wake >= 0
        self.left_out_count = 0
        self._seen = 0

    def fileno(self) -> int:
        return self._wake

    def hear(self, now: float, now_wall: float) -> int:
        return len(os.read(self._wake, 100)) if self._wake >= 0 and readable(self._wake) else 0

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        while any(question.key.remote_port == HANGS for question in questions):
            signal.pause()
        asked = tuple(question for question in questions if question.key.remote_port != LEFT_OUT)
        people = {question.id: found_process(question.key.remote_port) for question in asked}
        answers = [
            Answer(key, process.id, OwnerMethod.USER, OwnerConfidence.CERTAIN, cookie=self._seen)
            for key, process in people.items()
        ]
        return Answers(answers=tuple(answers), processes=tuple(people.values()), asked=asked)

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        self._seen += len(packets)
        self.left_out_count += 1

    def look_again(self, now: float, now_wall: float) -> float | None:
        return now + 0.01 if self._seen % 2 else None

    def close(self) -> None:
        return


def readable(descriptor: int) -> bool:
    import select  # noqa: PLC0415

    return bool(select.select([descriptor], [], [], 0)[0])


class ToldLister:
    name = "told"
    holder_ways = (OwnerWay(name="task_file", in_use=True),)

    def __init__(self) -> None:
        self._port = 1

    def list_sockets(self, now_wall: float) -> Listing:
        if self._port == REFUSED:
            raise PermissionError(1, "refused")
        row = SocketRow(protocol=Protocol.TCP, local_address=bytes(4), local_port=self._port, process_id="b-1")
        return Listing(scan=SocketScan(rows=(row,), start_time=now_wall), processes=(found_process(1),))

    def forget_caches(self) -> None:
        self._port += 1


class ToldForeign:
    def look(self, now_wall: float, wanted: frozenset[bytes]) -> ForeignListing:
        place = ForeignPlace(rows=(), addresses=wanted)
        return ForeignListing(scan=ForeignScan(places=(place,), start_time=now_wall), processes=())


@dataclass(slots=True)
class HelperProcess:
    """The main process's side; ``wake`` makes the helper hear of something new."""

    link: HelperLink
    keeper_pid: int
    news: socket.socket
    wake: int


def answer_of(link: HelperLink, request: bytes) -> Any:  # noqa: ANN401 -- what marshal knows
    """Ask, and give the answer also where it is late, as it may be on a busy machine."""
    try:
        return link.ask(request)
    except AnswerOwed:
        return wait_for(link.late, seconds=30, what="an answer")


def found_by(finder: RemoteFinder, questions: Sequence[Question]) -> Answers:
    """Ask, and give the answers also where they are late."""
    found = finder.find(questions, 1.0, 2.0)
    if found.asked:
        return found
    return wait_for(lambda: late if (late := finder.find([], 1.0, 2.0)).asked else None, seconds=30, what="answers")


@contextmanager
def helper_process() -> Generator[HelperProcess]:
    """Fork a keeper, and end it."""
    control, theirs = pair()
    news, their_news = pair()
    heard, wake = os.pipe()
    pid = os.fork()
    if pid == 0:
        for end in (control, news):
            end.close()
        os.close(wake)
        be_keeper(theirs, their_news, heard)
    theirs.close()
    their_news.close()
    os.close(heard)
    link = HelperLink(control, pid)
    try:
        yield HelperProcess(link, pid, news, wake)
    finally:
        link.close()
        news.close()
        os.close(wake)
        with suppress(ChildProcessError):  # the link has done it
            os.waitpid(pid, 0)


def be_keeper(control: socket.socket, news: socket.socket, heard: int) -> NoReturn:
    def work(channels: Channels) -> NoReturn:
        send_answer(channels.listings, ("told", True, True, False, "", "", "", "told", (("task_file", True, ""),)))
        lookups = Lookups(FinderChoice(ToldFinder(heard)), channels.lookups, news)
        serve(lookups, Listings(ToldLister(), ToldForeign(), channels.listings, lookups.listing_begins))
        raise AssertionError("who serves never returns")

    try:
        Keeper(control, work).run()
    finally:
        os._exit(0)
