import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from netmon.model import CaptureState, InterfaceChange
from netmon_collector import clock
from netmon_collector.capture.capture import (
    GONE_LIMIT,
    LEAST_PACKETS,
    MOST_RESTING_PACKETS,
    READ_SECONDS,
    Capture,
    Reading,
)
from netmon_collector.capture.pcap import MAX_PACKETS
from netmon_collector.capture.tap import READS_A_CALL, CaptureHandle, Tap, open_live
from netmon_collector.core.batch import Batch, CaptureCounts
from netmon_collector.core.interfaces import Choice
from tests.support.fake_capture import (
    FakeLoop,
    FakeNetwork,
    captured,
    interface,
    left_out,
    packets,
)
from tests.support.namespaces import VethPair, needs_root, veth_pair


class Bench:
    """A capture on a fake network."""

    def __init__(self) -> None:
        self.loop = FakeLoop()
        self.network = FakeNetwork()
        self.batches: list[Batch] = []
        self.capture = Capture(loop=self.loop, deliver=self.batches.append, opener=self.network.open)

    def names(self) -> list[tuple[str, InterfaceChange]]:
        return [(changed.name, changed.change) for changed in self.capture.take_changes()]

    def received(self) -> dict[str, int]:
        return {counts.interface: counts.received_packets for counts in self.capture.counts()}


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_loop_waits_on_exactly_what_is_open(bench: Bench) -> None:
    bench.capture.apply([captured("eth0", 2), captured("lo", 1), left_out("br0", 3)], 0.0)
    assert set(bench.loop.waiting) == {bench.network.newest(name).descriptor for name in ("eth0", "lo")}
    bench.capture.apply([captured("lo", 1)], 1.0)
    assert set(bench.loop.waiting) == {bench.network.newest("lo").descriptor}
    bench.capture.close()
    assert bench.loop.waiting == {}


def test_a_wakeup_delivers_what_waits_on_its_interface(bench: Bench) -> None:
    bench.capture.apply([captured("eth0", 2), captured("lo", 1)], 0.0)
    handle = bench.network.newest("eth0")
    handle.waiting.append(packets(3))
    bench.network.newest("lo").waiting.append(packets(1))
    bench.loop.waiting[handle.descriptor]()
    assert [batch.interface for batch in bench.batches] == ["eth0"]
    bench.capture.read_all()
    assert [batch.interface for batch in bench.batches] == ["eth0", "lo"]


def resting() -> Bench:
    bench = Bench()
    bench.capture = Capture(loop=bench.loop, deliver=bench.batches.append, opener=bench.network.open, rest_seconds=0.2)
    bench.capture.apply([captured("eth0")], 0.0)
    return bench


