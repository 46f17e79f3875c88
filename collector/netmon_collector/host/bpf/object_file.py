"""The least of ELF that clang's BPF objects need (elf(5), the kernel's Documentation/bpf/llvm_reloc.rst)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

__all__ = ["LOAD_64", "MapDefinition", "ObjectFile", "Program", "read_object", "with_constants", "without_call"]

_HEADER: Final = struct.Struct("<16xHHIQQQIHHHHHH")
_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_SYMBOL: Final = struct.Struct("<IBBHQQ")
_RELOCATION: Final = struct.Struct("<QQ")
_MAP: Final = struct.Struct("<IIII")
_HALF: Final = struct.Struct("<I")
_HALVES: Final = struct.Struct("<II")

_MACHINE_BPF: Final = 247
_PROGBITS: Final = 1
_SYMTAB: Final = 2
_REL: Final = 9
_EXECUTABLE: Final = 0x4
_UNDEFINED: Final = 0
_R_BPF_64_64: Final = 1

LOAD_64: Final = 0x18
"""The first byte of a load of 64 bits from the instruction itself, which takes two of them."""

_CALL: Final = bytes((0x85, 0, 0, 0))
_ANSWER_NOTHING: Final = bytes((0xB7, 0, 0, 0, 0, 0, 0, 0))
"""``r0 = 0`` (RFC 9669, section 4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDefinition:
    """A map that programs use; ``kind`` is a BPF_MAP_TYPE, sizes are bytes."""

    name: str
    kind: int
    key_bytes: int
    value_bytes: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Instructions of 8 bytes; ``map_uses`` are (offset in bytes, name of the map) to be filled in.

    ``constant_uses`` are the same for 64-bit constants that the source only names (C: the address of an extern symbol).
    """

    section: str
    instructions: bytes
    map_uses: tuple[tuple[int, str], ...]
    constant_uses: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFile:
    """What an object holds."""

    license: bytes
    maps: tuple[MapDefinition, ...]
    programs: tuple[Program, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    name: str
    kind: int
    flags: int
    link: int
    info: int
    data: bytes


def read_object(data: bytes) -> ObjectFile:
    """Read an object of one program a section. Raises ``ValueError`` for anything else."""
    try:
        return _read(data)
    except (struct.error, IndexError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError("no BPF object, or a damaged one") from error


def without_call(program: Program, helper: int) -> Program:
    """Give the same program with 0 in place of what a helper of the kernel would answer."""
    call = _CALL + helper.to_bytes(4, "little")
    code = program.instructions
    parts = [code[start : start + 8] for start in range(0, len(code), 8)]
    return replace(program, instructions=b"".join(_ANSWER_NOTHING if part == call else part for part in parts))


def with_constants(program: Program, values: Mapping[str, int]) -> Program:
    """Give the same program with its constants filled in, from 0 to 2**64 - 1. Raises ``KeyError`` for one that lacks.

    The two halves stand in the two halves of the load (RFC 9669, section 5.4).
    """
    code = bytearray(program.instructions)
    for offset, name in program.constant_uses:
        if code[offset] != LOAD_64:
            raise ValueError("a constant is used by something else than a 64-bit load")
        low, high = _HALVES.unpack(values[name].to_bytes(8, "little"))
        _HALF.pack_into(code, offset + 4, low)
        _HALF.pack_into(code, offset + 12, high)
    return replace(program, instructions=bytes(code), constant_uses=())


def _read(data: bytes) -> ObjectFile:
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("no 64-bit little-endian ELF file")
    fields = _HEADER.unpack_from(data)
    if fields[1] != _MACHINE_BPF:
        raise ValueError("no BPF object")
    sections = _sections(data, offset=fields[5], count=fields[11], names=fields[12])
    symbols, names = _symbols(sections)
    constants = {name for name, _, at in symbols if at == _UNDEFINED and name}
    maps: list[MapDefinition] = []
    programs: list[Program] = []
    terms = b"\0"
    for index, section in enumerate(sections):
        if section.name == "maps":
            for name, value, at in symbols:
                if at == index and name:
                    kind, key_bytes, value_bytes, limit = _MAP.unpack_from(section.data, value)
                    made = MapDefinition(
                        name=name, kind=kind, key_bytes=key_bytes, value_bytes=value_bytes, limit=limit
                    )
                    maps.append(made)
        elif section.name == "license":
            terms = section.data
        elif section.kind == _PROGBITS and section.flags & _EXECUTABLE and section.data:
            uses = list(_uses(sections, index, names))
            program = Program(
                section=section.name,
                instructions=section.data,
                map_uses=tuple(use for use in uses if use[1] not in constants),
                constant_uses=tuple(use for use in uses if use[1] in constants),
            )
            programs.append(program)
    return ObjectFile(license=terms, maps=tuple(maps), programs=tuple(programs))


def _sections(data: bytes, *, offset: int, count: int, names: int) -> list[_Section]:
    rows = [_SECTION.unpack_from(data, offset + index * _SECTION.size) for index in range(count)]
    texts = data[rows[names][4] : rows[names][4] + rows[names][5]]
    return [
        _Section(
            name=_text(texts, row[0]),
            kind=row[1],
            flags=row[2],
            link=row[6],
            info=row[7],
            data=data[row[4] : row[4] + row[5]],
        )
        for row in rows
    ]


def _symbols(sections: list[_Section]) -> tuple[list[tuple[str, int, int]], list[str]]:
    """Give (name, value, section index) of all symbols, and all names by index."""
    table = next((section for section in sections if section.kind == _SYMTAB), None)
    if table is None:
        raise ValueError("an object without symbols")
    texts = sections[table.link].data
    rows = [(_text(texts, row[0]), row[4], row[3]) for row in _SYMBOL.iter_unpack(table.data)]
    return rows, [name for name, _, _ in rows]


def _uses(sections: list[_Section], program: int, names: list[str]) -> list[tuple[int, str]]:
    uses: list[tuple[int, str]] = []
    for section in sections:
        if section.kind != _REL or section.info != program:
            continue
        offset: int
        info: int
        for offset, info in _RELOCATION.iter_unpack(section.data):
            if info & 0xFFFFFFFF != _R_BPF_64_64:
                raise ValueError(f"{sections[program].name} needs a relocation that is not known here")
            uses.append((offset, names[info >> 32]))
    return uses


def _text(table: bytes, start: int) -> str:
    return table[start : table.index(b"\0", start)].decode()
