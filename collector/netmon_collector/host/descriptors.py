"""Which process holds which socket: the links below ``/proc/PID/fd``."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable

_SOCKET_PREFIX = "socket:["
_OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class DescriptorWalk:
    """Every descriptor of every process that is looked into, through ``/proc``."""

    name = "proc"
    is_whole = False

    def find(self, inodes: frozenset[bytes], pids: Collection[int] | None = None) -> dict[bytes, list[int]]:
        """Give for each socket of ``inodes`` the pids that hold it, of ``pids`` or of all, in their order."""
        return find_holders(sorted(list_pids() if pids is None else pids), inodes)


def list_pids(root: str = "/proc") -> frozenset[int]:
    """Give the pids of all processes that can be seen."""
    with os.scandir(root) as entries:
        return frozenset(int(entry.name) for entry in entries if entry.name.isdecimal())


def find_holders(pids: Iterable[int], inodes: frozenset[bytes], root: str = "/proc") -> dict[bytes, list[int]]:
    """Give for each socket of ``inodes`` the pids that hold it, in the order of ``pids``.

    Processes that end meanwhile or may not be looked into are skipped. 20 us for a process of twenty descriptors.
    """
    holders: defaultdict[bytes, list[int]] = defaultdict(list)
    for pid in pids:
        for inode in _inodes_of(pid, root) & inodes:
            holders[inode].append(pid)
    return dict(holders)


def _inodes_of(pid: int, root: str) -> set[bytes]:
    """Give the sockets of a process; where its first thread has ended, those that another one tells."""
    found = _socket_inodes(f"{root}/{pid}/fd")
    if found is not None:
        return found
    try:
        threads = os.listdir(f"{root}/{pid}/task")  # noqa: PTH208 - a Path interns each pid
    except OSError:
        return set()
    told = (_socket_inodes(f"{root}/{pid}/task/{thread}/fd") for thread in threads if thread != str(pid))
    return next(filter(None, told), set[bytes]())


def _socket_inodes(path: str) -> set[bytes] | None:
    """Give the sockets that are listed there; None where no descriptor is at all, as of a kernel thread."""
    try:
        directory = os.open(path, _OPEN_DIRECTORY)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return set()
    inodes: set[bytes] = set()
    try:
        names = os.listdir(directory)  # noqa: PTH208 - a descriptor is no path
        if not names:
            return None
        for name in names:
            target = _target(name, directory)
            if target.startswith(_SOCKET_PREFIX):
                inodes.add(target[len(_SOCKET_PREFIX) : -1].encode())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        # It ended, or runs another user's program now: what was seen until then it did hold.
        return inodes
    finally:
        os.close(directory)
    return inodes


def _target(name: str, directory: int) -> str:
    # ENOENT: closed meanwhile. EACCES: the process changed its user. ENAMETOOLONG: a path beyond 4 kB.
    try:
        return os.readlink(name, dir_fd=directory)
    except OSError:
        return ""


def network_namespace_of(pid: str) -> int:
    """Give the inode of a process's network namespace (``self``: ours).

    0: it ended, is a kernel thread's, or may not be looked into.
    """
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino  # noqa: PTH116 - one a process, and no path is made of it
    except OSError:
        return 0
