"""Which way of listing sockets this system has."""

import os
import sys
from typing import NamedTuple

from netmon_collector.host.bpf.kernel_owners import CgroupHeld, KernelOwners
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.kernel_finder import KernelFinder
from netmon_collector.host.ports import OwnerFinder, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister
from netmon_collector.host.sock_diag import SockDiag

__all__ = ["FinderChoice", "open_owner_finder", "open_socket_lister"]


def open_socket_lister(way: str = "auto", *, command_lines_of: int | None = None) -> SocketLister:
    """Give the best way that this system has: sock_diag, the tables in ``/proc/net``, psutil; or the one asked for.

    ``way``: "auto", "sockdiag", "procfs" or "psutil"; a way that this system does not have falls back to the next.
    ``command_lines_of``: the user whose processes come with their command lines; None: nobody's.
    """
    if way != "psutil" and sys.platform.startswith("linux"):
        table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of)
        if way != "procfs" and _has_diag():
            return DiagSocketLister(table)
        if os.access("/proc/net/tcp", os.R_OK):
            return ProcSocketLister(table)
    return PsutilSocketLister(ProcessTable(PsutilProcessReader(), command_lines_of=command_lines_of))


class FinderChoice(NamedTuple):
    """Who answers for single connections; or why nobody does, and what would help."""

    finder: OwnerFinder | None
    reason: str = ""
    remedy: str = ""


def open_owner_finder(way: str = "auto", *, command_lines_of: int | None = None) -> FinderChoice:
    """Load programs into the kernel that can answer for single connections, where system and rights allow it."""
    if not sys.platform.startswith("linux"):
        return FinderChoice(None, "this system has no eBPF")
    if way not in ("auto", "ebpf"):
        return FinderChoice(None, f"left out by --owners {way}", "netmon-collector --owners auto uses it.")
    try:
        owners = KernelOwners()
    except CgroupHeld:
        return FinderChoice(None, "another program holds the root cgroup", "bpftool cgroup tree tells which one.")
    except PermissionError:
        return FinderChoice(None, "the right to load it is missing", "Start it as root, outside a container.")
    except OSError as error:
        return FinderChoice(None, f"the kernel refused: {error.strerror or type(error).__name__}")
    table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of)
    return FinderChoice(KernelFinder(owners, table))


def _has_diag() -> bool:
    """Say whether sock_diag answers: its modules may be missing, or seccomp may forbid it (containers)."""
    try:
        with SockDiag() as diag:
            diag.probe()
    except OSError:
        return False
    return True
