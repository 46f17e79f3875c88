"""Which program the processes of a user run that have a name in the kernel: for those that end before they are read."""

import posixpath
from functools import lru_cache
from typing import Final, NamedTuple

from netmon.model import Process
from netmon.model.text import clean
from netmon_collector.core.applications import ApplicationName
from netmon_collector.core.interpreter_families import interpreter_of

__all__ = ["LATELY_SECONDS", "LIMIT", "ProgramBook"]

LATELY_SECONDS: Final = 3600.0
"""For so long a process speaks for those of its name that come later, and against them if it ran something else."""

NEWS_SECONDS: Final = 10.0
"""Within this time the same once more tells nothing new: of some programs there are hundreds a second."""

LIMIT: Final = 512
"""So many names are kept, those of the processes that were seen last."""

_DELETED: Final = " (deleted)"
_CUT_BYTES: Final = 15
"""Length at which the kernel may have cut a name (TASK_COMM_LEN - 1, include/linux/sched.h)."""


class _Program(NamedTuple):
    """What was seen last. ``application`` None: an interpreter, which runs anything.

    ``other_at``: when another one was last seen, None: never.
    """

    executable: str
    application: ApplicationName | None
    seen_at: float
    other_at: float | None

    def says(self, process: Process, now: float) -> bool:
        """Whether the same was just seen."""
        return self.executable == process.executable and now - self.seen_at < NEWS_SECONDS


class ProgramBook:
    """Applications by a name in the kernel (comm, at most 15 bytes) and a real user. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Start with none."""
        self._programs: dict[tuple[bytes, int], _Program] = {}

    def learn(self, name: bytes, process: Process, now: float) -> None:
        """Take a process that was seen under ``name`` and then read. What was read in part tells nothing.

        Nor does one of another name: it has executed another program since, or ``name`` was that of a thread.
        """
        if not process.executable or process.uid is None:
            return
        key = (name, process.uid)
        before = self._programs.get(key)
        if (before is not None and before.says(process, now)) or not _is_named(process, name):
            return
        self._programs.pop(key, None)
        application = None if _is_interpreter(process.executable) else _application(process)
        other_at = None
        if before is not None:
            other_at = before.other_at if before.application == application else before.seen_at
        self._programs[key] = _Program(process.executable, application, now, other_at)
        if len(self._programs) > LIMIT:
            del self._programs[next(iter(self._programs))]

    def application(self, name: bytes, uid: int, now: float) -> ApplicationName | None:
        """Give what all processes of this name and user ran of late; None: nothing was seen, or not one thing alone."""
        program = self._programs.get((name, uid))
        if program is None or now - program.seen_at >= LATELY_SECONDS:
            return None
        if program.other_at is not None and now - program.other_at < LATELY_SECONDS:
            return None
        return program.application


def _is_named(process: Process, name: bytes) -> bool:
    """Whether the name that was read is this one, which may have been cut."""
    told = clean(name.decode(errors="replace"))
    return process.name == told or (len(name) >= _CUT_BYTES and process.name.startswith(told))


@lru_cache(maxsize=256)
def _is_interpreter(executable: str) -> bool:
    return interpreter_of(posixpath.basename(executable.removesuffix(_DELETED))) is not None


def _application(process: Process) -> ApplicationName:
    return ApplicationName(id=process.application_id, name=process.application_name, path=process.application_path)
