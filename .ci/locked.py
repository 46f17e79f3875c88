"""The part of requirements.lock that one side needs: ``locked.py collector|clients`` prints it, hashes and all.

What needs what is read from the lock's own comments ("via"), so that nothing is asked of the network.
"""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "netmon-suite"
# Which lists of pyproject.toml a side is made of; the empty name is the bare install.
SIDES = {"collector": ("collector",), "clients": ("", "dashboard", "recorder")}

_BLOCK = re.compile(r"^(?=[a-z0-9-]+==)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_VIA = re.compile(r"^    #(?: via| {2}) ([a-z0-9-]+)", re.MULTILINE)


def blocks_of(lock: str) -> dict[str, list[str]]:
    """Give the blocks of a lock by name; a package may stand there twice, for older and for newer Pythons."""
    found: dict[str, list[str]] = defaultdict(list)
    for block in _BLOCK.split(lock)[1:]:
        found[block.partition("==")[0]].append(block)
    return found


def needed(lock: str, project: str, side: str, *, with_dashboard: bool = True) -> list[str]:
    """Give the names of all packages that a side needs, sorted."""
    needs: dict[str, set[str]] = defaultdict(set)
    for name, blocks in blocks_of(lock).items():
        for who in _VIA.findall("".join(blocks)):
            needs[who].add(name)
    found: set[str] = set()
    waiting = roots_of(project, [part for part in SIDES[side] if with_dashboard or part != "dashboard"])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= needs[name]
    return sorted(found)


def roots_of(project: str, parts: Sequence[str]) -> set[str]:
    """Give what pyproject.toml itself asks for in these of its lists."""
    table = tomllib.loads(project)["project"]
    lists = {"": table["dependencies"], **table["optional-dependencies"]}
    return {normal(line) for part in parts for line in lists[part]} - {PROJECT}


def normal(requirement: str) -> str:
    """Give the name of a requirement as the lock writes it."""
    found = _NAME.match(requirement)
    if found is None:
        raise ValueError(f"{requirement!r} names no package")
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def part_of_lock(side: str, *, with_dashboard: bool = True) -> str:
    """Give the lock of a side."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    blocks = blocks_of(lock)
    return "".join(
        block for name in needed(lock, project, side, with_dashboard=with_dashboard) for block in blocks[name]
    )


if __name__ == "__main__":
    if sys.argv[1:] not in [[side] for side in SIDES]:
        sys.exit(f"usage: locked.py {'|'.join(SIDES)}")
    sys.stdout.write(part_of_lock(sys.argv[1]))
