"""Which way of listing sockets this system has."""

import os
import sys

from netmon_collector.host.ports import SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister


def open_socket_lister(way: str = "auto", *, command_lines_of: int | None = None) -> SocketLister:
    """Give Linux's own way where ``/proc/net`` can be read, psutil's everywhere else and where ``way`` is "psutil".

    ``command_lines_of``: the user whose processes come with their command lines; None: nobody's.
    """
    if way == "auto" and sys.platform.startswith("linux") and os.access("/proc/net/tcp", os.R_OK):
        return ProcSocketLister(ProcessTable(ProcProcessReader(), command_lines_of=command_lines_of))
    return PsutilSocketLister(ProcessTable(PsutilProcessReader(), command_lines_of=command_lines_of))
