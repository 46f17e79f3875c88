import errno
import os
import select
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon_collector.capture.pcap import SNAPSHOT_BYTES, FileHandle, LiveHandle, compile_filter
from tests.support.frames import ethernet, ipv4, udp
from tests.support.namespaces import VethPair, namespace, needs_root, veth_pair
from tests.support.waiting import wait_for

ETHERNET = 1
BUFFER_BYTES = 2 << 20
DISCARD_PORT = 9

PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)


def pcap_record(seconds: int, content: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "IIII", seconds, 7, len(content), len(content)) + content


def records_of(records: bytes) -> list[tuple[int, int, int, int]]:
    return list(struct.iter_unpack("=IIII", records))


# --- Files -----------------------------------------------------------------------------------


def test_a_file_is_read_in_its_order_and_then_ends(tmp_path: Path) -> None:
    path = tmp_path / "two.pcap"
    path.write_bytes(PCAP_HEADER + pcap_record(10, b"a" * 20) + pcap_record(11, b"b" * 30))
    handle = FileHandle(path)
    assert handle.link_type == ETHERNET
    data, records = handle.read()
    assert data == b"a" * 20 + b"b" * 30
    assert records_of(records) == [(10, 7, 0, 20), (11, 7, 20, 30)]
    assert handle.read() == (b"", b"")
    assert not handle.is_damaged
    handle.close()


def test_a_file_of_the_other_byte_order_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "big.pcap"
    header = struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)
    path.write_bytes(header + pcap_record(10, b"a" * 20, order=">"))
    assert records_of(FileHandle(path).read()[1]) == [(10, 7, 0, 20)]


def test_nanoseconds_become_microseconds(tmp_path: Path) -> None:
    path = tmp_path / "nano.pcap"
    header = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, ETHERNET)
    path.write_bytes(header + struct.pack("<IIII", 10, 123_456_789, 14, 60) + b"x" * 14)
    assert records_of(FileHandle(path).read()[1]) == [(10, 123_456, 0, 14)]


def test_pcapng_is_read(tmp_path: Path) -> None:
    def block(kind: int, content: bytes) -> bytes:
        length = 12 + len(content)
        return struct.pack("<II", kind, length) + content + struct.pack("<I", length)

    path = tmp_path / "one.pcapng"
    path.write_bytes(
        block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        + block(1, struct.pack("<HHI", ETHERNET, 0, 96))
        + block(6, struct.pack("<IIIII", 0, 0, 1_500_000, 16, 60) + b"y" * 16)
    )
    handle = FileHandle(path)
    data, records = handle.read()
    assert (data, records_of(records)) == (b"y" * 16, [(1, 500_000, 0, 16)])


@pytest.mark.parametrize("kept_bytes", range(1, 36))
def test_a_file_that_breaks_off_gives_what_stands_before(tmp_path: Path, kept_bytes: int) -> None:
    path = tmp_path / "cut.pcap"
    whole = b"".join(pcap_record(second, bytes([second]) * 20) for second in range(5))
    path.write_bytes(PCAP_HEADER + whole + pcap_record(5, b"z" * 20)[:kept_bytes])
    handle = FileHandle(path)
    seen: list[int] = []
    while records := handle.read(max_packets=3)[1]:
        seen += [record[0] for record in records_of(records)]
    assert seen == [0, 1, 2, 3, 4]
    assert handle.is_damaged
    assert handle.read() == (b"", b"")
    handle.close()


def test_a_record_of_impossible_length_ends_the_file(tmp_path: Path) -> None:
    path = tmp_path / "huge.pcap"
    path.write_bytes(PCAP_HEADER + pcap_record(1, b"a" * 20) + struct.pack("<IIII", 2, 0, 0xFFFFFFF0, 60) + b"x" * 99)
    handle = FileHandle(path)
    assert len(records_of(handle.read()[1])) == 1
    assert handle.is_damaged


def test_what_is_no_capture_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is no capture file at all.")
    with pytest.raises(ValueError, match=r"letter\.txt is no capture file"):
        FileHandle(path)
    with pytest.raises(FileNotFoundError):
        FileHandle(tmp_path / "nowhere.pcap")


# --- Live ------------------------------------------------------------------------------------


