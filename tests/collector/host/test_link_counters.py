"""The system's own counters of its interfaces."""

import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.host.link_counters import parse_stats, read_link_counters
from tests.support.namespaces import namespace, needs_root


def message(kind: int, body: bytes) -> bytes:
    raw = struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body
    return raw + bytes(-len(raw) % 4)


def stats(index: int, *counts: int, attribute: int = 1) -> bytes:
    value = struct.pack(f"={len(counts)}Q", *counts)
    return message(92, struct.pack("=BBHII", 0, 0, 0, index, 1) + struct.pack("=HH", 4 + len(value), attribute) + value)


DONE = message(3, bytes(4))


def of_sysfs(name: str, what: str) -> int:
    return int(Path(f"/sys/class/net/{name}/statistics/{what}").read_text())


def test_the_counters_are_those_of_sysfs() -> None:
    for index, name in socket.if_nameindex():
        before = of_sysfs(name, "rx_bytes") + of_sysfs(name, "tx_bytes")
        packets_before = of_sysfs(name, "rx_packets") + of_sysfs(name, "tx_packets")
        byte_count, packet_count = read_link_counters()[index]
        assert before <= byte_count <= of_sysfs(name, "rx_bytes") + of_sysfs(name, "tx_bytes")
        assert packets_before <= packet_count <= of_sysfs(name, "rx_packets") + of_sysfs(name, "tx_packets")


@pytest.mark.root
@needs_root
def test_loopback_counts_each_packet_as_sent_and_received_and_no_link_header() -> None:
    with namespace("nmled") as place, place.entered():
        assert set(read_link_counters().values()) == {(0, 0)}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.sendto(bytes(72), receiver.getsockname())
        assert read_link_counters()[1] == (200, 2)


def test_a_dump_may_come_in_parts() -> None:
    assert parse_stats(stats(1, 1, 2, 30, 40) + stats(2, 5, 6, 70, 80)) == ({1: (70, 3), 2: (150, 11)}, False)
    assert parse_stats(stats(3, 0, 0, 0, 0) + DONE) == ({3: (0, 0)}, True)


def test_other_attributes_and_short_ones_are_left_out() -> None:
    assert parse_stats(stats(1, 1, 2, 3, 4, attribute=2) + stats(2, 1, 2, 3) + DONE) == ({}, True)


def test_the_kernels_refusal_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        parse_stats(message(2, struct.pack("=i", -1)))


def test_a_system_that_refuses_has_no_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert read_link_counters() == {}


def test_macos_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert read_link_counters() == {}


@given(st.binary(max_size=200), st.integers(0, 60))
def test_whatever_comes_is_read_or_refused(noise: bytes, cut: int) -> None:
    for data in (noise, stats(1, 1, 2, 3, 4)[:cut], message(92, noise)):
        try:
            counts, _ = parse_stats(data)
        except OSError:
            continue
        assert len(counts) <= 1 + len(data) // 16
