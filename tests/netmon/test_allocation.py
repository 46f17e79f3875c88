"""The C library's pools of memory, counted in a process with threads: what is set once cannot be taken back."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's pools")

_PROGRAM = """
import ctypes, sys, threading
from netmon.allocation import share_one_pool

if sys.argv[2] == "one":
    assert share_one_pool()
held = threading.Barrier(5)
def hold():
    block = bytes(2_000)  # too long for Python's own pools
    held.wait()
    held.wait()
threads = [threading.Thread(target=hold) for _ in range(4)]
for each in threads:
    each.start()
held.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
held.wait()
"""


def pools(file: Path, how: str) -> int:
    """Give how many pools a process with four threads has (malloc_info(3))."""
    subprocess.run([sys.executable, "-c", _PROGRAM, str(file), how], check=True, timeout=60)
    return file.read_text().count("<heap nr=")


def test_threads_share_one_pool_of_memory(tmp_path: Path) -> None:
    assert pools(tmp_path / "one.xml", "one") == 1
    assert pools(tmp_path / "own.xml", "own") > 1, "else this test proves nothing"


_HOLES = """
import resource
from netmon.allocation import give_back, share_one_pool

assert share_one_pool()
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
blocks = [bytes(20_000) for _ in range(1_000)]
blocks = blocks[::10]
before = resident()
assert give_back()
print(before - resident())
"""


def test_holes_amid_the_pool_go_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", _HOLES], check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) > 10_000_000, "of 18 million in holes"
