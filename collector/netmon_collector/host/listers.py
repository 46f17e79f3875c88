"""Which way of listing sockets this system has."""

import os
import sys
from typing import Final, NamedTuple

from netmon_collector.host.bpf.kernel_holders import KernelHolders
from netmon_collector.host.bpf.kernel_owners import CgroupHeld, KernelOwners
from netmon_collector.host.descriptors import DescriptorWalk
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.holders import HolderChoice
from netmon_collector.host.kernel_finder import KernelFinder
from netmon_collector.host.kernel_story import KernelStory
from netmon_collector.host.perf.kernel_trace import TraceEvents, TraceReader
from netmon_collector.host.ports import FirstPacketFinder, OwnerFinder, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.traced_finder import TracedFinder
from netmon_collector.host.young_processes import YoungProcesses

__all__ = [
    "FinderChoice",
    "KernelWays",
    "build_owner_finder",
    "build_socket_lister",
    "open_holder_source",
    "open_kernel_ways",
    "open_owner_finder",
    "open_socket_lister",
]


_LISTINGS: Final = ("procfs", "psutil")


def open_socket_lister(way: str = "auto", *, command_lines_of: int | None = None) -> SocketLister:
    """Give the best way that this system has: sock_diag, the tables in ``/proc/net``, psutil; or the one asked for.

    ``way``: one of `Settings.owners`; a way that this system does not have falls back to the next.
    ``command_lines_of``: the user whose processes come with their command lines; None: nobody's.
    """
    return build_socket_lister(way, open_holder_source(way), command_lines_of=command_lines_of)


def build_socket_lister(way: str, holders: HolderChoice, *, command_lines_of: int | None = None) -> SocketLister:
    """Give what ``open_socket_lister`` gives, with who tells the holders of sockets; this takes no rights."""
    if way != "psutil" and _is_linux():
        table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of)
        if way != "procfs" and _has_diag():
            return DiagSocketLister(table, choice=holders)
        if os.access("/proc/net/tcp", os.R_OK):
            return ProcSocketLister(table, holders)
    # Here, since psutil takes 6 MB of a helper that has no use for it.
    from netmon_collector.host.psutil_processes import PsutilProcessReader  # noqa: PLC0415
    from netmon_collector.host.psutil_sockets import PsutilSocketLister  # noqa: PLC0415

    return PsutilSocketLister(ProcessTable(PsutilProcessReader(), command_lines_of=command_lines_of))


def open_holder_source(way: str = "auto") -> HolderChoice:
    """Give who tells the holders of sockets: the kernel's list of open files where it may be had, or ``/proc``.

    ``reason`` says why it is not the kernel's list.
    """
    reason = f"left out by --owners {way}"
    if way in ("auto", "ebpf"):
        try:
            return HolderChoice(KernelHolders())
        except FileNotFoundError:
            reason = "this kernel does not tell of its types (BTF)"
        except PermissionError:
            reason = "the right to load it is missing"
        except OSError as error:
            reason = _refusal(error)
        except ValueError as error:
            reason = str(error)
    return HolderChoice(DescriptorWalk(), reason)


class FinderChoice(NamedTuple):
    """Who answers for single connections; or why nobody does, and what would help."""

    finder: OwnerFinder | None
    reason: str = ""
    remedy: str = ""
    untraced_reason: str = ""
    """Why tracepoints are not in use either; empty: they are, or the kernel's programs are."""

    @property
    def is_told_of_tcp(self) -> bool:
        """Whether tracepoints are in use."""
        return isinstance(self.finder, FirstPacketFinder) and self.finder.is_told_of_tcp


class KernelWays(NamedTuple):
    """What takes rights to open and none to go on with: programs in the kernel, and what it tells of processes.

    ``owners`` None: ``reason`` and ``remedy`` tell why. All may be handed to a process that was forked later.
    """

    owners: KernelOwners | None
    events: ProcessEvents | None = None
    reason: str = ""
    remedy: str = ""
    trace: TraceEvents | None = None
    untraced_reason: str = ""


