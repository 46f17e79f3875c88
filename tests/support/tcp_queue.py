"""What waits in a TCP socket."""

import fcntl
import socket
import struct

_SIOCOUTQ = 0x5411  # asm-generic/ioctls.h


def unacknowledged_bytes(held: socket.socket) -> int:
    """Give what the other end has not acknowledged, sent or not (tcp(7), SIOCOUTQ)."""
    (count,) = struct.unpack("i", fcntl.ioctl(held, _SIOCOUTQ, bytes(4)))
    return int(count)
