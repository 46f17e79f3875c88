"""Which tracepoints the kernel has, and where their fields lie: tracefs (Documentation/trace/events.rst)."""

import os
import re
from typing import Final, NamedTuple

from netmon_collector.host.kernel_mount import open_root

__all__ = ["Field", "Tracepoint", "parse_format", "read_tracepoint"]

_ID: Final = re.compile(r"^ID: (\d+)$", re.MULTILINE)
_FIELD: Final = re.compile(r"^\tfield:[^;]*?(\w+)(?:\[\d+\])?;\toffset:(\d+);\tsize:(\d+);", re.MULTILINE)
_LONGEST_BYTES: Final = 16_384


class Field(NamedTuple):
    """Where a field lies in what a tracepoint tells, and its length in bytes."""

    offset: int
    size: int


class Tracepoint(NamedTuple):
    """A tracepoint by the number that perf_event_open(2) knows it by; ``fields`` by their names."""

    id: int
    fields: dict[str, Field]


def read_tracepoint(group: str, name: str) -> Tracepoint:
    """Read what the kernel says of a tracepoint.

    Raises ``OSError``: ENOENT where it has none of that name, ENODEV without tracing, EPERM or EACCES without rights;
    ``ValueError`` for a description that is none.
    """
    root = open_root(b"tracefs")
    try:
        format_file = os.open(f"events/{group}/{name}/format", os.O_RDONLY | os.O_CLOEXEC, dir_fd=root)
    finally:
        os.close(root)
    try:
        return parse_format(os.read(format_file, _LONGEST_BYTES).decode())
    finally:
        os.close(format_file)


def parse_format(text: str) -> Tracepoint:
    """Read the description of a tracepoint. Raises ``ValueError``."""
    number = _ID.search(text)
    if number is None:
        raise ValueError("a tracepoint without a number")
    fields = {name: Field(int(offset), int(size)) for name, offset, size in _FIELD.findall(text)}
    return Tracepoint(int(number[1]), fields)
