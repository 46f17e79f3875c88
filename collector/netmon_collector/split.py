"""Two processes out of one that was started by root: a helper that finds owners, and the main process.

The helper reads ``/proc``, and sees neither packets nor clients; the main process sees both, and may open packet
sockets, but neither other processes nor files. Between them is a third, the keeper, which starts helpers. The split
comes first of all, before anything is imported that the helper has no use for.
"""

import gc
import logging
import os
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from netmon_collector.config import Settings
from netmon_collector.finding.channel import pair, send_answer
from netmon_collector.finding.keeper import Channels, Keeper
from netmon_collector.finding.link import HelperFailed, HelperLink
from netmon_collector.finding.proxies import RemoteFinder, RemoteFirstPacketFinder, RemoteForeign, RemoteLister
from netmon_collector.finding.serve import Listings, Lookups, serve
from netmon_collector.host.foreign_sockets import ForeignSockets
from netmon_collector.host.holders import WALK, HolderChoice
from netmon_collector.host.listers import (
    FinderChoice,
    KernelWays,
    build_owner_finder,
    build_socket_lister,
    open_holder_source,
    open_kernel_ways,
)
from netmon_collector.host.ports import FirstPacketFinder, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from netmon_collector.main_drop import IP_FAMILIES, PARTS, MainDrop, watcher_drop
from netmon_collector.priority import hurry_most
from netmon_collector.privileges.capabilities import Capability, effective, needs_bpf
from netmon_collector.privileges.drop import Drop, drop
from netmon_collector.privileges.seccomp import Refusals, refuse_calls
from netmon_collector.privileges.users import User, choose_users

__all__ = ["HelperFailed", "Split", "is_split", "split"]

_SWITCH_SECONDS: Final = 0.0005
"""How long a listing may keep a lookup in the same process waiting at a time; 5 ms is Python's own."""
_MAIN_SWITCH_SECONDS: Final = 0.0001
"""The same in the main process, for the event loop and first packets: half of the sockets that are looked up more than
0.4 ms after their first packet are in TIME_WAIT by then, where 200 a second live for a millisecond."""

HELPER_LIMIT_BYTES: Final = 1 << 30
"""Of the helper's own memory: a machine of a million sockets needs less."""

_READS_PROCESSES: Final = (Capability.DAC_READ_SEARCH, Capability.SYS_PTRACE)

