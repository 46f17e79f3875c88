"""Why a socket cannot be reached, told apart before gRPC hides it behind one UNAVAILABLE."""

import errno
import grp
import os
import socket
import stat
from pathlib import Path

from netmon_client.errors import NetmonError, NotPermitted
from netmon_client.peer import COLLECTOR, Peer


def check_socket(path: str, peer: Peer = COLLECTOR) -> None:
    """Return if somebody listens at ``path``, which costs one connection that says nothing.

    Raise the peer's `CollectorUnreachable` or `NotPermitted` with what is wrong otherwise.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISSOCK(status.st_mode):
            raise peer.unreachable(f"no {peer.name} at {path}", why="it is no socket", remedy=_start(path, peer))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(0)
            probe.connect(path)
    except BlockingIOError:
        return  # somebody listens, with a full queue
    except OSError as error:
        raise _explained(path, error, peer) from None


def _start(path: str, peer: Peer) -> str:
    return f"Start it:  {peer.start_command(path)}   (check: {peer.cli_command(path, 'doctor')})"


def _explained(path: str, error: OSError, peer: Peer) -> NetmonError:
    nobody = f"no {peer.name} at {path}"
    if isinstance(error, FileNotFoundError):
        return peer.unreachable(nobody, why="file not found", remedy=_start(path, peer))
    if isinstance(error, ConnectionRefusedError):
        why = "nothing listens on the socket"
        return peer.unreachable(nobody, why=why, remedy=_start(path, peer))
    if isinstance(error, PermissionError):
        return _refused(path, peer)
    if error.errno is None or error.errno == errno.ENAMETOOLONG:  # the socket module's own check of the length
        why = "the path is too long for a socket"
        return peer.unreachable(nobody, why=why)
    return peer.unreachable(nobody, why=os.strerror(error.errno), remedy=_start(path, peer))


def _refused(path: str, peer: Peer) -> NotPermitted:
    """Say who may connect, as far as that can be seen."""
    try:
        status = Path(path).stat()
        group = grp.getgrgid(status.st_gid).gr_name
    except PermissionError:
        folder = Path(path).parent
        return NotPermitted(
            f"no access to {path}",
            why=f"this user may not enter {folder}",
            remedy=_another_account(peer),
        )
    except (KeyError, OSError):
        return NotPermitted(f"no access to {path}", why="permission denied", remedy="Run this with sudo")
    remedy = (
        "Join its group:  sudo usermod -aG netmon $USER   (then log in again)"
        if group == "netmon"
        else _another_account(peer)
    )
    return NotPermitted(f"no access to {path}", why=f"it is for uid {status.st_uid} and group {group}", remedy=remedy)


def _another_account(peer: Peer) -> str:
    return f"Start the {peer.name} {'with sudo ' if peer is COLLECTOR else ''}from this account, or run this with sudo"
