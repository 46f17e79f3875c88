"""Who is at the other end of a Unix socket, by what the kernel noted when it was connected."""

import errno
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Final

# Linux: struct ucred { pid_t pid; uid_t uid; gid_t gid; }, unix(7).
_UCRED: Final = struct.Struct("iII")
# macOS sys/ucred.h: struct xucred { u_int cr_version; uid_t cr_uid; short cr_ngroups; gid_t cr_groups[16]; };
# the options stand in sys/un.h.
_XUCRED: Final = struct.Struct("IIh2x16I")
_XUCRED_GROUPS: Final = 16
_XUCRED_VERSION: Final = 0
_SO_PEERGROUPS: Final = 59  # asm-generic/socket.h, since Linux 4.13
_PEERGROUPS_BYTES: Final = 1024  # 256 groups; Python asks for no more
_SOL_LOCAL: Final = 0
_LOCAL_PEERCRED: Final = 1
_LOCAL_PEERPID: Final = 2
_PID: Final = struct.Struct("i")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User and process that connected, and the groups that the process had then.

    ``pid`` 0: one that this process' own namespace does not show. ``gids`` is empty where the kernel does not tell.
    """

    uid: int
    pid: int
    gids: frozenset[int] = frozenset()


def read_credentials(connected: socket.socket) -> Credentials:
    """Give who connected. Raises OSError where the kernel does not say."""
    if sys.platform == "darwin":
        uid, gids = parse_xucred(connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size))
        (pid,) = _PID.unpack(connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, _PID.size))
        return Credentials(uid=uid, pid=max(0, pid), gids=gids)
    pid, uid, gid = _UCRED.unpack(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Credentials(uid=uid, pid=pid, gids=_supplementary_gids(connected) | {gid})


def _supplementary_gids(connected: socket.socket) -> frozenset[int]:
    try:
        told = connected.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _PEERGROUPS_BYTES)
    except OSError as error:
        # An older kernel, or more groups than fit: those of the user are asked for too.
        if error.errno in (errno.ENOPROTOOPT, errno.ERANGE, errno.ENODATA):
            return frozenset()
        raise
    return frozenset(gid for (gid,) in struct.iter_unpack("I", told))


def parse_xucred(told: bytes) -> tuple[int, frozenset[int]]:
    """Give the user and the groups in what macOS tells. Raises OSError for a form of it that is not known."""
    if len(told) != _XUCRED.size:
        raise OSError(f"LOCAL_PEERCRED gave {len(told)} bytes")
    version, uid, count, *gids = _XUCRED.unpack(told)
    if version != _XUCRED_VERSION:
        raise OSError(f"LOCAL_PEERCRED gave version {version}")
    return uid, frozenset(gids[: max(0, min(count, _XUCRED_GROUPS))])
