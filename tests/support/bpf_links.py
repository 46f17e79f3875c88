"""BPF links: whoever holds one has a descriptor of it, in ``/proc/PID/fdinfo`` (kernel/bpf/syscall.c)."""

from pathlib import Path


def bpf_links(process: int | str = "[0-9]*") -> set[str]:
    """Give the ids of the links that a process holds now, or all processes.

    No id is given out twice, so that links of others may come and go meanwhile.
    """
    found: set[str] = set()
    for entry in Path("/proc").glob(f"{process}/fdinfo/*"):
        try:
            text = entry.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # closed, or ended, meanwhile
        found.update(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("link_id:"))
    return found
