"""Processes as ``/proc`` shows them."""

from pathlib import Path


def status_of(process: int | str) -> dict[str, str]:
    """Give the lines of ``/proc/PROCESS/status`` by their names."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def children_of(pid: int) -> set[int]:
    """Give the children of a process, those of all its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(child) for task in tasks for child in (task / "children").read_text().split()}


def is_there(pid: int) -> bool:
    """Whether there is such a process; one that has ended and waits for its parent counts as none."""
    try:
        return not status_of(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return False
