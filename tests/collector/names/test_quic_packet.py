import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.quic_packet import (
    VERSIONS,
    derive_client_keys,
    is_available,
    open_initial,
    read_long_header,
    read_varint,
)
from tests.support import name_messages as make
from tests.support.rfc_initials import (
    CLIENT_KEYS,
    CRYPTO_FRAME,
    DESTINATION_ID,
    PROTECTED_BEGINNINGS,
    PROTECTED_ENDS,
)

versions = pytest.mark.parametrize("version", VERSIONS)
V2 = 0x6B3343CF


@pytest.mark.parametrize("version", CLIENT_KEYS)
def test_the_keys_are_those_of_the_appendices(version: int) -> None:
    keys = derive_client_keys(version, DESTINATION_ID)
    assert (keys.key.hex(), keys.iv.hex(), keys.header_key.hex()) == CLIENT_KEYS[version]


@pytest.mark.parametrize("version", CLIENT_KEYS)
def test_the_packet_of_the_appendices_is_opened(version: int) -> None:
    packet = make.seal_initial(CRYPTO_FRAME, version=version, destination_id=DESTINATION_ID)
    assert len(packet) == 1_200
    assert packet.startswith(PROTECTED_BEGINNINGS[version])
    assert packet.endswith(PROTECTED_ENDS.get(version, b""))
    header = read_long_header(packet, 0)
    assert (header.is_initial, header.destination_id, header.end) == (True, DESTINATION_ID, 1_200)
    frames = open_initial(packet, header, derive_client_keys(version, DESTINATION_ID))
    assert frames == CRYPTO_FRAME.ljust(1_162, b"\0")


@pytest.mark.parametrize(
    ("text", "number"),
    [("c2197c5eff14e88c", 151288809941952652), ("9d7f3e7d", 494878333), ("7bbd", 15293), ("25", 37), ("4025", 37)],
)
def test_integers_are_those_of_rfc_9000(text: str, number: int) -> None:
    data = bytes.fromhex(text)
    assert read_varint(b"x" + data + b"x", 1) == (number, 1 + len(data))
    with pytest.raises(ValueError, match="cut off"):
        read_varint(data[:-1], 0)


@versions
def test_a_token_and_a_long_id_are_passed_over(version: int) -> None:
    packet = make.seal_initial(b"\1", version=version, destination_id=bytes(20), token=bytes(100))
    header = read_long_header(packet, 0)
    assert open_initial(packet, header, derive_client_keys(version, bytes(20))).startswith(b"\1\0")


@versions
def test_other_kinds_of_packets_are_told_apart(version: int) -> None:
    initial = make.seal_initial(b"", version=version)
    kinds: list[object] = []
    for kind in range(4):
        is_initial = kind == VERSIONS[version].initial_type
        rest = initial[1:] if is_initial else initial[1:15] + initial[16:]  # only an Initial has a token
        try:
            kinds.append(read_long_header(bytes([0xC0 | kind << 4]) + rest, 0).is_initial)
        except ValueError:
            kinds.append("refused")
    # Initial, 0-RTT, Handshake, Retry; version 2 has Retry first (RFC 9369, 3.2).
    assert kinds == (["refused", True, False, False] if version == V2 else [True, False, False, "refused"])


def test_other_keys_do_not_open() -> None:
    packet = make.seal_initial(CRYPTO_FRAME)
    with pytest.raises(ValueError, match="do not open"):
        open_initial(packet, read_long_header(packet, 0), derive_client_keys(1, b"another"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x40" + bytes(1_200),
        b"\xc0\0\0\0\x05" + bytes(1_200),
        b"\xc0\0\0\0\x01\x15" + bytes(1_200),
        b"\xc0\0\0\0\x01\x08abc",
        b"\xc0\0\0\0\x01\0\0\0\x10" + bytes(16),
        make.seal_initial(b"")[:-1],
    ],
)
def test_what_is_no_whole_packet_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_long_header(data, 0)


@given(st.binary(max_size=100))
def test_any_bytes_give_a_header_or_value_error(data: bytes) -> None:
    for version in VERSIONS:
        try:
            header = read_long_header(b"\xc0" + version.to_bytes(4) + data, 0)
        except ValueError:
            continue
        assert header.end <= len(data) + 5


def test_without_the_library_initials_stay_shut_and_that_is_said() -> None:
    assert is_available
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from netmon_collector.names import quic\n"
        "assert not quic.is_available and quic.is_initial(bytes.fromhex(sys.argv[1]))\n"
        "try: quic.InitialCollector().add(bytes.fromhex(sys.argv[1]))\n"
        "except ValueError as error: print(error)"
    )
    arguments = [sys.executable, "-c", code, make.seal_initial(CRYPTO_FRAME).hex()]
    run = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "cryptography of netmon-suite[collector] is missing" in run.stdout
