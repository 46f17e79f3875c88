"""Types as this kernel tells them, as they are built here, and bytes that no kernel gives."""

import random
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.host.bpf.btf import KERNEL_TYPES, Types, read_types

INT, STRUCT, FUNC, FUNC_PROTO, FLOAT = 1, 4, 12, 13, 16
TYPE = struct.Struct("<III")


class Made:
    """A small BTF: types are numbered from 1."""

    def __init__(self) -> None:
        self.texts = bytearray(b"\0")
        self.types = bytearray()

    def text(self, name: str) -> int:
        at = len(self.texts)
        self.texts += name.encode() + b"\0"
        return at

    def add(self, kind: int, name: str, rest: bytes = b"", *, count: int = 0, flag: int = 0) -> None:
        self.types += TYPE.pack(self.text(name), flag << 31 | kind << 24 | count, 0) + rest

    def structure(self, name: str, members: dict[str, int], *, flag: int = 0) -> None:
        rest = b"".join(TYPE.pack(self.text(member), 1, bits) for member, bits in members.items())
        self.add(STRUCT, name, rest, count=len(members), flag=flag)

    def data(self) -> bytes:
        header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(self.types), len(self.types), len(self.texts))
        return header + bytes(self.types) + bytes(self.texts)


def small() -> Made:
    made = Made()
    made.add(INT, "int", bytes(4))
    made.add(FUNC_PROTO, "", bytes(16), count=2)
    made.structure("file", {"first": 0, "f_inode": 256})
    made.add(FUNC, "asked")
    made.add(FLOAT, "float")
    made.add(FUNC, "another")
    made.structure("flagged", {"whole": 64, "bits": 3 << 24 | 128, "odd": 65}, flag=1)
    return made


def test_ids_count_from_1_over_types_of_every_length_and_offsets_are_bytes() -> None:
    found = read_types(small().data(), functions=["asked", "another"], members=["file__f_inode", "flagged__whole"])
    assert found == Types(functions={"asked": 4, "another": 6}, offsets={"file__f_inode": 32, "flagged__whole": 8})


def test_the_first_of_two_structures_of_a_name_that_has_the_member_counts() -> None:
    made = small()
    made.structure("other", {"first": 8})
    name, info, _ = TYPE.unpack_from(made.types, len(made.types) - 24)
    member = made.texts.index(b"first")
    made.types[-12:] = TYPE.pack(member, 1, 8)
    made.types += TYPE.pack(name, info, 0) + TYPE.pack(member, 1, 800)
    assert read_types(made.data(), functions=(), members=["other__first"]).offsets == {"other__first": 1}


def test_members_of_nameless_structures_in_a_structure_are_its_own() -> None:
    made = Made()
    made.add(INT, "int", bytes(4))
    # Type 2 holds type 3 at byte 16, which holds type 4 at byte 8; both are structures without a name.
    for first, nameless, at in (("whole", 3, 128), ("inner", 4, 64), ("innermost", 0, 0)):
        members = TYPE.pack(made.text(first), 1, 32) + (TYPE.pack(0, nameless, at) if nameless else b"")
        made.types += TYPE.pack(made.text("outer") if first == "whole" else 0, STRUCT << 24 | 1 + bool(nameless), 0)
        made.types += members
    names = ["outer__whole", "outer__inner", "outer__innermost"]
    assert read_types(made.data(), functions=(), members=names).offsets == dict(zip(names, (4, 20, 28), strict=True))


@pytest.mark.parametrize("member", ["flagged__bits", "flagged__odd"])
def test_a_bit_field_is_refused(member: str) -> None:
    with pytest.raises(ValueError, match=f"{member} is a bit field"):
        read_types(small().data(), functions=(), members=[member])


@pytest.mark.parametrize(
    ("functions", "members", "missing"),
    [
        (["nobody"], [], "nobody"),
        (["float"], [], "float"),
        ([], ["file__whole"], "file__whole"),
        ([], ["nobody__first"], "nobody"),
    ],
)
def test_what_the_kernel_does_not_tell_of_is_named(functions: list[str], members: list[str], missing: str) -> None:
    with pytest.raises(ValueError, match=f"does not tell of {missing}$"):
        read_types(small().data(), functions=functions, members=members)


def test_a_kind_that_came_later_is_an_error_since_its_length_is_not_known() -> None:
    made = small()
    made.add(30, "new")
    made.add(FUNC, "behind")
    with pytest.raises(ValueError, match="kind 30"):
        read_types(made.data(), functions=["behind"], members=())


@pytest.mark.parametrize("data", [b"", b"\x9f\xeb", bytes(24), b"\xeb\x9f" + bytes(22), small().data()[:60]])
def test_what_is_no_btf_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- one sentence a way to be none
        read_types(data, functions=["asked"], members=())


@given(st.integers(min_value=0, max_value=2**32))
def test_damaged_btf_gives_types_or_a_value_error(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(small().data())
    for _ in range(chance.randrange(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(ValueError):
        found = read_types(bytes(data), functions=["another"], members=["file__f_inode"])
        assert set(found.functions) == {"another"}
        assert 0 <= found.offsets["file__f_inode"] < 2**29


@pytest.mark.skipif(not KERNEL_TYPES.exists(), reason="this kernel does not tell of its types")
def test_this_kernel_tells_of_its_iterators_and_of_members_that_never_moved() -> None:
    wanted = ["list_head__next", "list_head__prev"]
    found = read_types(KERNEL_TYPES.read_bytes(), functions=["bpf_iter_task_file"], members=wanted)
    assert found.functions["bpf_iter_task_file"] > 0
    assert found.offsets == {"list_head__next": 0, "list_head__prev": 8}
