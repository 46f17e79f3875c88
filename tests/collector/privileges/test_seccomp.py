import errno
import os
import platform
import re
import socket
import struct
import threading
from pathlib import Path

import pytest

from netmon_collector.privileges.seccomp import _NEVER, Refusals, filter_code, refuse_calls
from netmon_collector.privileges.thread_settings import forbid_new_privileges
from netmon_collector.system_call import system_call
from tests.support.dropped_child import results_in_child

HEADERS = {"x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), "generic": Path("/usr/include/asm-generic")}
X86, ARM = 0xC000003E, 0xC00000B7
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSED = os.strerror(errno.EPERM)

_IP = (socket.AF_INET, socket.AF_INET6)


def verdict(code: bytes, number: int, architecture: int = X86, argument: int = 0) -> int:
    """Run a filter as the kernel does (net/core/filter.c), for one call."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, argument, 0, 0, 0, 0, 0)
    steps = [struct.unpack_from("=HBBI", code, start) for start in range(0, len(code), 8)]
    at, value = 0, 0
    while True:
        kind, yes, no, constant = steps[at]
        at += 1
        if kind == 0x06:
            return constant
        if kind == 0x20:
            (value,) = struct.unpack_from("=I", data, constant)
            continue
        is_so = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}[kind]
        at += yes if is_so else no


@pytest.mark.parametrize(("machine", "column", "architecture"), [("x86_64", 0, X86), ("aarch64", 1, ARM)])
def test_what_must_never_happen_fails_and_what_is_ordinary_goes_on(
    machine: str, column: int, architecture: int
) -> None:
    code = filter_code(Refusals(), machine)
    for row in _NEVER.values():
        assert verdict(code, row[column], architecture) == 0x50000 | errno.EPERM
    reading = (0, 63)[column]
    assert verdict(code, reading, architecture) == ALLOW


def test_another_architectures_calls_end_the_process() -> None:
    assert verdict(filter_code(Refusals(), "x86_64"), 0, ARM) == KILL
    assert verdict(filter_code(Refusals(), "x86_64"), 0x40000000 + 59) == 0x50000 | errno.ENOSYS


def test_threads_may_be_made_and_processes_only_where_forks_are_left() -> None:
    clone, thread = 56, 0x10000
    closed, open_ = (filter_code(Refusals(forks=forks), "x86_64") for forks in (True, False))
    assert (verdict(closed, clone, argument=thread), verdict(closed, clone)) == (ALLOW, 0x50000 | errno.EPERM)
    assert (verdict(closed, 57), verdict(open_, 57)) == (0x50000 | errno.EPERM, ALLOW)
    assert (verdict(closed, 435), verdict(open_, 435)) == (0x50000 | errno.ENOSYS, ALLOW)


def test_families_and_commands_are_told_by_the_first_argument() -> None:
    code = filter_code(Refusals(families=(2, 10), bpf_commands=(1, 33)), "x86_64")
    assert [verdict(code, 41, argument=family) for family in (2, 10, 1)] == [*[0x50000 | errno.EAFNOSUPPORT] * 2, ALLOW]
    assert [verdict(code, 321, argument=command) for command in (1, 33, 5)] == [ALLOW, ALLOW, 0x50000 | errno.EPERM]


def test_an_architecture_whose_numbers_are_not_known_has_no_filter() -> None:
    assert filter_code(Refusals(), "riscv64") == b""


@pytest.mark.parametrize(("header", "column"), [("x86_64", 0), ("generic", 1)])
def test_the_numbers_are_the_kernels(header: str, column: int) -> None:
    path = HEADERS[header]
    path = path / "unistd.h" if path.is_dir() else path
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text()))
    wrong = {name: row[column] for name, row in _NEVER.items() if found.get(name, str(row[column])) != str(row[column])}
    assert wrong == {}
    assert "execve" in found


def start_a_thread() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="no numbers for this architecture")
def test_a_process_that_refused_itself_calls_goes_on_with_threads_and_files() -> None:
    def before() -> None:
        forbid_new_privileges()
        assert refuse_calls(Refusals(families=_IP))

    number = (321, 280)[platform.machine() == "aarch64"]
    assert results_in_child(
        before,
        {
            "fork": os.fork,
            "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - refused
            "bpf": lambda: system_call(number, 0, None, 0),
            "ip": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "unix": lambda: socket.socket(socket.AF_UNIX).close(),
            "thread": start_a_thread,
            "file": lambda: Path("/proc/self/stat").read_bytes(),
        },
    ) == {
        **dict.fromkeys(("fork", "exec", "bpf"), REFUSED),
        "ip": os.strerror(errno.EAFNOSUPPORT),
        **dict.fromkeys(("unix", "thread", "file"), "done"),
    }