def test_a_handle_that_rests_is_read_once_a_rest_while_packets_come_and_waited_on_again_after_silence() -> None:
    bench = resting()
    handle = bench.network.newest("eth0")
    handle.waiting.append(packets(1))
    bench.loop.waiting[handle.descriptor]()
    assert bench.loop.waiting == {}
    handle.waiting.append(packets(2))
    bench.loop.timers[0].fire()
    assert [len(batch.records) // 16 for batch in bench.batches] == [1, 2]
    assert (bench.loop.waiting, len(bench.loop.timers)) == ({}, 1)
    bench.loop.timers[0].fire()
    assert set(bench.loop.waiting) == {handle.descriptor}
    assert bench.loop.timers == []


def test_a_handle_with_much_to_read_does_not_rest() -> None:
    bench = resting()
    handle = bench.network.newest("eth0")
    handle.waiting.append(packets(MOST_RESTING_PACKETS + 1))
    bench.loop.waiting[handle.descriptor]()
    assert bench.loop.timers == []
    handle.waiting.append(packets(1))
    bench.loop.waiting[handle.descriptor]()
    handle.waiting.append(packets(MOST_RESTING_PACKETS + 1))
    bench.loop.timers[0].fire()
    assert set(bench.loop.waiting) == {handle.descriptor}


def test_a_handle_with_more_left_than_there_was_time_for_does_not_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a flood of new connections, each of which takes long: few are read at a time, and its ring fills up."""
    cpu_seconds, network, loop = [0.0], FakeNetwork(), FakeLoop()
    monkeypatch.setattr(clock, "thread_cpu", lambda: cpu_seconds[0])

    def deliver(batch: Batch) -> None:
        cpu_seconds[0] += READ_SECONDS + 0.001

    capture = Capture(loop=loop, deliver=deliver, opener=network.open, rest_seconds=0.2)
    capture.apply([captured("eth0")], 0.0)
    handle = network.newest("eth0")
    with monkeypatch.context() as flood:
        flood.setattr(handle, "read", packets)
        for _ in range(8):
            loop.waiting[handle.descriptor]()
            assert loop.timers == []
    handle.waiting.append(packets(1))
    loop.waiting[handle.descriptor]()
    assert (loop.waiting, len(loop.timers)) == ({}, 1)
    monkeypatch.setattr(handle, "read", packets)
    loop.timers[0].fire()
    assert (set(loop.waiting), loop.timers) == ({handle.descriptor}, [])


def test_what_waits_on_a_handle_that_rests_is_delivered_with_all_the_rest() -> None:
    bench = resting()
    handle = bench.network.newest("eth0")
    bench.loop.waiting[handle.descriptor]()
    handle.waiting.append(packets(3))
    bench.capture.read_all()
    assert len(bench.batches) == 1


@pytest.mark.parametrize("ends_by_failing", [True, False])
def test_a_handle_that_is_closed_rests_no_more(*, ends_by_failing: bool) -> None:
    bench = resting()
    handle = bench.network.newest("eth0")
    bench.loop.waiting[handle.descriptor]()
    if ends_by_failing:
        handle.waiting += [packets(1), OSError(5, "libpcap: broken")]
        bench.capture.read_all()
        bench.capture.read_all()
    else:
        bench.capture.close()
    assert (bench.loop.waiting, bench.loop.timers) == ({}, [])


def test_a_handle_that_fails_in_the_reading_that_ends_its_rest_is_let_go() -> None:
    bench = resting()
    handle = bench.network.newest("eth0")
    bench.loop.waiting[handle.descriptor]()
    handle.waiting.append(OSError(5, "libpcap: broken"))
    bench.loop.timers[0].fire()
    assert (bench.loop.waiting, bench.loop.timers) == ({}, [])
    bench.capture.apply([captured("eth0")], 1.0)
    assert set(bench.loop.waiting) == {bench.network.newest("eth0").descriptor}


def test_a_handle_that_fails_is_waited_on_no_more_and_comes_back(bench: Bench) -> None:
    bench.capture.apply([captured("eth0")], 0.0)
    handle = bench.network.newest("eth0")
    handle.waiting.append(OSError(5, "libpcap: broken"))
    bench.loop.waiting[handle.descriptor]()
    assert bench.loop.waiting == {}
    bench.capture.apply([captured("eth0")], 1.0)
    assert set(bench.loop.waiting) == {bench.network.newest("eth0").descriptor}
    assert bench.names() == [
        ("eth0", InterfaceChange.OPENED),
        ("eth0", InterfaceChange.FAILED),
        ("eth0", InterfaceChange.OPENED),
    ]
    assert bench.names() == []


def test_a_renamed_interface_goes_on_with_its_handle(bench: Bench) -> None:
    bench.capture.apply([captured("eth0", 2)], 0.0)
    handle = bench.network.newest("eth0")
    handle.counted = (10, 0, 0)
    bench.capture.apply([captured("wan0", 2)], 1.0)
    handle.counted = (15, 0, 0)
    handle.waiting.append(packets(1))
    bench.loop.waiting[handle.descriptor]()
    assert [batch.interface for batch in bench.batches] == ["wan0"]
    assert bench.network.attempt_count == 1
    assert bench.received() == {"eth0": 10, "wan0": 5}
    assert bench.names() == [
        ("eth0", InterfaceChange.OPENED),
        ("eth0", InterfaceChange.CLOSED),
        ("wan0", InterfaceChange.OPENED),
    ]


def test_interfaces_that_swap_their_names_keep_their_handles(bench: Bench) -> None:
    bench.capture.apply([captured("a", 2), captured("b", 3)], 0.0)
    was_a, was_b = bench.network.newest("a"), bench.network.newest("b")
    bench.capture.apply([captured("a", 3), captured("b", 2)], 1.0)
    was_a.waiting.append(packets(1))
    was_b.waiting.append(packets(2))
    bench.capture.read_all()
    assert {batch.interface: len(batch.records) // 16 for batch in bench.batches} == {"b": 1, "a": 2}
    assert bench.network.attempt_count == 2


def test_a_rename_onto_the_name_of_one_that_is_gone_takes_its_place(bench: Bench) -> None:
    bench.capture.apply([captured("a", 2), captured("b", 3)], 0.0)
    gone = bench.network.newest("b")
    gone.counted = (7, 0, 0)
    bench.capture.apply([captured("b", 2)], 1.0)
    assert gone.is_closed
    assert set(bench.loop.waiting) == {bench.network.newest("a").descriptor}
    assert bench.received() == {"b": 7}


def test_a_deleted_and_made_again_interface_is_opened_again_and_its_counts_go_on(bench: Bench) -> None:
    bench.capture.apply([captured("eth0", 2)], 0.0)
    bench.network.newest("eth0").counted = (10, 4, 0)
    bench.capture.apply([], 1.0)
    assert bench.received() == {"eth0": 10}
    bench.capture.apply([captured("eth0", 9)], 2.0)
    bench.network.newest("eth0").counted = (3, 1, 0)
    assert bench.capture.counts() == (
        CaptureCounts(interface="eth0", received_packets=13, kernel_dropped_packets=5, interface_dropped_packets=0),
    )


def test_counts_of_many_interfaces_that_came_and_went_are_summed_up_and_none_is_lost(bench: Bench) -> None:
    for number in range(GONE_LIMIT + 50):
        name = f"veth{number}"
        bench.capture.apply([captured(name, number)], float(number))
        bench.network.newest(name).counted = (2, 0, 0)
    bench.capture.apply([], 1_000.0)
    assert len(bench.received()) == GONE_LIMIT
    assert sum(bench.received().values()) == 2 * (GONE_LIMIT + 50)


def test_no_right_at_all_is_said_once_to_the_caller(bench: Bench) -> None:
    bench.network.errors = {name: PermissionError(1, "no right to capture packets") for name in ("eth0", "lo")}
    choices = [captured("eth0", 2), captured("lo", 1), left_out("br0", 3)]
    with pytest.raises(PermissionError):
        bench.capture.apply(choices, 0.0)
    bench.capture.apply(choices, 5.0)
    assert {status.state for status in bench.capture.states()} == {CaptureState.FAILED, CaptureState.LEFT_OUT}
    assert bench.capture.failures() == (2, 3)


def test_a_right_that_is_missing_for_one_interface_is_its_state(bench: Bench) -> None:
    bench.network.errors = {"eth0": PermissionError(1, "no right to capture packets")}
    bench.capture.apply([captured("eth0", 2), captured("lo", 1)], 0.0)
    states = {status.name: (status.state, status.reason) for status in bench.capture.states()}
    assert states["eth0"] == (CaptureState.FAILED, "no right to capture packets")
    assert states["lo"] == (CaptureState.CAPTURING, "")


def test_nothing_to_capture_is_no_missing_right(bench: Bench) -> None:
    bench.capture.apply([left_out("eth0")], 0.0)
    assert [status.state for status in bench.capture.states()] == [CaptureState.LEFT_OUT]


def test_states_come_in_the_order_of_the_choices(bench: Bench) -> None:
    bench.capture.apply([captured("b", 2), captured("a", 1)], 0.0)
    bench.capture.apply([captured("a", 1), left_out("c", 3), captured("b", 2)], 1.0)
    assert [status.name for status in bench.capture.states()] == ["a", "c", "b"]


# --- Live ------------------------------------------------------------------------------------


@dataclass
class LiveBench:
    """A capture in a namespace, on the running asyncio loop."""

    wire: VethPair
    batches: list[Batch] = field(default_factory=list[Batch])
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.capture = Capture(loop=asyncio.get_running_loop(), deliver=self._deliver, opener=self._open)

    def _open(self, choice: Choice) -> CaptureHandle:
        with self.wire.near.namespace.entered():
            return open_live(choice)

    def _deliver(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.arrived.set()

    def send(self, count: int) -> None:
        with self.wire.far.namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(count):
                sender.sendto(b"n" * 10, (self.wire.near.ipv4, 9))

    def sent_packets(self, interface_name: str) -> int:
        return sum(
            batch.data[start + 23 : start + 24] == b"\x11" and length == 52
            for batch in self.batches
            if batch.interface == interface_name
            for start, length in zip(
                memoryview(batch.records).cast("I")[2::4].tolist(),
                memoryview(batch.records).cast("I")[3::4].tolist(),
                strict=True,
            )
        )

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not is_reached():
                self.arrived.clear()
                await self.arrived.wait()

    def index(self, name: str) -> int:
        return int(self.wire.near.namespace.ip("-o", "link", "show", name).split(":", 1)[0])

    def choice(self, name: str) -> Choice:
        return Choice(name=name, capture=True, facts=interface(name, self.index(name)))


@pytest.mark.root
@needs_root
async def test_packets_reach_the_loop_through_rename_and_re_creation() -> None:
    with veth_pair("nmcap") as wire:
        bench = LiveBench(wire)
        near = wire.near.namespace
        bench.capture.apply([bench.choice("near0")], 0.0)
        bench.send(3)
        await bench.until(lambda: bench.sent_packets("near0") == 3)

        near.ip("link", "set", "near0", "name", "other0")
        bench.capture.apply([bench.choice("other0")], 1.0)
        bench.send(2)
        await bench.until(lambda: bench.sent_packets("other0") == 2)

        near.ip("link", "delete", "other0")
        near.ip("link", "add", "other0", "type", "veth", "peer", "name", "far0", "netns", wire.far.namespace.name)
        near.ip("address", "add", f"{wire.near.ipv4}/24", "dev", "other0")
        near.ip("link", "set", "other0", "up")
        wire.far.namespace.ip("address", "add", f"{wire.far.ipv4}/24", "dev", "far0")
        wire.far.namespace.ip("link", "set", "far0", "up")
        bench.capture.apply([bench.choice("other0")], 2.0)
        bench.send(4)
        await bench.until(lambda: bench.sent_packets("other0") == 6)
        bench.capture.close()
        changes = [changed.change for changed in bench.capture.take_changes()]
        assert changes.count(InterfaceChange.OPENED) == 3
        assert sum(counts.kernel_dropped_packets for counts in bench.capture.counts()) == 0


@pytest.mark.root
@needs_root
async def test_an_interface_that_goes_down_keeps_the_loop_quiet() -> None:
    with veth_pair("nmcap") as wire:
        bench = LiveBench(wire)
        reads: list[CaptureState] = []

        def read_and_remember(tap: Tap) -> Reading:
            reading = Capture.read(bench.capture, tap)
            reads.append(tap.status().state)
            return reading

        bench.capture.read = read_and_remember
        bench.capture.apply([bench.choice("near0")], 0.0)
        wire.near.namespace.ip("link", "set", "near0", "down")
        with pytest.raises(TimeoutError):  # a busy loop would go round thousands of times meanwhile
            await asyncio.wait_for(asyncio.Event().wait(), 0.3)
        assert reads[-1] is CaptureState.DOWN
        assert len(reads) <= 3
        bench.capture.close()


def test_where_packets_take_long_fewer_are_read_at_a_time_and_then_more_again(monkeypatch: pytest.MonkeyPatch) -> None:
    network, cpu_seconds, cost = FakeNetwork(), [0.0], [1.0]
    monkeypatch.setattr(clock, "thread_cpu", lambda: cpu_seconds[0])

    def deliver(batch: Batch) -> None:
        cpu_seconds[0] += cost[0]

    capture = Capture(loop=FakeLoop(), deliver=deliver, opener=network.open)
    capture.apply([captured("eth0")], 0.0)
    handle = network.newest("eth0")
    wanted: list[int] = []

    def read(max_packets: int = MAX_PACKETS) -> tuple[bytes, bytes]:
        wanted.append(max_packets)
        return packets(max_packets)

    monkeypatch.setattr(handle, "read", read)
    for _ in range(8):
        capture.read_all()
    assert wanted == [4096, 2048, 1024, 512, 256, 128, LEAST_PACKETS, LEAST_PACKETS]
    cost[0] = 0.0
    for _ in range(3):
        capture.read_all()
    assert wanted[-READS_A_CALL:] == [MAX_PACKETS] * READS_A_CALL