def open_kernel_ways(way: str = "auto") -> KernelWays:
    """Open what the way of finding owners of single connections needs; "procfs" and "psutil" need nothing."""
    if not _is_linux():
        return KernelWays(None, reason="this system has no eBPF")
    if way not in ("auto", "ebpf"):
        reason, remedy = f"left out by --owners {way}", "netmon-collector --owners auto uses it."
        return _without_programs(way, reason, remedy)
    try:
        return KernelWays(KernelOwners())
    except CgroupHeld:
        reason, remedy = "another program holds the root cgroup", "bpftool cgroup tree tells which one."
    except PermissionError:
        reason, remedy = "the right to load it is missing", "Start it as root, outside a container."
    except OSError as error:
        reason, remedy = _refusal(error), ""
    except ValueError as error:
        reason, remedy = str(error), "Start it outside a container."
    return _without_programs(way, reason, remedy)


def open_owner_finder(way: str = "auto", *, command_lines_of: int | None = None) -> FinderChoice:
    """Give who answers for single connections: programs in the kernel where they may be had, tracepoints, or lookups.

    ``reason`` and ``remedy`` tell why it is not the kernel's programs. "procfs" and "psutil" are listings alone.
    """
    return build_owner_finder(way, open_kernel_ways(way), command_lines_of=command_lines_of)


def build_owner_finder(way: str, opened: KernelWays, *, command_lines_of: int | None = None) -> FinderChoice:
    """Give what ``open_owner_finder`` gives, of what is open already; this takes no rights."""
    if opened.owners is not None:
        return FinderChoice(KernelFinder(opened.owners, ProcProcessReader(), command_lines_of=command_lines_of))
    if not _is_linux() or way in _LISTINGS or not _has_diag():
        for unused in (opened.events, opened.trace):
            if unused is not None:
                unused.close()
        return FinderChoice(None, opened.reason, opened.remedy, opened.untraced_reason)
    story, untraced_reason = _open_story(opened)
    diag = DiagFinder(
        SockDiag(),
        YoungProcesses(opened.events if story is None else story),
        ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of),
    )
    if story is None:
        return FinderChoice(diag, opened.reason, opened.remedy, untraced_reason)
    finder = TracedFinder(story, diag, ProcProcessReader(), command_lines_of=command_lines_of)
    return FinderChoice(finder, opened.reason, opened.remedy)


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def _refusal(error: OSError) -> str:
    return f"the kernel refused: {os.strerror(error.errno) if error.errno else type(error).__name__}"


def _without_programs(way: str, reason: str, remedy: str) -> KernelWays:
    """Open what the way needs where there are no programs in the kernel."""
    if way in _LISTINGS:
        return KernelWays(None, None, reason, remedy, None, reason)
    if way == "lookups":
        return KernelWays(None, _open_events(), reason, remedy, None, reason)
    try:
        return KernelWays(None, None, reason, remedy, _open_trace())
    except FileNotFoundError:
        untraced_reason = "this kernel does not tell of its sockets"
    except PermissionError:
        untraced_reason = "the right to is missing"
    except OSError as error:
        untraced_reason = _refusal(error)
    except ValueError as error:
        untraced_reason = str(error)
    return KernelWays(None, _open_events(), reason, remedy, None, untraced_reason)


def _open_trace() -> TraceEvents:
    """Open it, if its rings may be mapped too: whoever finds out later has no other way any more."""
    trace = TraceEvents()
    try:
        TraceReader(trace).close()
    except OSError:
        trace.close()
        raise
    return trace


def _open_story(opened: KernelWays) -> tuple[KernelStory | None, str]:
    """Begin to read the trace; or tell why there is none."""
    if opened.trace is None:
        return None, opened.untraced_reason
    try:
        return KernelStory(TraceReader(opened.trace)), ""
    except OSError as error:
        opened.trace.close()
        return None, _refusal(error)


def _open_events() -> ProcessEvents | None:
    """Subscribe to what the kernel tells of processes; without it the youngest are those that listings show anew."""
    try:
        return ProcessEvents()
    except OSError:
        return None


def _has_diag() -> bool:
    """Say whether sock_diag answers: its modules may be missing, or seccomp may forbid it (containers)."""
    try:
        with SockDiag() as diag:
            diag.probe()
    except OSError:
        return False
    return True
