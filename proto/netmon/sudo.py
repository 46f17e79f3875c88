"""How a program of ours is called through sudo, which looks for it in places of its own."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

__all__ = ["sudo_command"]

_SECURE_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where sudo of the large distributions looks (sudoers(5), secure_path), whatever its caller's ``PATH`` is. That of
macOS takes the caller's."""


def sudo_command(program: str) -> str:
    """Give ``sudo program``; with its whole path where sudo does not find it, but it is installed beside this one.

    So it is in a checkout and in an environment of one's own. Where it is in neither, the name alone is all there is.
    """
    if shutil.which(program, path=None if sys.platform == "darwin" else _SECURE_PATH) is None:
        beside = shutil.which(program, path=str(Path(sys.prefix, "bin")))
        if beside is not None:
            return f"sudo {shlex.quote(beside)}"
    return f"sudo {program}"
