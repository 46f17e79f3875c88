import errno
import os
import stat
import struct
from io import BufferedWriter, FileIO
from pathlib import Path

import dpkt
import pytest

from netmon.model import Process
from netmon_collector.capture import recording
from netmon_collector.capture.recording import SIDECAR_NAME, Recorder
from netmon_collector.capture.sidecar import Processes, decode
from netmon_collector.core import links
from netmon_collector.core.batch import Batch
from tests.support import frames

NOW = 1_000.0
LIMIT_BYTES = 1 << 20

PROCESSES = Processes(rows=(Process(id="p", pid=1, start_time=2.0, name="init"),))


def cut(frame: bytes, length: int = 60, interface: str = "eth0") -> Batch:
    return frames.batch([frame[:length]], interface=interface)


def wire_lengths(path: Path) -> list[int]:
    content = path.read_bytes()
    found: list[int] = []
    offset = 24
    while offset < len(content):
        _, _, captured, wire = struct.unpack_from("=IIII", content, offset)
        found.append(wire)
        offset += 16 + captured
    return found


def recorder_in(directory: Path) -> Recorder:
    return Recorder(directory, now=NOW, limit_bytes=LIMIT_BYTES)


def record(directory: Path, *batches: Batch) -> None:
    recorder = recorder_in(directory)
    for batch in batches:
        recorder.add_batch(batch)
    recorder.close()
    assert recorder.stopped_reason == ""


def test_a_recording_reads_back_with_another_reader(tmp_path: Path) -> None:
    whole = frames.ethernet(frames.ipv4(frames.udp(payload=b"hello")))
    record(tmp_path / "run", frames.batch([whole, whole]))
    with (tmp_path / "run" / "eth0.pcap").open("rb") as file:
        reader = dpkt.pcap.Reader(file)
        assert reader.datalink() == links.ETHERNET
        assert list(reader) == [(1_000.5, whole), (1_001.5, whole)]


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (frames.ethernet(frames.ipv4(frames.tcp(payload=bytes(900)))), 14 + 20 + 20 + 900),
        (frames.ethernet(frames.ipv6(frames.udp(payload=bytes(900))), 0x86DD), 14 + 40 + 8 + 900),
        (frames.ethernet(frames.vlan(frames.ipv4(frames.udp(payload=bytes(900)))), 0x8100), 18 + 20 + 8 + 900),
        (frames.ethernet(frames.ipv4(frames.udp()).ljust(46, b"\0")), 60),  # padded: as captured
        (frames.ethernet(bytes(100), 0x0806), 60),  # ARP says no length
        (frames.ethernet(frames.ipv6(bytes(100), payload_length=0), 0x86DD), 60),  # BIG TCP
        (b"\x01\x02", 2),
    ],
)
def test_the_wire_length_comes_from_the_ip_header(tmp_path: Path, frame: bytes, wire: int) -> None:
    record(tmp_path / "run", cut(frame))
    assert wire_lengths(tmp_path / "run" / "eth0.pcap") == [wire]


def test_link_types_are_written_as_files_number_them(tmp_path: Path) -> None:
    packet = frames.ipv4(frames.udp())
    record(
        tmp_path / "run",
        frames.batch([packet], link_type=links.RAW, interface="tun0"),
        frames.batch([frames.pktap(packet)], link_type=links.PKTAP_APPLE, interface="en0"),
    )
    numbers = {
        path.name: struct.unpack_from("=I", path.read_bytes(), 20)[0] for path in (tmp_path / "run").glob("*.pcap")
    }
    assert numbers == {"tun0.pcap": links.RAW_LINKTYPE, "en0.pcap": links.PKTAP}


def test_each_interface_has_a_file_and_another_link_type_has_its_own(tmp_path: Path) -> None:
    packet = frames.ipv4(frames.udp())
    record(
        tmp_path / "run",
        frames.batch([packet], link_type=links.RAW, interface="odd name/../x"),
        frames.batch([frames.ethernet(packet)], interface="eth0"),
        frames.batch([packet], link_type=links.RAW, interface="eth0"),
    )
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"odd%20name%2F..%2Fx.pcap", "eth0.pcap", "eth0+12.pcap", SIDECAR_NAME}


