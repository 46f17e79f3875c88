"""System calls that a process gives up for good: a filter of the classic kind, by hand (seccomp(2), linux/filter.h).

A list of what is refused, not of what is allowed: what Python, grpc and the C library call changes with their versions,
and what must never happen does not. A call that is refused fails with EPERM, as it does without the right to it.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from netmon_collector.privileges.thread_settings import prctl

__all__ = ["Refusals", "filter_code", "refuse_calls"]

_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_ERROR: Final = 0x00050000
_KILL: Final = 0x80000000

# linux/bpf_common.h; struct seccomp_data: number, architecture, instruction pointer, six arguments.
_LOAD, _EQUALS, _AT_LEAST, _HAS_BITS, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_STEP: Final = struct.Struct("=HBBI")
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16
"""Its lower half, on the little-endian architectures below."""

_X32_BIT: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000

_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Which column of numbers, and AUDIT_ARCH (linux/audit.h)."""

_X86_ALONE: Final = (57, 58, 133, 134, 154, 172, 173)
"""fork, vfork, mknod, uselib, modify_ldt, iopl, ioperm."""

_NEVER: Final = {
    # Other programs, and other processes' memory and descriptors.
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Files by other ways than a path; CAP_DAC_READ_SEARCH would open any.
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "mknodat": (259, 33),
    # The file system's shape, and namespaces.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "setns": (308, 268),
    "unshare": (272, 97),
    # The kernel itself. io_uring would go round this very filter.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "personality": (135, 92),
    # The machine's settings.
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    # Who it is.
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setgroups": (116, 159),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "capset": (126, 91),
}
_BPF: Final = (321, 280)
_SOCKET: Final = (41, 198)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What is refused besides what no part of the collector ever does.

    ``forks``: new processes; threads may always be made. ``families``: sockets of these address families.
    ``bpf_commands``: the only ones of bpf(2) that are left.
    """

    forks: bool = True
    families: Collection[int] = ()
    bpf_commands: Collection[int] = ()


def refuse_calls(refusals: Refusals) -> bool:
    """Refuse them from now on; False where this architecture's numbers are not known. Raises ``OSError``.

    For the calling thread and those that it starts; it must have forbidden itself new privileges.
    """
    code = filter_code(refusals, platform.machine())
    if not code:
        return False
    program = ctypes.create_string_buffer(code, len(code))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(code) // _STEP.size, ctypes.addressof(program)))
    prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(described))
    return True


def filter_code(refusals: Refusals, machine: str) -> bytes:
    """Give the filter for an architecture as ``uname -m`` names it; nothing for those that are not known."""
    if machine not in _ARCHITECTURES:
        return b""
    column, architecture = _ARCHITECTURES[machine]
    steps = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_EQUALS, 1, 0, architecture), (_ANSWER, 0, 0, _KILL)]
    steps += [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, 0, 1, _X32_BIT), _refuse(errno.ENOSYS)]
    numbers = [row[column] for row in _NEVER.values()]
    if machine == "x86_64":
        numbers += _X86_ALONE if refusals.forks else _X86_ALONE[2:]
    if refusals.forks:
        # Its flags lie behind a pointer, where no filter looks: without it the C library makes threads by clone(2).
        steps += [(_EQUALS, 0, 1, _CLONE3[column]), _refuse(errno.ENOSYS)]
        steps += _on_argument(_CLONE[column], [(_HAS_BITS, 1, 0, _CLONE_THREAD), _refuse(errno.EPERM)])
    if refusals.families:
        steps += _on_argument(_SOCKET[column], _each(refusals.families, _refuse(errno.EAFNOSUPPORT)))
    allowed = _each(refusals.bpf_commands, (_ANSWER, 0, 0, _ALLOW))
    steps += _on_argument(_BPF[column], [*allowed, _refuse(errno.EPERM)])
    steps += _each(numbers, _refuse(errno.EPERM))
    steps.append((_ANSWER, 0, 0, _ALLOW))
    return b"".join(_STEP.pack(*step) for step in steps)


_Step = tuple[int, int, int, int]


def _refuse(number: int) -> _Step:
    return (_ANSWER, 0, 0, _ERROR | number)


def _each(values: Iterable[int], answer: _Step) -> list[_Step]:
    return [step for value in values for step in ((_EQUALS, 0, 1, value), answer)]


def _on_argument(number: int, steps: list[_Step]) -> list[_Step]:
    """Take ``steps`` with the first argument where the call is ``number``; go on with the call's number."""
    inner = [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), *steps, (_LOAD, 0, 0, _NUMBER_AT)]
    return [(_EQUALS, 0, len(inner), number), *inner]