@pytest.fixture
def wire() -> Iterator[VethPair]:
    with veth_pair("nmpcap") as pair:
        yield pair


def open_near(pair: VethPair) -> LiveHandle:
    with pair.near.namespace.entered():
        return LiveHandle.open(pair.near.interface, buffer_bytes=BUFFER_BYTES)


def send(pair: VethPair, count: int, size: int = 10) -> None:
    with pair.far.namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(count):
            sender.sendto(b"n" * size, (pair.near.ipv4, DISCARD_PORT))


def is_readable(handle: LiveHandle, timeout_seconds: float = 30) -> bool:
    return bool(select.select([handle.fileno()], [], [], timeout_seconds)[0])


def lengths_of_discarded(data: bytes, records: bytes) -> list[int]:
    """Captured lengths of the UDP packets to the discard port; neighbour discovery passes by."""
    port = struct.pack("!H", DISCARD_PORT)
    return [
        length
        for _, _, start, length in records_of(records)
        if data[start + 12 : start + 14] == b"\x08\x00"
        and data[start + 23] == socket.IPPROTO_UDP
        and data[start + 36 : start + 38] == port
    ]


def kept_packets(handle: LiveHandle) -> int:
    received, dropped, _ = handle.statistics()
    return received - dropped


def wait_for_quiet(handle: LiveHandle) -> None:
    """Read what the kernel itself sent when the link came up."""
    while is_readable(handle, 0.1):
        handle.read()


def read_and_kept(handle: LiveHandle) -> int:
    """Give how many packets were kept, once each was read: one may lie in a block that is not handed over yet."""
    while True:
        wait_for_quiet(handle)
        kept = kept_packets(handle)
        if not is_readable(handle, 0.3):
            return kept


def read_discarded(handle: LiveHandle, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count and is_readable(handle):
        found += lengths_of_discarded(*handle.read())
    return found


@pytest.mark.root
@needs_root
def test_packets_arrive_cut_to_the_snapshot_and_without_waiting_when_there_are_none(wire: VethPair) -> None:
    handle = open_near(wire)
    assert handle.link_type == ETHERNET
    # What the kernel itself sent when the link came up may lie in a block that is not handed over yet.
    wait_for(lambda: handle.read() == (b"", b""), seconds=30, what="a reading of nothing")
    send(wire, 3)
    assert read_discarded(handle, 3) == [52, 52, 52]
    send(wire, 2, size=900)
    assert read_discarded(handle, 2) == [SNAPSHOT_BYTES, SNAPSHOT_BYTES]
    handle.close()


@pytest.mark.root
@needs_root
def test_the_ring_holds_frames_cut_by_the_kernel(wire: VethPair) -> None:
    handle = open_near(wire)
    send(wire, 7_000, size=1_400)  # 2 MiB would hold 1,300 of them whole
    received, dropped, _ = handle.statistics()
    assert received >= 7_000
    assert dropped == 0
    handle.close()


@pytest.mark.root
@needs_root
def test_down_is_said_once_and_the_same_handle_goes_on_when_it_is_up_again(wire: VethPair) -> None:
    handle, near = open_near(wire), wire.near.namespace
    send(wire, 1)
    assert read_discarded(handle, 1) == [52]
    near.ip("link", "set", wire.near.interface, "down")
    with pytest.raises(OSError, match="down") as said:
        read_discarded(handle, 1)
    assert said.value.errno == errno.ENETDOWN
    assert handle.read() == (b"", b"")
    assert not is_readable(handle, 0)
    near.ip("link", "set", wire.near.interface, "up")
    send(wire, 4)
    assert read_discarded(handle, 4) == [52] * 4
    handle.close()


@pytest.mark.root
@needs_root
def test_a_renamed_interface_goes_on(wire: VethPair) -> None:
    handle, near = open_near(wire), wire.near.namespace
    near.ip("link", "set", wire.near.interface, "name", "other0")
    send(wire, 4)
    assert read_discarded(handle, 4) == [52] * 4
    handle.close()


@pytest.mark.root
@needs_root
def test_a_deleted_interface_says_down_once_and_then_is_silent(wire: VethPair) -> None:
    handle, near = open_near(wire), wire.near.namespace
    near.ip("link", "delete", wire.near.interface)
    with pytest.raises(OSError, match="down"):
        read_discarded(handle, 1)
    assert handle.read() == (b"", b"")
    assert not is_readable(handle, 0)
    handle.close()


@pytest.mark.root
@needs_root
def test_what_cannot_be_opened_is_a_built_in_exception(wire: VethPair) -> None:
    with wire.near.namespace.entered():
        with pytest.raises(FileNotFoundError):
            LiveHandle.open("nowhere0", buffer_bytes=BUFFER_BYTES)
        wire.near.namespace.ip("link", "set", wire.near.interface, "down")
        with pytest.raises(OSError, match="down") as said:
            LiveHandle.open(wire.near.interface, buffer_bytes=BUFFER_BYTES)
        assert said.value.errno == errno.ENETDOWN


@pytest.mark.root
@needs_root
def test_without_the_right_to_capture_it_is_a_permission_error() -> None:
    child = os.fork()
    if child == 0:  # a user without rights; whatever happens, the child ends here
        code = 1
        try:
            os.setuid(65534)
            LiveHandle.open("lo", buffer_bytes=BUFFER_BYTES)
        except PermissionError:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.root
@needs_root
def test_the_loopback_shows_and_counts_each_packet_once() -> None:
    with namespace("nmpcap") as inside, inside.entered():
        handle = LiveHandle.open("lo", buffer_bytes=BUFFER_BYTES, is_loopback=True)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink,
        ):
            sink.bind(("127.0.0.1", DISCARD_PORT))
            for _ in range(1_000):
                sender.sendto(b"n" * 10, ("127.0.0.1", DISCARD_PORT))
        assert read_discarded(handle, 1_000) == [52] * 1_000
        assert handle.statistics() == (1_000, 0, 0)
        handle.close()


