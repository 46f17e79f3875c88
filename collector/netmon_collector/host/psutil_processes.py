"""Processes read with psutil: the portable way, used where there is no ``/proc`` of Linux."""

import psutil

from netmon_collector.host.ports import Glimpse, ProcessRecord

_MAX_COMMAND_LINE_LENGTH = 4096


class PsutilProcessReader:
    """Reads processes with psutil.

    Identity is the pid and the start time that was first read, held for as long as ``psutil.Process.is_running`` says
    that it is the same process: that compares start times which no clock step moves.
    """

    def __init__(self) -> None:
        """Start with nothing cached."""
        self._known: dict[int, tuple[psutil.Process, Glimpse]] = {}

    def begin(self, now_wall: float) -> None:
        """Psutil reads the clock itself."""

    def glimpse(self, pid: int) -> Glimpse | None:
        """Identify a process; None for those that are gone or zombies."""
        known = self._known.get(pid)
        if known is not None and known[0].is_running():
            return known[1]
        self._known.pop(pid, None)
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            start_time = process.create_time()
        except psutil.Error:
            return None
        glimpse = Glimpse(id=f"{pid}-{start_time * 1000:.0f}", start_time=start_time)
        self._known[pid] = (process, glimpse)
        return glimpse

    def read(self, pid: int) -> ProcessRecord | None:
        """Read all of a process; parts that may not be read are empty."""
        glimpse = self.glimpse(pid)
        if glimpse is None:
            return None
        process = self._known[pid][0]
        try:
            with process.oneshot():
                record = _read(process, glimpse)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return None
        # Read by pid, piece by piece: it counts only if the pid was the same process's all the while.
        return record if process.is_running() else None

    def keep(self, pids: frozenset[int]) -> None:
        """Forget all processes but these."""
        self._known = {pid: known for pid, known in self._known.items() if pid in pids}


def _read(process: psutil.Process, glimpse: Glimpse) -> ProcessRecord:
    try:
        executable = process.exe()
    except psutil.AccessDenied:
        executable = ""
    try:
        arguments = _cut(process.cmdline())
    except psutil.AccessDenied:
        arguments = ()
    try:
        uid = process.uids().real
    except psutil.AccessDenied:
        uid = None
    try:
        name = process.name()
    except psutil.AccessDenied:
        name = executable.rpartition("/")[2]
    parent_pid, parent_name = _parent(process)
    return ProcessRecord(
        glimpse=glimpse,
        name=name,
        executable=executable,
        arguments=arguments,
        uid=uid,
        parent_pid=parent_pid,
        parent_name=parent_name,
    )


def _parent(process: psutil.Process) -> tuple[int, str]:
    try:
        parent = process.parent()
        return (parent.pid, parent.name()) if parent is not None else (0, "")
    except psutil.Error:
        return 0, ""


def _cut(arguments: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    room = _MAX_COMMAND_LINE_LENGTH
    for argument in arguments:
        if room <= 0:
            break
        kept.append(argument[:room])
        room -= len(argument) + 1
    return tuple(kept)
