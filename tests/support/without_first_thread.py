"""A program whose first thread has ended while another one lives on."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.children import Child, running
from tests.support.waiting import wait_for

__all__ = ["PROGRAM", "without_first_thread"]

PROGRAM = """
import ctypes, os, platform, socket, sys, threading
held = socket.socket()
print(os.fstat(held.fileno()).st_ino, flush=True)
def live():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=live).start()
ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)
"""
"""Says the inode of its socket; ends its first thread alone (_exit(2))."""


@contextmanager
def without_first_thread() -> Generator[tuple[Child, bytes]]:
    """Run it until that thread has ended; give it with its socket's inode."""
    with running(PROGRAM) as child:
        inode = child.line().encode()
        stat = Path(f"/proc/{child.pid}/stat")
        wait_for(lambda: b") Z " in stat.read_bytes(), seconds=30, what="the end of its first thread")
        yield child, inode
