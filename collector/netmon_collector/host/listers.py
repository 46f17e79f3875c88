"""Which way of listing sockets this system has."""

import os
import sys

from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.ports import SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister
from netmon_collector.host.sock_diag import SockDiag

__all__ = ["open_socket_lister"]


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


def _has_diag() -> bool:
    """Say whether sock_diag answers: its modules may be missing, or seccomp may forbid it (containers)."""
    try:
        with SockDiag() as diag:
            diag.probe()
    except OSError:
        return False
    return True
