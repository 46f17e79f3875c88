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
from netmon_collector.host.sock_diag import SockDiag
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


def open_socket_lister(way: str = "auto", *, command_lines_of: int | None = None) -> SocketLister:
    """Give the best way that this system has: sock_diag, the tables in ``/proc/net``, psutil; or the one asked for.

    ``way``: "auto", "sockdiag", "procfs" or "psutil"; a way that this system does not have falls back to the next.
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


class KernelWays(NamedTuple):
    """What takes rights to open and none to go on with: programs in the kernel, and what it tells of processes.

    ``owners`` None: ``reason`` and ``remedy`` tell why. Both may be handed to a process that was forked later.
    """

    owners: KernelOwners | None
    events: ProcessEvents | None = None
    reason: str = ""
    remedy: str = ""


def open_kernel_ways(way: str = "auto") -> KernelWays:
    """Open what the way of finding owners of single connections needs; "procfs" and "psutil" need nothing."""
    if not _is_linux():
        return KernelWays(None, reason="this system has no eBPF")
    if way not in ("auto", "ebpf"):
        reason, remedy = f"left out by --owners {way}", "netmon-collector --owners auto uses it."
        return KernelWays(None, _open_events() if way == "sockdiag" else None, reason, remedy)
    try:
        return KernelWays(KernelOwners())
    except CgroupHeld:
        reason, remedy = "another program holds the root cgroup", "bpftool cgroup tree tells which one."
    except PermissionError:
        reason, remedy = "the right to load it is missing", "Start it as root, outside a container."
    except OSError as error:
        reason, remedy = _refusal(error), ""
    return KernelWays(None, _open_events(), reason, remedy)


def open_owner_finder(way: str = "auto", *, command_lines_of: int | None = None) -> FinderChoice:
    """Give who answers for single connections: programs in the kernel where system and rights allow it, or lookups.

    ``reason`` and ``remedy`` tell why it is not the kernel's programs. "procfs" and "psutil" are listings alone.
    """
    return build_owner_finder(way, open_kernel_ways(way), command_lines_of=command_lines_of)


def build_owner_finder(way: str, opened: KernelWays, *, command_lines_of: int | None = None) -> FinderChoice:
    """Give what ``open_owner_finder`` gives, of what is open already; this takes no rights."""
    if opened.owners is not None:
        return FinderChoice(KernelFinder(opened.owners, ProcProcessReader(), command_lines_of=command_lines_of))
    table = ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of) if _is_linux() else None
    can_look_up = table is not None and way not in ("procfs", "psutil") and _has_diag()
    finder = DiagFinder(SockDiag(), YoungProcesses(opened.events), table) if can_look_up and table else None
    if finder is None and opened.events is not None:
        opened.events.close()
    return FinderChoice(finder, opened.reason, opened.remedy)


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def _refusal(error: OSError) -> str:
    return f"the kernel refused: {os.strerror(error.errno) if error.errno else type(error).__name__}"


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
