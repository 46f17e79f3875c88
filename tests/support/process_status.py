"""Processes as ``/proc`` shows them."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.support.waiting import wait_for


def status_of(process: int | str) -> dict[str, str]:
    """Give the lines of ``/proc/PROCESS/status`` by their names."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def threads_of(pid: int) -> dict[int, dict[str, str]]:
    """Give the status lines of the threads of a process by their ids; one that ends meanwhile is left out."""
    found: dict[int, dict[str, str]] = {}
    for thread in _threads(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            found[thread] = status_of(f"{pid}/task/{thread}")
    return found


def children_of(pid: int) -> set[int]:
    """Give the children of a process, those of all its threads; none when it has ended."""
    while True:
        threads = _threads(pid)
        found: set[int] = set()
        try:
            for thread in threads:
                found.update(map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split()))
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread ended: its children are another's now
        if threads == _threads(pid):
            return found


def _threads(pid: int) -> set[int]:
    try:
        return {int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()}
    except (FileNotFoundError, ProcessLookupError):
        return set()


def is_there(pid: int) -> bool:
    """Whether there is such a process; one that has ended and waits for its parent counts as none."""
    try:
        return not status_of(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return False


def stop(pid: int) -> None:
    """Stop a process, and wait until each of its threads stands still.

    One of them takes the signal, when it gets a processor, and tells the others: until then those go on
    (kernel/signal.c, do_signal_stop).
    """
    os.kill(pid, signal.SIGSTOP)
    wait_for(
        lambda: all(found["State"].startswith("T") for found in threads_of(pid).values()),
        seconds=30,
        what="all threads stand still",
    )
