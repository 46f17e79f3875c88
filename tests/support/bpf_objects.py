"""What the kernel holds of eBPF: the links, programs and maps of a process, and whether they are still there.

Who holds one has a descriptor of it, in ``/proc/PID/fdinfo`` (kernel/bpf/syscall.c). That a process has ended says
nothing of them: one that is attached or pinned needs no descriptor. So the kernel itself is asked, by their ids.
"""

import errno
import os
import platform
import struct
from pathlib import Path

from netmon_collector.system_call import system_call

_BPF = {"x86_64": 321, "aarch64": 280}
_BY_ID = {"prog_id": 13, "map_id": 14, "link_id": 30}
"""BPF_PROG_GET_FD_BY_ID and its like, in bpf(2)."""

BpfObject = tuple[str, int]
"""``link_id``, ``prog_id`` or ``map_id``, and the number: no number is given out twice while the kernel runs."""


def bpf_objects(pid: int) -> set[BpfObject]:
    """Give what a process holds now, the programs of its links among it."""
    found: set[BpfObject] = set()
    for entry in Path("/proc").glob(f"{pid}/fdinfo/*"):
        try:
            text = entry.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # closed, or ended, meanwhile
        lines = (line.partition(":") for line in text.splitlines())
        found.update((kind, int(number)) for kind, _, number in lines if kind in _BY_ID)
    return found


def bpf_links(pid: int) -> set[BpfObject]:
    """Give the links of a process alone: what it has attached."""
    return {one for one in bpf_objects(pid) if one[0] == "link_id"}


def left_of(objects: set[BpfObject]) -> set[BpfObject]:
    """Give those that the kernel still has, attached or not. Takes CAP_SYS_ADMIN."""
    return {one for one in objects if _is_there(*one)}


def _is_there(kind: str, number: int) -> bool:
    attributes = struct.pack("=III", number, 0, 0)
    try:
        os.close(system_call(_BPF[platform.machine()], _BY_ID[kind], attributes, len(attributes)))
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
    return True
