import struct
import tracemalloc
from itertools import islice, pairwise
from pathlib import Path

import pytest

from netmon.model import Process, Protocol
from netmon_collector.capture.recording import SIDECAR_NAME, Recorder
from netmon_collector.capture.replay import SLICE_SECONDS, NamePackets, Recorded
from netmon_collector.capture.sidecar import Knowledge, Processes, encode, header_line
from netmon_collector.core.batch import Batch
from netmon_collector.core.sockets import LocalAddress, LocalNetwork, SocketRow, SocketScan
from tests.support import frames
from tests.support.replays import replay_of

FRAME = frames.ethernet(frames.ipv4(frames.udp()))
NETWORK = LocalNetwork(
    addresses=(LocalAddress(interface="eth0", address=frames.IP_A, prefix_length=24),), macs=frozenset({frames.MAC_A})
)
PROCESSES = Processes(rows=(Process(id="p", pid=1, start_time=2.0, name="init"),))
SCAN = SocketScan(
    rows=(SocketRow(protocol=Protocol.UDP, local_address=frames.IP_A, local_port=40000, process_id="p"),),
    start_time=1_001.75,
)


def batch_at(*times: float, interface: str = "eth0") -> Batch:
    records = b"".join(
        struct.pack("=IIII", int(time), round(time % 1 * 1e6), index * len(FRAME), len(FRAME))
        for index, time in enumerate(times)
    )
    return Batch(interface=interface, link_type=1, data=FRAME * len(times), records=records)


def record(directory: Path, *items: tuple[Knowledge, float] | Batch) -> Path:
    recorder = Recorder(directory, now=1_000.0, limit_bytes=1 << 30)
    for item in items:
        if isinstance(item, Batch):
            recorder.add_batch(item)
        else:
            recorder.add_knowledge(*item)
    recorder.close()
    return directory


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return record(
        tmp_path / "run",
        (NETWORK, 1_000.0),
        (PROCESSES, 1_000.1),
        batch_at(1_000.5, 1_000.51, 1_002.0),
        batch_at(1_001.0, interface="lo"),
        (SCAN, 1_001.8),
    )


def packet_times(item: Batch) -> list[float]:
    return [seconds + micro / 1e6 for seconds, micro, _, _ in struct.iter_unpack("=IIII", item.records)]


def story(items: list[Recorded]) -> list[tuple[float, object]]:
    return [
        (recorded.time, (recorded.item.interface, packet_times(recorded.item)))
        if isinstance(recorded.item, Batch)
        else (recorded.time, recorded.item)
        for recorded in items
    ]


def test_a_recorded_directory_plays_in_the_order_of_time(recorded: Path) -> None:
    replay = replay_of(recorded)
    assert story(list(replay.items())) == [
        (1_000.0, NETWORK),
        (1_000.1, PROCESSES),
        (1_000.5, ("eth0", [1_000.5, 1_000.51])),
        (1_001.0, ("lo", [1_001.0])),
        (1_001.8, SCAN),
        (1_002.0, ("eth0", [1_002.0])),
    ]
    assert replay.has_owners
    assert not replay.addresses_are_guessed
    assert not replay.is_damaged


def test_the_frames_come_back_as_they_were(recorded: Path) -> None:
    for recorded_item in replay_of(recorded).items():
        if isinstance(recorded_item.item, Batch):
            for _, _, start, length in struct.iter_unpack("=IIII", recorded_item.item.records):
                assert recorded_item.item.data[start : start + length] == FRAME


def test_a_loop_begins_again_with_all_times_but_those_of_processes_moved_on(recorded: Path) -> None:
    once = list(replay_of(recorded).items())
    twice = list(islice(replay_of(recorded, loop=True).items(), 3 * len(once)))
    times = [item.time for item in twice]
    assert times == sorted(times)
    second = story(twice)[len(once) : 2 * len(once)]
    assert second == [
        (1_002.0, NETWORK),
        (1_002.1, PROCESSES),
        (1_002.5, ("eth0", [1_002.5, 1_002.51])),
        (1_003.0, ("lo", [1_003.0])),
        (1_003.8, SocketScan(rows=SCAN.rows, start_time=1_003.75)),
        (1_004.0, ("eth0", [1_004.0])),
    ]