def test_what_names_handles_hear_stands_apart_from_what_is_counted(tmp_path: Path) -> None:
    frame = frames.ethernet(frames.ipv4(frames.udp(payload=b"whole")))
    recorder = recorder_in(tmp_path / "run")
    recorder.add_batch(cut(frame))
    recorder.add_names(frames.batch([frame]))
    recorder.add_names(frames.batch([frame[14:]], link_type=links.RAW))
    recorder.close()
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"eth0.pcap", "eth0.names", "eth0+12.names", SIDECAR_NAME}
    with (tmp_path / "run" / "eth0.names").open("rb") as file:
        assert list(dpkt.pcap.Reader(file)) == [(1_000.5, frame)]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    record(tmp_path / "run", frames.batch([frames.ethernet(b"")]))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
    assert modes == {"eth0.pcap": 0o600, SIDECAR_NAME: 0o600}
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which takes root")
def test_it_belongs_to_the_user_who_called_sudo(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run", now=NOW, limit_bytes=LIMIT_BYTES, owner=(65534, 65534))
    recorder.add_batch(frames.batch([frames.ethernet(b"")]))
    recorder.close()
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in (tmp_path / "run", *(tmp_path / "run").iterdir())}
    assert owners == {(65534, 65534)}


def test_nothing_is_written_over_or_followed(tmp_path: Path) -> None:
    record(tmp_path / "run")
    with pytest.raises(FileExistsError):
        recorder_in(tmp_path / "run")
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(OSError, match=r"[Ll]ink|[Dd]irectory"):
        recorder_in(tmp_path / "link")
    (target / "eth0.pcap").symlink_to(tmp_path / "victim")
    recorder = recorder_in(target)
    recorder.add_batch(frames.batch([frames.ethernet(b"")]))
    recorder.close()
    assert not (tmp_path / "victim").exists()
    assert "cannot be written" in recorder.stopped_reason


def test_it_stops_at_its_limit_and_says_so(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run", now=NOW, limit_bytes=1_000)
    while not recorder.stopped_reason:
        recorder.add_batch(frames.batch([frames.ethernet(bytes(86))] * 2))
    written = recorder.written_bytes
    recorder.add_batch(frames.batch([frames.ethernet(b"")]))
    recorder.add_knowledge(PROCESSES, NOW)
    recorder.close()
    assert recorder.stopped_reason == "the limit of 1000 bytes is reached"
    assert 700 < written <= 1_000
    assert sum(path.stat().st_size for path in (tmp_path / "run").iterdir()) == written


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_it_stops_at_its_limit_of_files_and_keeps_none_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FILE_LIMIT", 4)
    before = open_files()
    recorder = recorder_in(tmp_path / "run")
    frame = frames.ethernet(frames.ipv4(frames.udp()))
    for number in range(3):
        recorder.add_batch(frames.batch([frame], interface=f"veth{number}"))
        recorder.add_names(frames.batch([frame], interface=f"veth{number}"))
    assert recorder.stopped_reason == "the limit of 4 capture files is reached"
    assert open_files() == before + 1  # the directory
    recorder.add_batch(frames.batch([frame], interface="veth0"))
    recorder.flush()
    recorder.close()
    assert open_files() == before
    names = {path.name: path.stat().st_size for path in (tmp_path / "run").iterdir()}
    assert names.keys() == {"veth0.pcap", "veth0.names", "veth1.pcap", "veth1.names", SIDECAR_NAME}
    assert names["veth0.pcap"] == 24 + 16 + len(frame)


def test_without_a_descriptor_left_it_gives_back_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_none(name: str) -> BufferedWriter:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    before = open_files()
    recorder = recorder_in(tmp_path / "run")
    recorder.add_batch(frames.batch([frames.ethernet(bytes(100))]))
    monkeypatch.setattr(recorder, "_create", create_none)
    recorder.add_batch(frames.batch([frames.ethernet(bytes(100))], interface="veth0"))
    assert recorder.stopped_reason == "it cannot be written: Too many open files"
    assert open_files() == before + 1  # the directory
    recorder.close()


def test_a_full_disk_stops_the_recording_and_not_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_on_a_full_disk(name: str) -> BufferedWriter:
        return BufferedWriter(FileIO("/dev/full", "wb"))

    recorder = recorder_in(tmp_path / "run")
    monkeypatch.setattr(recorder, "_create", create_on_a_full_disk)
    recorder.add_batch(frames.batch([frames.ethernet(bytes(100))]))
    recorder.flush()
    assert recorder.stopped_reason == "it cannot be written: No space left on device"
    recorder.close()


def test_the_sidecar_holds_what_the_host_knew_in_its_order(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path / "run")
    recorder.add_knowledge(PROCESSES, NOW + 1)
    recorder.close()
    lines = (tmp_path / "run" / SIDECAR_NAME).read_text().splitlines()
    assert [decode(line) for line in lines] == [(NOW, None), (NOW + 1, PROCESSES)]
