"""Whether this process may see who holds other users' sockets."""

import os
import re
import sys
from pathlib import Path

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAP_SYS_PTRACE = 19
_CAP_EFF = re.compile(rb"^CapEff:\t([0-9a-f]+)", re.MULTILINE)


def sees_all_users() -> bool:
    """Whether ``/proc/PID/fd`` of every user can be read now; elsewhere than on Linux: whether we are root.

    Entering the directory takes CAP_DAC_READ_SEARCH (or CAP_DAC_OVERRIDE), reading its links CAP_SYS_PTRACE, which also
    lifts ``hidepid`` (fs/proc/base.c, has_pid_permissions).
    """
    if not sys.platform.startswith("linux"):
        return os.geteuid() == 0
    return may_read_descriptors(Path("/proc/self/status").read_bytes())


def may_read_descriptors(status: bytes) -> bool:
    """Read from the text of ``/proc/self/status`` whether the effective capabilities suffice."""
    match = _CAP_EFF.search(status)
    if match is None:
        return False
    effective = int(match[1], 16)
    enters = effective & (1 << _CAP_DAC_OVERRIDE | 1 << _CAP_DAC_READ_SEARCH)
    return bool(enters and effective & 1 << _CAP_SYS_PTRACE)