@pytest.mark.root
@needs_root
def test_what_the_ring_cannot_hold_is_counted_as_dropped(wire: VethPair) -> None:
    handle = open_near(wire)
    before = read_and_kept(handle)
    send(wire, 40_000)
    received, dropped, _ = handle.statistics()
    assert received >= 40_000
    assert dropped > 0
    read = 0
    while read != kept_packets(handle) - before:  # every packet is either read or counted as dropped
        assert is_readable(handle)
        read += len(handle.read()[1]) // 16
    handle.close()


# --- Filters ---------------------------------------------------------------------------------


def to_discard(link_type: int) -> str:
    assert link_type == ETHERNET
    return f"udp port {DISCARD_PORT}"


def test_a_wrong_filter_is_a_value_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="filter is wrong"):
        compile_filter("no such words", ETHERNET, 128)
    path = tmp_path / "none.pcap"
    path.write_bytes(PCAP_HEADER)
    with pytest.raises(ValueError, match="filter is wrong"):
        FileHandle(path, filter_for=lambda _: "no such words")


def test_of_a_file_only_what_passes_the_filter_is_read_also_before_damage(tmp_path: Path) -> None:
    wanted = ethernet(ipv4(udp(40_000, DISCARD_PORT)))
    other = ethernet(ipv4(udp(40_000, 10)))
    path = tmp_path / "some.pcap"
    frames = [wanted, other, other, wanted, other, wanted]
    whole = b"".join(pcap_record(second, frame) for second, frame in enumerate(frames))
    path.write_bytes(PCAP_HEADER + whole + pcap_record(9, wanted)[:20])
    handle = FileHandle(path, filter_for=to_discard)
    seconds: list[int] = []
    while records := handle.read(2)[1]:
        seconds += [record[0] for record in records_of(records)]
    assert seconds == [0, 3, 5]
    assert handle.is_damaged
    handle.close()


@pytest.mark.root
@needs_root
def test_a_live_filter_runs_in_the_kernel_and_cuts_what_passes(wire: VethPair) -> None:
    with wire.near.namespace.entered():
        handle = LiveHandle.open(
            wire.near.interface, buffer_bytes=BUFFER_BYTES, snapshot_bytes=200, filter_for=to_discard
        )
    # Between opening and the filter something may have come: neighbour discovery of the new link.
    before = handle.statistics()[0]
    with wire.far.namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"other", (wire.near.ipv4, DISCARD_PORT + 1))
    send(wire, 2, size=900)
    assert read_discarded(handle, 2) == [200, 200]
    assert handle.statistics()[0] - before == 2
    handle.close()