_MAP_COMMANDS: Final = (1, 2, 3, 4, 24, 25, 33)
"""linux/bpf.h: look up, update, delete and walk a map, the first two in batches, and read by an iterator's link."""

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """Who answers in place of this process."""

    lister: RemoteLister
    choice: FinderChoice
    foreign: RemoteForeign


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What the main process has after the split: a way to the helper, and the drop that it still has to make."""

    link: HelperLink
    news: socket.socket
    main_drop: MainDrop

    def meet(self) -> Found:
        """Wait for the helper, which takes as long to begin as this process to import all that it needs.

        Raises `HelperFailed`.
        """
        hello = self.link.start()
        finder = None
        if hello.finder:
            kind = RemoteFirstPacketFinder if hello.sees_packets else RemoteFinder
            finder = kind(self.link, hello, self.news)
        choice = FinderChoice(finder, hello.reason, hello.remedy, hello.untraced_reason)
        return Found(RemoteLister(self.link, hello), choice, RemoteForeign(self.link))


def is_split(settings: Settings) -> bool:
    """Whether a run is made of several processes: on Linux, where it watches this machine and has the rights to part.

    Root has them, and a service that was given them without ever being root.
    """
    if settings.read is not None or not sys.platform.startswith("linux"):
        return False
    return os.geteuid() == 0 or effective() >= {*_READS_PROCESSES, *PARTS}


def split(settings: Settings, *, command_lines_of: int | None) -> Split:
    """Fork whoever finds owners, and give the main process's side. Needs root.

    ``command_lines_of``: as for ``build_socket_lister``. Raises ``OSError``, and ``LookupError`` where no user can be
    chosen.
    """
    user, helper_user = choose_users()
    if os.geteuid():
        user = User(os.geteuid(), os.getegid())  # the service manager has chosen it
    control, keepers_control = pair()
    news, keepers_news = pair()
    gc.freeze()  # what is there now is shared with the helper: no collection shall write to it
    pid = os.fork()
    if pid == 0:
        control.close()
        news.close()
        _be_keeper(_Helper(settings, command_lines_of, helper_user, keepers_news), keepers_control)
    keepers_control.close()
    keepers_news.close()
    sys.setswitchinterval(_MAIN_SWITCH_SECONDS)
    main_drop = watcher_drop(user, captures=settings.is_capturing)
    return Split(link=HelperLink(control, pid), news=news, main_drop=main_drop)


def _be_keeper(helper: "_Helper", control: socket.socket) -> NoReturn:
    code = 1
    try:
        # Signals of a terminal or a service manager go to all: the main process tells when it is over.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        hurry_most()
        helper.prepare()
        gc.freeze()  # so that collections in a helper do not copy what it shares with the keeper
        Keeper(control, helper.run).run()
        code = 0
    except Exception:
        log.exception("owners cannot be found")
    finally:
        sys.stderr.flush()
        os._exit(code)


class _Helper:
    """What a helper is made of: all that takes rights is opened once, for all of them."""

    def __init__(self, settings: Settings, command_lines_of: int | None, user: User, news: socket.socket) -> None:
        self._way = settings.owners
        self._has_packets = settings.is_capturing
        self._command_lines_of = command_lines_of
        self._user = user
        self._news = news
        self._ways = KernelWays(None)
        self._holders: HolderChoice = WALK

    def prepare(self) -> None:
        """Open what takes rights, then give up all that helpers do not need."""
        if self._has_packets:
            self._ways = open_kernel_ways(self._way)
        if self._way != "psutil":
            self._holders = open_holder_source(self._way)
        self._lister()  # for what it imports: later the interpreter's files may be out of reach
        kept = (*_READS_PROCESSES, *((Capability.BPF,) if needs_bpf() else ()))
        drop(Drop(user=self._user, capabilities=kept, refusals=self._refusals(forks=False)))

    def run(self, channels: Channels) -> NoReturn:
        """Be a helper until the main process ends, which its channels tell; without the keeper too."""
        resource.setrlimit(resource.RLIMIT_DATA, (HELPER_LIMIT_BYTES, HELPER_LIMIT_BYTES))
        refuse_calls(self._refusals(forks=True))
        sys.setswitchinterval(_SWITCH_SECONDS)
        lister = self._lister()
        choice = FinderChoice(None)
        if self._has_packets:
            choice = build_owner_finder(self._way, self._ways, command_lines_of=self._command_lines_of)
        finder = choice.finder
        hello = (
            *(finder.name if finder is not None else "", finder is not None and finder.tells_sockets),
            *(isinstance(finder, FirstPacketFinder), choice.is_told_of_tcp),
            *(choice.reason, choice.remedy, choice.untraced_reason, lister.name),
            tuple((way.name, way.in_use, way.reason) for way in lister.holder_ways),
        )
        send_answer(channels.listings, hello)
        lookups = Lookups(choice, channels.lookups, self._news)
        foreign = ForeignSockets(ProcessTable(ProcProcessReader()))
        serve(lookups, Listings(lister, foreign, channels.listings, lookups.listing_begins))
        raise AssertionError("who serves never returns")

    def _lister(self) -> SocketLister:
        return build_socket_lister(self._way, self._holders, command_lines_of=self._command_lines_of)

    def _refusals(self, *, forks: bool) -> Refusals:
        return Refusals(forks=forks, families=IP_FAMILIES, bpf_commands=_MAP_COMMANDS)