def test_a_loop_over_one_moment_goes_on_by_a_second(tmp_path: Path) -> None:
    path = record(tmp_path / "run", batch_at(1_000.0)) / "eth0.pcap"
    (tmp_path / "run" / SIDECAR_NAME).unlink()
    times = [item.time for item in islice(replay_of(path, loop=True).items(), 6)]
    assert times == [1_000.0, 1_000.0, 1_001.0, 1_001.0, 1_002.0, 1_002.0]


def test_a_loop_over_nothing_ends(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    assert list(replay_of(path, loop=True).items()) == []


def test_without_a_sidecar_there_are_no_owners_and_addresses_are_guessed(recorded: Path) -> None:
    (recorded / SIDECAR_NAME).unlink()
    replay = replay_of(recorded / "eth0.pcap")
    assert not replay.has_owners
    assert replay.addresses_are_guessed
    first, *rest = replay.items()
    assert isinstance(first.item, LocalNetwork)
    assert [local.address for local in first.item.addresses] == [frames.IP_A]
    assert all(isinstance(item.item, Batch) for item in rest)


@pytest.mark.parametrize("name", ["talk.sidecar.jsonl", SIDECAR_NAME])
def test_a_sidecar_beside_a_file_is_found(tmp_path: Path, name: str) -> None:
    record(tmp_path / "run", batch_at(1_000.0))
    path = tmp_path / "talk.pcap"
    (tmp_path / "run" / "eth0.pcap").rename(path)
    path.with_name(name).write_text(header_line(1_000.0) + encode(NETWORK, 1_000.0))
    replay = replay_of(path)
    assert [type(item.item) for item in replay.items()] == [LocalNetwork, Batch]
    assert (replay.has_owners, replay.addresses_are_guessed) == (True, False)


def test_a_sidecar_without_addresses_has_owners_and_guessed_addresses(tmp_path: Path) -> None:
    replay = replay_of(record(tmp_path / "run", (PROCESSES, 999.0), batch_at(1_000.0)))
    assert (replay.has_owners, replay.addresses_are_guessed) == (True, True)
    assert [type(item.item) for item in replay.items()] == [LocalNetwork, Processes, Batch]


def test_batches_are_cut_so_that_files_merge_in_time(tmp_path: Path) -> None:
    times = [1_000 + number * 0.013 for number in range(300)]
    path = record(tmp_path / "run", (NETWORK, 1_000.0), batch_at(*times), batch_at(*times, interface="lo"))
    batches = [item.item for item in replay_of(path).items() if isinstance(item.item, Batch)]
    for batch in batches:
        assert packet_times(batch)[-1] - packet_times(batch)[0] < SLICE_SECONDS
    for earlier, later in pairwise(batches):
        assert packet_times(later)[0] > packet_times(earlier)[0] - SLICE_SECONDS
    for name in ("eth0", "lo"):
        seen = [time for batch in batches if batch.interface == name for time in packet_times(batch)]
        assert seen == pytest.approx(times, abs=1e-6)


def test_time_never_goes_back_even_where_the_recording_does(tmp_path: Path) -> None:
    path = record(tmp_path / "run", (NETWORK, 1_000.0), batch_at(1_005.0, 1_001.0, 1_009.0))
    assert [item.time for item in replay_of(path).items()] == [1_000.0, 1_005.0, 1_005.0, 1_009.0]


def test_a_file_that_breaks_off_ends_the_replay_cleanly(recorded: Path) -> None:
    path = recorded / "eth0.pcap"
    path.write_bytes(path.read_bytes()[:-5])
    replay = replay_of(recorded)
    packets = [packet_times(item.item) for item in replay.items() if isinstance(item.item, Batch)]
    assert packets == [[1_000.5, 1_000.51], [1_001.0]]
    assert replay.is_damaged


@pytest.mark.parametrize("length", [0, 23])
@pytest.mark.parametrize("name", ["lo.pcap", "eth0.names"])
def test_a_file_that_breaks_off_within_its_header_is_left_out(recorded: Path, name: str, length: int) -> None:
    (recorded / name).write_bytes((recorded / "eth0.pcap").read_bytes()[:length])
    replay = replay_of(recorded, with_names=True)
    assert replay.is_damaged
    interfaces = {item.item.interface for item in replay.items() if isinstance(item.item, Batch)}
    assert interfaces == {"eth0"} | ({"lo"} - {Path(name).stem})


def test_the_names_beside_a_file_may_break_off_and_the_file_itself_may_not(recorded: Path) -> None:
    path = recorded / "eth0.pcap"
    path.with_suffix(".names").write_bytes(b"")
    assert replay_of(path, with_names=True).is_damaged
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="no capture file"):
        replay_of(path)


