"""Why the collector's socket cannot be reached, told apart before gRPC hides it behind one UNAVAILABLE."""

import errno
import grp
import os
import socket
import stat
from pathlib import Path

from netmon_client.errors import CollectorUnreachable, NetmonError, NotPermitted
from netmon_client.socket_path import check_command, start_command


def check_socket(path: str) -> None:
    """Return if somebody listens at ``path``, which costs one connection that says nothing.

    Raise `CollectorUnreachable` or `NotPermitted` with what is wrong otherwise.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISSOCK(status.st_mode):
            raise CollectorUnreachable(f"no collector at {path}", why="it is no socket", remedy=_start(path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(0)
            probe.connect(path)
    except BlockingIOError:
        return  # somebody listens, with a full queue
    except OSError as error:
        raise _explained(path, error) from None


def _start(path: str) -> str:
    return f"Start it:  {start_command(path)}   (check: {check_command(path)})"


def _explained(path: str, error: OSError) -> NetmonError:
    if isinstance(error, FileNotFoundError):
        return CollectorUnreachable(f"no collector at {path}", why="file not found", remedy=_start(path))
    if isinstance(error, ConnectionRefusedError):
        why = "nothing listens on the socket"
        return CollectorUnreachable(f"no collector at {path}", why=why, remedy=_start(path))
    if isinstance(error, PermissionError):
        return _refused(path)
    if error.errno is None or error.errno == errno.ENAMETOOLONG:  # the socket module's own check of the length
        why = "the path is too long for a socket"
        return CollectorUnreachable(f"no collector at {path}", why=why)
    return CollectorUnreachable(f"no collector at {path}", why=os.strerror(error.errno), remedy=_start(path))


def _refused(path: str) -> NotPermitted:
    """Say who may connect, as far as that can be seen."""
    try:
        status = Path(path).stat()
        group = grp.getgrgid(status.st_gid).gr_name
    except PermissionError:
        folder = Path(path).parent
        return NotPermitted(
            f"no access to {path}",
            why=f"this user may not enter {folder}",
            remedy="Start the collector with sudo from this account, or run this with sudo",
        )
    except (KeyError, OSError):
        return NotPermitted(f"no access to {path}", why="permission denied", remedy="Run this with sudo")
    remedy = (
        "Join its group:  sudo usermod -aG netmon $USER   (then log in again)"
        if group == "netmon"
        else "Start the collector with sudo from this account, or run this with sudo"
    )
    return NotPermitted(f"no access to {path}", why=f"it is for uid {status.st_uid} and group {group}", remedy=remedy)
