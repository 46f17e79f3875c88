"""Which process holds which socket, as the kernel itself goes through all open files (holders.bpf.c)."""

import os
import socket
import struct
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from netmon_collector.host.bpf.btf import KERNEL_TYPES, read_types
from netmon_collector.host.bpf.object_file import read_object, with_constants
from netmon_collector.host.bpf.system_call import attach, load, open_iterator

__all__ = ["KernelHolders"]

# linux/bpf.h: BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER.
_TRACING: Final = 26
_ITERATOR: Final = 28
_FUNCTION: Final = "bpf_iter_task_file"

_HOLDING: Final = struct.Struct("=QII")
_READ_BYTES: Final = 32 * 1024
"""What the kernel's own buffer holds (kernel/bpf/bpf_iter.c, bpf_seq_read)."""
_READS_LIMIT: Final = 1_024
"""Two million sockets."""


class KernelHolders:
    """All descriptors of all processes in one go: 2,000 sockets take the kernel 0.4 ms.

    Loading takes CAP_BPF and CAP_PERFMON, and a kernel with BTF (CONFIG_DEBUG_INFO_BTF); asking then takes nothing.
    """

    name = "task_file"
    is_whole = True

    def __init__(self) -> None:
        """Load and try it. Raises ``OSError``: ENOENT without BTF, EPERM without the rights; ``ValueError`` for others.

        A ``ValueError``'s text says what this system lacks.
        """
        self._asked: tuple[frozenset[bytes], Collection[int] | None, bytes] | None = None
        self._answer: dict[bytes, list[int]] = {}
        source = read_object(Path(__file__).with_name("holders.bpf.o").read_bytes())
        (program,) = source.programs
        members = {name for _, name in program.constant_uses}
        types = read_types(KERNEL_TYPES.read_bytes(), functions=[_FUNCTION], members=members)
        program = with_constants(program, types.offsets)
        number = types.functions[_FUNCTION]
        loaded = load(program, {}, kind=_TRACING, attach_kind=_ITERATOR, terms=source.license, function=number)
        try:
            self._link = attach(loaded, 0, _ITERATOR)
        finally:
            os.close(loaded)
        with ExitStack() as stack:
            stack.callback(self.close)
            if not self._finds_ourselves():
                raise ValueError("processes have other numbers here: this is a container")
            stack.pop_all()

    def close(self) -> None:
        """Take it out of the kernel. May be called twice."""
        if self._link >= 0:
            os.close(self._link)
            self._link = -1

    def find(self, inodes: frozenset[bytes], pids: Collection[int] | None = None) -> dict[bytes, list[int]]:
        """Give for each socket of ``inodes`` the pids that hold it, of ``pids`` or of all, in their order.

        An answer that is the same as the last one is the same object. Raises ``OSError``.
        """
        data = self._read()
        asked = (inodes, pids, data)
        if asked == self._asked:
            return self._answer
        wanted = {int(inode): inode for inode in inodes}
        holders: dict[bytes, list[int]] = {}
        number: int
        pid: int
        for number, pid, _ in _HOLDING.iter_unpack(data):
            inode = wanted.get(number)
            if inode is None or (pids is not None and pid not in pids):
                continue
            held = holders.setdefault(inode, [])
            if pid not in held:  # under two descriptors, or in a thread with descriptors of its own
                held.append(pid)
        for held in holders.values():
            if len(held) > 1:
                held.sort()
        self._asked = asked
        if holders != self._answer:
            self._answer = holders
        return self._answer

    def _read(self) -> bytes:
        """Read a record for each descriptor of a socket."""
        parts: list[bytes] = []
        iterator = open_iterator(self._link)
        try:
            while len(parts) < _READS_LIMIT and (part := os.read(iterator, _READ_BYTES)):
                parts.append(part)
        finally:
            os.close(iterator)
        return b"".join(parts)

    def _finds_ourselves(self) -> bool:
        """Try it on a socket of ours: in a pid namespace of our own, we have another number than the kernel tells."""
        with socket.socket(socket.AF_UNIX) as ours:
            inode = b"%d" % os.fstat(ours.fileno()).st_ino
            return os.getpid() in self.find(frozenset({inode})).get(inode, [])
