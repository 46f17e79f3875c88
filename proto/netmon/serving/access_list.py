"""Who may write to a file besides its owner and group: a POSIX access list (acl(5)), which its owner may set.

A server that has left root cannot give its socket to another user; it can let that user connect.
"""

import os
import struct
from pathlib import Path

__all__ = ["admit"]

_NAME = "system.posix_acl_access"
# linux/posix_acl_xattr.h, linux/posix_acl.h
_HEADER = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_VERSION = 2
_USER_OBJECT, _USER, _GROUP_OBJECT, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_READ_WRITE = 6
_NO_ID = 0xFFFFFFFF


def admit(path: Path, *, uid: int | None, gid: int | None) -> None:
    """Let a user and a group read and write a file of mode 0660 of ours, and nobody else anew.

    Raises OSError: EOPNOTSUPP where the file system keeps no such lists.
    """
    entries = [(_USER_OBJECT, _READ_WRITE, _NO_ID)]
    if uid is not None:
        entries.append((_USER, _READ_WRITE, uid))
    entries.append((_GROUP_OBJECT, _READ_WRITE, _NO_ID))
    if gid is not None:
        entries.append((_GROUP, _READ_WRITE, gid))
    entries += [(_MASK, _READ_WRITE, _NO_ID), (_OTHER, 0, _NO_ID)]
    value = _HEADER.pack(_VERSION) + b"".join(_ENTRY.pack(*entry) for entry in entries)
    os.setxattr(path, _NAME, value, follow_symlinks=False)
