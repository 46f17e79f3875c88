"""Which way of listing sockets this system has."""

import os
import sys
from typing import NamedTuple

from netmon_collector.host.bpf.kernel_holders import KernelHolders
from netmon_collector.host.bpf.kernel_owners import CgroupHeld, KernelOwners
from netmon_collector.host.descriptors import DescriptorWalk
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.holders import HolderChoice
from netmon_collector.host.kernel_finder import KernelFinder
from netmon_collector.host.ports import OwnerFinder, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.young_processes import YoungProcesses

__all__ = ["FinderChoice", "open_holder_source", "open_owner_finder", "open_socket_lister"]


def open_socket_lister(way: str = "auto", *, command_lines_of: int | None = None) -> SocketLister:
    """Give the best way that this system has: sock_diag, the tables in ``/proc/net``, psutil; or the one asked for.

    ``way``: "auto", "sockdiag", "procfs" or "psutil"; a way that this system does not have falls back to the next.
    ``command_lines_of``: the user whose processes come with their command lines; None: nobody's.
    """
    if way != "psutil" and sys.platform.startswith("linux"):
        table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of)
        if way != "procfs" and _has_diag():
            return DiagSocketLister(table, choice=open_holder_source(way))
        if os.access("/proc/net/tcp", os.R_OK):
            return ProcSocketLister(table, open_holder_source(way))
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


def open_owner_finder(way: str = "auto", *, command_lines_of: int | None = None) -> FinderChoice:
    """Give who answers for single connections: programs in the kernel where system and rights allow it, or lookups.

    ``reason`` and ``remedy`` tell why it is not the kernel's programs. "procfs" and "psutil" are listings alone.
    """
    if not sys.platform.startswith("linux"):
        return FinderChoice(None, "this system has no eBPF")
    table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of)
    if way not in ("auto", "ebpf"):
        reason, remedy = f"left out by --owners {way}", "netmon-collector --owners auto uses it."
        return FinderChoice(_open_diag_finder(table) if way == "sockdiag" else None, reason, remedy)
    try:
        return FinderChoice(KernelFinder(KernelOwners(), table))
    except CgroupHeld:
        reason, remedy = "another program holds the root cgroup", "bpftool cgroup tree tells which one."
    except PermissionError:
        reason, remedy = "the right to load it is missing", "Start it as root, outside a container."
    except OSError as error:
        reason, remedy = _refusal(error), ""
    return FinderChoice(_open_diag_finder(table), reason, remedy)


def _refusal(error: OSError) -> str:
    return f"the kernel refused: {os.strerror(error.errno) if error.errno else type(error).__name__}"


def _open_diag_finder(table: ProcessTable) -> DiagFinder | None:
    """Open what looks single connections up; None where sock_diag does not answer."""
    if not _has_diag():
        return None
    try:
        events = ProcessEvents()
    except OSError:
        events = None  # without them the youngest processes are those that listings of /proc show anew
    return DiagFinder(SockDiag(), YoungProcesses(events), table)


def _has_diag() -> bool:
    """Say whether sock_diag answers: its modules may be missing, or seccomp may forbid it (containers)."""
    try:
        with SockDiag() as diag:
            diag.probe()
    except OSError:
        return False
    return True
