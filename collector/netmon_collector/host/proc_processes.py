"""Processes read from Linux's ``/proc``: bounded reads, each through a descriptor of the process's own directory.

Such a descriptor stays with the process that had the pid when it was opened: when that one ends, reads fail with ESRCH
though the pid may be another's by then (fs/proc/base.c). psutil reads by path, the whole command line even of 1.5 MB,
and needs 220 to 310 us for what takes 62 us here.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from netmon_collector import clock
from netmon_collector.host.ports import Glimpse, ProcessRecord

MAX_COMMAND_LINE_BYTES = 4096
"""How much of a command line is read."""

_MAX_TEXT_BYTES = 8192
_COMM_BYTES = 15
"""Length at which the kernel may have cut a name (TASK_COMM_LEN - 1)."""
_UID_LINE = re.compile(rb"^Uid:\t(\d+)", re.MULTILINE)
_FORKED_WITHOUT_EXEC = 0x40
"""PF_FORKNOEXEC (include/linux/sched.h)."""
_FIELDS = 20
"""As many as up to the start are always there."""
_FIELDS_WITH_PLACES = 49
_OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class ProcProcessReader:
    """Reads processes below ``/proc``.

    Identity is the boot's id, the pid and the start in clock ticks since boot, which no clock step moves. Start times
    are the wall clock at ``begin`` less the uptime then: ``btime``, which psutil adds, is cut to whole seconds, and
    ``/proc/uptime`` to 10 ms, by which a process that has just begun would seem to begin later than now.
    """

    def __init__(self, root: str = "/proc", uptime: Callable[[], float] = clock.uptime) -> None:
        """Read from the proc file system mounted on ``root``; ``uptime`` gives the seconds since the boot."""
        self._root = root
        self._ticks_per_second = os.sysconf("SC_CLK_TCK")
        self._boot = Path(f"{root}/sys/kernel/random/boot_id").read_bytes()[:8].decode()
        self._boot_time = 0.0
        self._parent_names: dict[int, str] = {}
        """Of this round: many young processes have the same parent."""
        self._uptime = uptime

    def begin(self, now_wall: float) -> None:
        """Take the moment that readings are held against."""
        self._boot_time = now_wall - self._uptime()
        self._parent_names.clear()

    def glimpse(self, pid: int) -> Glimpse | None:
        """Identify a process by one read; None for those that are gone or zombies."""
        try:
            stat = _read(f"{self._root}/{pid}/stat")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        return self._parse_stat(pid, stat)

    def read(self, pid: int) -> ProcessRecord | None:
        """Read all of a process; parts that may not be read are empty."""
        try:
            directory = os.open(f"{self._root}/{pid}", _OPEN_DIRECTORY)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        try:
            return self._read_below(pid, directory)
        except (FileNotFoundError, ProcessLookupError):
            return None
        finally:
            os.close(directory)

    def real_uid(self, pid: int) -> int | None:
        """Give a process's real user; None where there is none."""
        try:
            found = _UID_LINE.search(_read(f"{self._root}/{pid}/status"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        return int(found[1]) if found is not None else None

    def keep(self, pids: frozenset[int]) -> None:
        """Nothing is cached here."""

    def _read_below(self, pid: int, directory: int) -> ProcessRecord | None:
        glimpse = self._parse_stat(pid, _read("stat", directory))
        if glimpse is None:
            return None
        command_line, executable = _program(directory)
        if not command_line and not executable:  # a kernel thread, or its first thread has ended and others have not
            others = (thread for thread in _list_or_nothing(f"{self._root}/{pid}/task") if thread != str(pid))
            told = (_program(directory, f"task/{thread}/") for thread in others)
            command_line, executable = next(filter(any, told), ("", ""))
        arguments = tuple(command_line.removesuffix("\0").split("\0"))
        uid = _UID_LINE.search(_read_or_nothing("status", directory))
        comm, parent_pid = glimpse.fingerprint
        return ProcessRecord(
            glimpse=glimpse,
            name=_full_name(comm, arguments[0]),
            executable=executable,
            arguments=arguments if command_line else (),
            uid=int(uid[1]) if uid is not None else None,
            parent_pid=parent_pid,
            parent_name=self._name_of(parent_pid),
            control_groups=os.fsdecode(_read_or_nothing("cgroup", directory)),
        )

    def _name_of(self, pid: int) -> str:
        name = self._parent_names.get(pid)
        if name is None:
            glimpse = self.glimpse(pid) if pid > 0 else None
            name = self._parent_names[pid] = os.fsdecode(glimpse.fingerprint[0]) if glimpse is not None else ""
        return name

    def _parse_stat(self, pid: int, stat: bytes) -> Glimpse | None:
        """Read ``pid (comm) state ppid … starttime …``, proc_pid_stat(5); a name may hold anything, also ``)``.

        A first thread that has ended (pthread_exit(3)) stays a zombie as long as others run: the process has not ended.
        """
        end = stat.rfind(b")")
        fields = stat[end + 2 :].split()
        if len(fields) < _FIELDS or (fields[0] in {b"Z", b"X"} and int(fields[17]) <= 1):
            return None
        return self._glimpse(pid, int(fields[19]), (stat[stat.find(b"(") + 1 : end], int(fields[1])), _image(fields))

    def told(self, pid: int, began_ns: int, name: bytes, parent_pid: int, image: tuple[int, ...]) -> Glimpse:
        """Give what ``glimpse`` gave or would have given of a process that the kernel told of otherwise.

        ``began_ns``: its start on CLOCK_BOOTTIME.
        """
        return self._glimpse(pid, began_ns * self._ticks_per_second // 10**9, (name, parent_pid), image)

    def _glimpse(self, pid: int, ticks: int, fingerprint: tuple[bytes, int], image: tuple[int, ...]) -> Glimpse:
        start_time = self._boot_time + ticks / self._ticks_per_second
        return Glimpse(f"{self._boot}-{pid}-{ticks}", start_time, fingerprint, image)


def _image(fields: list[bytes]) -> tuple[int, ...]:
    """Give where code, stack, arguments and environment lie; () for what has executed a program of its own.

    exec(2) chooses the places at random (kernel.randomize_va_space), fork(2) keeps them. The kernel hides them from
    those who may not trace the process (fs/proc/array.c, do_task_stat).
    """
    if len(fields) < _FIELDS_WITH_PLACES or fields[25] == b"0" or not int(fields[6]) & _FORKED_WITHOUT_EXEC:
        return ()
    return int(fields[23]), int(fields[25]), int(fields[45]), int(fields[48])


def _full_name(comm: bytes, program: str) -> str:
    """Undo the kernel's cut of a name where the command line has it whole."""
    name = os.fsdecode(comm)
    if len(comm) >= _COMM_BYTES:
        whole = program.rpartition("/")[2]
        if whole.startswith(name):
            return whole
    return name


def _program(directory: int, place: str = "") -> tuple[str, str]:
    """Give the command line and the executable of a process, or of its thread that lies at ``place``."""
    command_line = os.fsdecode(_read_or_nothing(f"{place}cmdline", directory, MAX_COMMAND_LINE_BYTES))
    # ENOENT for kernel threads, EACCES for other users' processes, ENAMETOOLONG beyond 4 kB.
    try:
        return command_line, os.readlink(f"{place}exe", dir_fd=directory)
    except OSError:
        return command_line, ""


def _list_or_nothing(path: str) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208 - a Path interns each pid
    except OSError:
        return []


def _read_or_nothing(name: str, directory: int, limit: int = _MAX_TEXT_BYTES) -> bytes:
    try:
        return _read(name, directory, limit)
    except OSError:
        return b""


def _read(path: str, directory: int | None = None, limit: int = _MAX_TEXT_BYTES) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        return os.read(descriptor, limit)
    finally:
        os.close(descriptor)
