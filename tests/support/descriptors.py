"""What this process has open."""

import os
from contextlib import suppress

Descriptor = tuple[int, str]
"""Its number, and what it leads to."""


def open_descriptors() -> frozenset[Descriptor]:
    """Give all of them: to be held against those of another moment, since any of them may be closed meanwhile.

    What others left in circles gives its descriptors back whenever garbage is collected: their count proves nothing.
    """
    found: set[Descriptor] = set()
    folder = f"/proc/{os.getpid()}/fd"
    for name in os.listdir(folder):  # noqa: PTH208 -- a name is all that is wanted
        with suppress(FileNotFoundError):  # the one by which they are listed
            found.add((int(name), os.readlink(f"{folder}/{name}")))  # noqa: PTH115 -- what it leads to is no path
    return frozenset(found)
