"""systemd units and containers, read from the text of ``/proc/PID/cgroup``."""

import re
from dataclasses import dataclass
from functools import lru_cache

from netmon.model.text import clean

_SHORT_ID_LENGTH = 12
"""How many digits of a container's id docker, podman and crictl show."""

_UNIT_SUFFIXES = (".service", ".scope")

# Docker, Podman, containerd, CRI-O and Kubernetes name a container by 64 hexadecimal digits, as a group of its own or
# between a prefix and ".scope". A "conmon" belongs to the machine: it watches the container from outside.
_CONTAINER_ID = re.compile(r"(?<!conmon)(?:^|[-/:_])([0-9a-f]{64})(?=\.scope|/|$)")
_LXC_NAME = re.compile(r"/lxc(?:\.payload)?[./]([^/]+)")
_NSPAWN_NAME = re.compile(r"/(?:machine-(?!qemu)([^/]+)\.scope|systemd-nspawn@([^/]+)\.service)")
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """Where a process belongs; each text is clean, and empty where it belongs to none."""

    unit: str = ""
    container: str = ""


@lru_cache(maxsize=256)
def parse_control_groups(text: str) -> ControlGroup:
    """Read the unit and the container from lines of ``hierarchy:controllers:path`` (cgroups(7)).

    The unified hierarchy speaks first, then systemd's own of version 1, then any other.
    """
    paths: list[tuple[int, str]] = []
    for line in text.splitlines():
        hierarchy, first, rest = line.partition(":")
        controllers, second, path = rest.partition(":")
        if first and second:
            rank = 0 if hierarchy == "0" and not controllers else 1 if controllers == "name=systemd" else 2
            paths.append((rank, path))
    paths.sort(key=lambda ranked: ranked[0])
    unit = next((found for rank, path in paths if rank < 2 and (found := _unit(path))), "")
    container = next((found for _, path in paths if (found := _container(path))), "")
    return ControlGroup(unit=clean(unit), container=clean(container))


def _unit(path: str) -> str:
    return next((part for part in reversed(path.split("/")) if part.endswith(_UNIT_SUFFIXES)), "")


def _container(path: str) -> str:
    ids = _CONTAINER_ID.findall(path)
    if ids:
        return str(ids[-1])[:_SHORT_ID_LENGTH]
    named = _LXC_NAME.search(path)
    if named is not None:
        return named[1]
    named = _NSPAWN_NAME.search(path)
    if named is None:
        return ""
    name: str = named[1] or named[2]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), name)
