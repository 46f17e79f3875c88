"""What programs say of the sockets that they used themselves, one line of JSON each, in a file that many append to."""

import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Truth", "say_done", "start_ticks"]


class Truth:
    """An open file; each line is written at once and whole (O_APPEND, open(2)), also by forked children."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def add(
        self,
        used: socket.socket,
        *,
        remote: tuple[str, int],
        sent: int = 0,
        received: int = 0,
        others: Sequence[int] = (),
        start_ticks: int = 0,
    ) -> None:
        """Say that this process moved payload bytes on a socket. ``others``: pids that are right as well.

        The peer's name is not asked for: the kernel tells of those who ask.
        """
        is_tcp = used.type == socket.SOCK_STREAM
        here = used.getsockname()
        local = here[0]
        if local in {"0.0.0.0", "::"}:  # noqa: S104 -- asked, not bound
            with socket.socket(used.family, socket.SOCK_DGRAM) as asking:
                asking.connect((remote[0], 9))
                local = asking.getsockname()[0]
        self.write(
            os.getpid(),
            "tcp" if is_tcp else "udp",
            endpoint(local, here[1]),
            endpoint(remote[0], remote[1]),
            sent=sent,
            received=received,
            others=others,
            start_ticks=start_ticks,
        )

    def write(
        self,
        pid: int,
        protocol: str,
        local: str,
        remote: str,
        *,
        sent: int = 0,
        received: int = 0,
        others: Sequence[int] = (),
        start_ticks: int = 0,
    ) -> None:
        """Say the same of any process and ends."""
        self.note(
            pids=[pid, *others],
            protocol=protocol,
            local=local,
            remote=remote,
            moved=sent + received,
            start_ticks=start_ticks,
        )

    def note(self, **fields: object) -> None:
        """Write a line."""
        os.write(self._file, json.dumps(fields).encode() + b"\n")


def endpoint(address: str, port: int) -> str:
    """Give ``address:port`` or ``[v6]:port``."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def start_ticks() -> int:
    """When this process began, in the kernel's ticks (proc_pid_stat(5), field 22)."""
    return int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])


def say_done(**fields: object) -> None:
    """Print the line that a test waits for."""
    sys.stdout.write(json.dumps({"pid": os.getpid(), **fields}) + "\n")
    sys.stdout.flush()
