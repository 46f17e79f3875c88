"""What ``dashboard`` does: becomes ``netmon-dashboard``, the one that was installed beside this program."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import NoReturn

from netmon_cli.own_child import isolated
from netmon_cli.session import Session
from netmon_client.errors import NetmonError

__all__ = ["start"]

_PROGRAM = "netmon-dashboard"
_NEEDED = ("streamlit", "starlette", "uvicorn", "websockets")


def start(session: Session, port: int | None) -> NoReturn:
    """Replace this process. Raise `NetmonError` where the dashboard is not installed."""
    program = Path(sys.executable).parent / _PROGRAM
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing or not program.exists():
        why = f"{', '.join(missing)} missing" if missing else f"no {program}"
        raise NetmonError(
            "the dashboard is not installed",
            why=why,
            remedy="Install it, in netmon's folder:  make install   (or: make setup, for .venv there)",
        )
    words = isolated(_PROGRAM)
    if session.socket is not None:
        words += ["--socket", session.socket]
    if session.recorder_socket is not None:
        words += ["--recorder", session.recorder_socket]
    if port is not None:
        words += ["--port", str(port)]
    os.execv(words[0], words)  # noqa: S606 -- our own program, from our own prefix