def test_a_directory_in_which_no_file_has_a_whole_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eth0.pcap").touch()
    with pytest.raises(ValueError, match=r"holds no \.pcap file with a whole header"):
        replay_of(tmp_path)


@pytest.mark.parametrize("is_header", [True, False])
def test_a_last_line_that_breaks_off_is_damage_and_no_error(recorded: Path, is_header: bool) -> None:
    sidecar = recorded / SIDECAR_NAME
    lines = sidecar.read_text()
    sidecar.write_text(lines[:20] if is_header else lines + '{"type": "sockets", "ti')
    replay = replay_of(recorded)
    kinds = [type(item.item) for item in replay.items()]
    assert replay.is_damaged
    assert kinds.count(Batch) == 3
    assert kinds.count(SocketScan) == (0 if is_header else 1)


def test_a_line_that_cannot_be_read_is_named(recorded: Path) -> None:
    sidecar = recorded / SIDECAR_NAME
    sidecar.write_text(sidecar.read_text() + '{"type": "sockets", "time": "never"}\n')
    with pytest.raises(ValueError, match=r"netmon\.sidecar\.jsonl, line 5: time: a number is expected"):
        list(replay_of(recorded).items())
    sidecar.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ValueError, match="line 1"):
        replay_of(recorded)
    sidecar.write_text(encode(NETWORK, 1.0))
    with pytest.raises(ValueError, match="line 1: it does not begin with a header"):
        replay_of(recorded)


def test_what_cannot_be_played_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replay_of(tmp_path / "nowhere.pcap")
    with pytest.raises(ValueError, match="holds no"):
        replay_of(tmp_path)
    (tmp_path / "letter.pcap").write_text("Dear reader, this is no capture.")
    with pytest.raises(ValueError, match="no capture file"):
        replay_of(tmp_path)


def test_memory_does_not_grow_with_the_length_of_the_recording(tmp_path: Path) -> None:
    def peak_bytes(packet_count: int) -> int:
        path = record(
            tmp_path / str(packet_count), (NETWORK, 0.0), batch_at(*(number / 1e3 for number in range(packet_count)))
        )
        replay = replay_of(path)
        tracemalloc.start()
        assert (
            sum(len(item.item.records) // 16 for item in replay.items() if isinstance(item.item, Batch)) == packet_count
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(1_000)
    assert peak_bytes(30_000) < 1.5 * peak_bytes(3_000)


def names_in(path: Path) -> list[float]:
    items = (recorded.item for recorded in replay_of(path, with_names=True).items())
    return [time for item in items if isinstance(item, NamePackets) for time in packet_times(item.batch)]


def test_of_a_recording_what_names_handles_heard_is_given_beside_the_counted_packets(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run", now=1_000.0, limit_bytes=1 << 30)
    recorder.add_batch(batch_at(1_000.5, 1_002.0))
    recorder.add_names(batch_at(1_002.0))
    recorder.close()
    assert names_in(tmp_path / "run") == [1_002.0]
    assert names_in(tmp_path / "run" / "eth0.pcap") == [1_002.0]
    kinds = [type(recorded.item) for recorded in replay_of(tmp_path / "run").items()]
    assert NamePackets not in kinds


def test_of_other_capture_files_the_packets_that_may_name_something_are_given(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run", now=1_000.0, limit_bytes=1 << 30)
    recorder.add_batch(batch_at(1_000.5, 1_002.0))  # a DNS query each
    recorder.add_batch(frames.batch([frames.ethernet(frames.ipv4(frames.udp(1, 2)))], first_time=1_001))
    recorder.close()
    assert names_in(tmp_path / "run") == [1_000.5, 1_002.0]


def test_a_loop_moves_them_on_as_well(tmp_path: Path) -> None:
    directory = record(tmp_path / "run", batch_at(1_000.5))
    items = islice(replay_of(directory, loop=True, with_names=True).items(), 6)
    times = [packet_times(item.item.batch)[0] for item in items if isinstance(item.item, NamePackets)]
    assert times == [1_000.5, 1_001.5]
