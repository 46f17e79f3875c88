"""The C library as ctypes sees it, with errors as ``OSError``."""

import ctypes
import os
from typing import Final

__all__ = ["checked", "libc", "system_call"]

libc: Final = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def checked(result: int) -> int:
    """Give the result of a call. Raises ``OSError`` with its errno where it is below 0."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def system_call(number: int, *arguments: object) -> int:
    """Call the kernel; integers are passed as ``long``. Raises ``OSError``."""
    passed = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
    return checked(libc.syscall(ctypes.c_long(number), *passed))
