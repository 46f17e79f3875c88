"""The object as it is shipped, and bytes that no compiler writes."""

import random
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netmon_collector.host.bpf.object_file import Program, read_object, with_constants, without_call
from tests.support.source_tree import ROOT

SHIPPED = (ROOT / "collector/netmon_collector/host/bpf/owners.bpf.o").read_bytes()


def test_the_shipped_object_holds_its_programs_and_maps() -> None:
    found = read_object(SHIPPED)
    assert found.license == b"GPL v2\0"
    sizes = {one.name: (one.key_bytes, one.value_bytes) for one in found.maps}
    assert sizes == {
        "sockets": (8, 112),
        "senders": (32, 32),
        "flows": (48, 184),
        "newcomers": (40, 8),
        "kins": (80, 8),
        "arrivals": (0, 0),
        "settings": (4, 8),
    }
    assert {one.section for one in found.programs} >= {"sock_create", "sock_release", "egress", "ingress"}
    names = {one.name for one in found.maps}
    for program in found.programs:
        assert len(program.instructions) % 8 == 0
        assert program.map_uses
        for offset, name in program.map_uses:
            assert program.instructions[offset] == 0x18  # BPF_LD | BPF_IMM | BPF_DW
            assert name in names


def test_a_helpers_answer_is_replaced_by_0_where_it_is_called_and_nowhere_else() -> None:
    calls = [bytes((0x85, 0, 0, 0, helper, 0, 0, 0)) for helper in (1, 122, 2)]
    program = Program(section="egress", instructions=b"".join(calls), map_uses=((8, "flows"),))
    plainer = without_call(program, 122)
    assert plainer.instructions == calls[0] + bytes((0xB7, 0, 0, 0, 0, 0, 0, 0)) + calls[2]
    assert plainer.map_uses == program.map_uses


def test_constants_that_the_source_leaves_open_are_named_and_filled_in() -> None:
    source = read_object((ROOT / "collector/netmon_collector/host/bpf/holders.bpf.o").read_bytes())
    (program,) = source.programs
    assert (program.section, program.map_uses, source.maps) == ("task_file", (), ())
    names = {name for _, name in program.constant_uses}
    assert names == {"task_struct__tgid", "file__f_inode", "inode__i_ino"}
    value = 0x1122334455667788
    filled = with_constants(program, dict.fromkeys(names, value))
    assert filled.constant_uses == ()
    for offset, _ in program.constant_uses:
        both = filled.instructions[offset : offset + 16]
        assert both[4:8] + both[12:16] == value.to_bytes(8, "little")
        assert both[:2] == program.instructions[offset : offset + 2]
    with pytest.raises(KeyError):
        with_constants(program, {})


def test_a_constant_anywhere_else_than_in_a_64_bit_load_is_refused() -> None:
    program = Program(section="task_file", instructions=bytes(16), map_uses=(), constant_uses=((0, "offset"),))
    with pytest.raises(ValueError, match="64-bit load"):
        with_constants(program, {"offset": 1})


def test_every_map_is_bounded() -> None:
    # An LRU map makes room by itself, the ring refuses what does not fit, and an array never grows.
    assert {one.kind for one in read_object(SHIPPED).maps} == {2, 9, 27}
    assert all(0 < one.limit <= 65_536 for one in read_object(SHIPPED).maps)


@pytest.mark.parametrize("data", [b"", b"\x7fELF", SHIPPED[:63], SHIPPED[:-40], b"MZ" + SHIPPED[2:]])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- one sentence a way to be none
        read_object(data)


def test_an_object_for_another_machine_is_refused() -> None:
    foreign = SHIPPED[:18] + b"\x3e\x00" + SHIPPED[20:]  # EM_X86_64
    with pytest.raises(ValueError, match="no BPF object"):
        read_object(foreign)


@example(seed=18_279)  # an offset beyond what an index may be
@given(st.integers(min_value=0, max_value=2**32))
def test_a_damaged_object_gives_an_object_or_a_value_error(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SHIPPED)
    for _ in range(chance.randrange(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(ValueError):
        assert read_object(bytes(data)).license is not None
