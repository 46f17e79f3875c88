"""bpf(2) through ctypes: maps, programs, their links, iterators (linux/bpf.h, union bpf_attr)."""

import ctypes
import errno
import os
import platform
import struct
from typing import Final

from netmon_collector.host.bpf.object_file import LOAD_64, MapDefinition, Program
from netmon_collector.system_call import libc, system_call

__all__ = ["Map", "ProgramRefused", "attach", "load", "open_iterator"]

_NUMBERS: Final = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351, "armv7l": 386}

_MAP_CREATE: Final = 0
_MAP_LOOKUP: Final = 1
_MAP_UPDATE: Final = 2
_PROG_LOAD: Final = 5
_LINK_CREATE: Final = 28
_ITER_CREATE: Final = 33

_CLOSE_ON_EXEC_IS_SET: Final = True
"""The kernel opens all BPF descriptors with O_CLOEXEC (kernel/bpf/syscall.c, bpf_map_new_fd and others)."""

_LOG_BYTES: Final = 64 * 1024
_PSEUDO_MAP_FD: Final = 1


class ProgramRefused(OSError):
    """The kernel does not take a program; ``log`` holds the verifier's own words."""

    def __init__(self, number: int, section: str, log: str) -> None:
        super().__init__(number, f"the kernel refused program {section}: {os.strerror(number)}")
        self.log = log


class Map:
    """An open map; keys and values are bytes of its fixed sizes."""

    def __init__(self, definition: MapDefinition) -> None:
        """Create it. Raises ``OSError``."""
        self._number = _number()
        self.definition = definition
        name = definition.name.encode()[:15]
        attributes = struct.pack(
            "=IIIIIII16sI",
            definition.kind,
            definition.key_bytes,
            definition.value_bytes,
            definition.limit,
            0,
            0,
            0,
            name,
            0,
        )
        self._descriptor = _call(_MAP_CREATE, attributes)
        self._key = ctypes.create_string_buffer(definition.key_bytes)
        self._value = ctypes.create_string_buffer(definition.value_bytes)
        addresses = (ctypes.addressof(self._key), ctypes.addressof(self._value))
        self._lookup = ctypes.create_string_buffer(struct.pack("=IxxxxQQQ", self._descriptor, *addresses, 0), 32)

    def fileno(self) -> int:
        """Give the descriptor."""
        return self._descriptor

    def find(self, key: bytes) -> bytes | None:
        """Give the value of a key, None where there is none."""
        self._key.raw = key
        if libc.syscall(self._number, _MAP_LOOKUP, self._lookup, 32) == 0:
            return self._value.raw
        number = ctypes.get_errno()
        if number == errno.ENOENT:
            return None
        raise OSError(number, os.strerror(number))

    def set(self, key: bytes, value: bytes) -> None:
        """Write the value of a key. Raises ``OSError``."""
        self._key.raw, self._value.raw = key, value
        addresses = (ctypes.addressof(self._key), ctypes.addressof(self._value))
        _call(_MAP_UPDATE, struct.pack("=IxxxxQQQ", self._descriptor, *addresses, 0))

    def close(self) -> None:
        """Close the descriptor; programs that use the map keep it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def load(
    program: Program, maps: dict[str, Map], *, kind: int, attach_kind: int, terms: bytes, function: int = 0
) -> int:
    """Load a program and give its descriptor. Raises `ProgramRefused`, or ``OSError``: EPERM without the rights.

    ``function``: the type id of what it is attached to in the kernel, for programs that are; constants are filled in.
    """
    code = bytearray(program.instructions)
    for offset, name in program.map_uses:
        if code[offset] != LOAD_64:
            raise ValueError("a map is used by something else than a 64-bit load")
        code[offset + 1] = (code[offset + 1] & 0x0F) | (_PSEUDO_MAP_FD << 4)
        struct.pack_into("=i", code, offset + 4, maps[name].fileno())
    instructions = ctypes.create_string_buffer(bytes(code), len(code))
    licence = ctypes.create_string_buffer(terms)
    for log_bytes in (0, _LOG_BYTES):  # the verifier's words cost time: asked for only when it refused
        log = ctypes.create_string_buffer(max(log_bytes, 1))
        attributes = struct.pack(
            "=IIQQIIQII16sII36xI",
            kind,
            len(code) // 8,
            ctypes.addressof(instructions),
            ctypes.addressof(licence),
            1 if log_bytes else 0,
            log_bytes,
            ctypes.addressof(log) if log_bytes else 0,
            0,
            0,
            program.section.encode()[:15],
            0,
            attach_kind,
            function,
        )
        try:
            return _call(_PROG_LOAD, attributes)
        except OSError as error:
            if error.errno == errno.EPERM:
                raise  # the verifier was not even asked; EACCES is its word for what may not be read or written
            if log_bytes:
                raise ProgramRefused(error.errno or 0, program.section, log.value.decode(errors="replace")) from error
    raise AssertionError("unreachable")


def attach(program: int, cgroup: int, attach_kind: int) -> int:
    """Link a loaded program to a cgroup; it stays as long as the descriptor that this gives. Raises ``OSError``.

    An iterator's program has no cgroup: 0.
    """
    return _call(_LINK_CREATE, struct.pack("=IIII", program, cgroup, attach_kind, 0))


def open_iterator(link: int) -> int:
    """Open what a linked iterator writes, to be read once to its end. Takes no capability. Raises ``OSError``."""
    return _call(_ITER_CREATE, struct.pack("=iI", link, 0))


def _number() -> int:
    number = _NUMBERS.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, "the number of bpf(2) is not known for this machine")
    return number


def _call(command: int, attributes: bytes) -> int:
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    return system_call(_number(), command, buffer, len(attributes))
