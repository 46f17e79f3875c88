"""bpf(2) itself: this kernel's answers."""

import errno
import os
import platform
import struct
import subprocess
import sys

import pytest

from netmon_collector.host.bpf.object_file import MapDefinition, Program
from netmon_collector.host.bpf.system_call import Map, ProgramRefused, attach, load
from netmon_collector.host.kernel_mount import open_root

HASH = MapDefinition(name="numbers", kind=1, key_bytes=4, value_bytes=8, limit=2)
GO_ON = struct.pack("<BBhi", 0xB7, 0, 0, 1) + struct.pack("<BBhi", 0x95, 0, 0, 0)  # r0 = 1; exit
NO_EXIT = GO_ON[:8]
CGROUP_SKB, INGRESS = 8, 0
WITHOUT_RIGHTS = f"""
import os
from netmon_collector.host.bpf.object_file import Program
from netmon_collector.host.bpf.system_call import load
os.setresuid(65534, 65534, 65534)
try:
    load(Program(section="connect4", instructions={GO_ON!r}, map_uses=()), {{}}, kind=18, attach_kind=10, terms=b"")
except OSError as error:
    print(type(error).__name__, error.errno)
"""

pytestmark = pytest.mark.root


def program(code: bytes, uses: tuple[tuple[int, str], ...] = ()) -> Program:
    return Program(section="ingress", instructions=code, map_uses=uses)


def test_a_map_gives_back_what_was_put_there() -> None:
    made = Map(HASH)
    try:
        assert made.find(b"\0\0\0\1") is None
        made.set(b"\0\0\0\1", b"8 bytes!")
        made.set(b"\0\0\0\2", b"8 others")
        assert made.find(b"\0\0\0\1") == b"8 bytes!"
        with pytest.raises(OSError, match="Argument list too long"):  # E2BIG: it holds two
            made.set(b"\0\0\0\3", b"too many")
    finally:
        made.close()
        made.close()


def test_a_closed_map_is_an_error_and_no_crash() -> None:
    made = Map(HASH)
    made.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        made.find(b"\0\0\0\1")


def test_an_impossible_map_is_refused() -> None:
    with pytest.raises(OSError, match="Invalid argument"):
        Map(MapDefinition(name="none", kind=1, key_bytes=0, value_bytes=8, limit=2))


def test_a_program_is_loaded_linked_and_gone_with_its_descriptors() -> None:
    loaded = load(program(GO_ON), {}, kind=CGROUP_SKB, attach_kind=INGRESS, terms=b"Apache-2.0")
    cgroup = open_root(b"cgroup2")
    link = attach(loaded, cgroup, INGRESS)
    for descriptor in (link, loaded, cgroup):
        assert not os.get_inheritable(descriptor)
        os.close(descriptor)


def test_a_refused_program_comes_with_the_verifiers_words() -> None:
    with pytest.raises(ProgramRefused) as caught:
        load(program(NO_EXIT), {}, kind=CGROUP_SKB, attach_kind=INGRESS, terms=b"Apache-2.0")
    assert caught.value.errno == errno.EINVAL
    assert "last insn" in caught.value.log


def test_what_the_verifier_denies_is_no_missing_right() -> None:
    beyond = struct.pack("<BBhi", 0x61, 0x10, 4096, 0) + GO_ON  # r0 = *(u32 *)(r1 + 4096): the context is shorter
    with pytest.raises(ProgramRefused) as caught:
        load(program(beyond), {}, kind=CGROUP_SKB, attach_kind=INGRESS, terms=b"Apache-2.0")
    assert caught.value.errno == errno.EACCES
    assert "invalid bpf_context access" in caught.value.log


def test_without_the_rights_it_says_so() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_RIGHTS], check=True, capture_output=True, text=True)
    assert done.stdout == "PermissionError 1\n"


def test_a_map_in_the_wrong_place_is_found_before_the_kernel_sees_it() -> None:
    with pytest.raises(ValueError, match="64-bit load"):
        load(program(GO_ON, ((0, "numbers"),)), {}, kind=CGROUP_SKB, attach_kind=INGRESS, terms=b"Apache-2.0")


def test_on_an_unknown_machine_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    with pytest.raises(OSError, match="not known for this machine"):
        Map(HASH)
