import errno
from itertools import pairwise

import pytest

from netmon.model import CaptureState, InterfaceChange
from netmon_collector.capture.pcap import MAX_PACKETS
from netmon_collector.capture.tap import DOWN_LIMIT, MAX_RETRY_SECONDS, READS_A_CALL, CaptureHandle, Tap
from netmon_collector.core.interfaces import Choice
from netmon_collector.core.sockets import LocalAddress
from tests.support.fake_capture import (
    FakeNetwork,
    captured,
    down,
    interface,
    left_out,
    packets,
    went_down,
)


class Bench:
    """A tap on a fake network, and what it said."""

    def __init__(self, choice: Choice | None = None) -> None:
        self.network = FakeNetwork()
        self.changes: list[InterfaceChange] = []
        self.closing: list[CaptureHandle] = []
        self.tap = Tap(
            choice or captured("eth0"),
            opener=self.network.open,
            before_close=self.closing.append,
            on_change=lambda _, change: self.changes.append(change),
        )

    @property
    def state(self) -> CaptureState:
        return self.tap.status().state


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.tap.follow(captured("eth0"), now=0.0)
    return bench


def test_what_was_chosen_is_opened_once(bench: Bench) -> None:
    bench.tap.follow(captured("eth0"), now=1.0)
    assert bench.state is CaptureState.CAPTURING
    assert bench.network.attempt_count == 1
    assert bench.changes == [InterfaceChange.OPENED]


def test_what_is_left_out_is_closed_and_says_why(bench: Bench) -> None:
    bench.tap.follow(left_out("eth0"), now=1.0)
    assert bench.network.newest("eth0").is_closed
    assert bench.closing == [bench.network.newest("eth0")]
    assert (bench.state, bench.tap.status().reason) == (CaptureState.LEFT_OUT, "excluded by x*")
    assert bench.changes == [InterfaceChange.OPENED, InterfaceChange.CLOSED]


def test_down_keeps_the_handle_and_up_goes_on_with_it(bench: Bench) -> None:
    bench.network.newest("eth0").waiting.append(went_down())
    assert bench.tap.read() == []
    bench.tap.follow(down("eth0"), now=1.0)
    assert bench.state is CaptureState.DOWN
    bench.tap.follow(captured("eth0"), now=2.0)
    assert bench.state is CaptureState.CAPTURING
    assert bench.network.attempt_count == 1
    assert bench.changes == [InterfaceChange.OPENED, InterfaceChange.DOWN, InterfaceChange.UP]


def test_an_interface_that_begins_down_is_opened_when_it_is_up() -> None:
    bench = Bench(down("eth0"))
    bench.tap.follow(down("eth0"), now=0.0)
    assert (bench.state, bench.network.attempt_count, bench.changes) == (CaptureState.DOWN, 0, [])
    bench.tap.follow(captured("eth0"), now=0.1)
    assert bench.changes == [InterfaceChange.OPENED]


def test_another_index_means_another_interface_and_it_is_opened_anew(bench: Bench) -> None:
    first = bench.network.newest("eth0")
    bench.tap.follow(captured("eth0", index=7), now=1.0)
    assert first.is_closed
    assert bench.tap.index == 7
    assert bench.changes == [InterfaceChange.OPENED, InterfaceChange.CLOSED, InterfaceChange.OPENED]


def test_a_named_interface_that_was_opened_unseen_takes_its_index_later() -> None:
    bench = Bench()
    bench.tap.follow(Choice(name="eth0", capture=True), now=0.0)
    bench.tap.follow(captured("eth0", index=5), now=1.0)
    assert (bench.tap.index, bench.network.attempt_count) == (5, 1)


def test_what_cannot_be_opened_is_tried_again_at_growing_distances_of_two_seconds_at_most() -> None:
    bench = Bench()
    bench.network.errors["eth0"] = FileNotFoundError(2, "there is no such interface")
    attempts: list[float] = []
    for step in range(200):
        before = bench.network.attempt_count
        bench.tap.follow(captured("eth0"), now=step * 0.05)
        if bench.network.attempt_count > before:
            attempts.append(step * 0.05)
    distances = [later - earlier for earlier, later in pairwise(attempts)]
    assert distances[0] < 0.4
    assert distances == sorted(distances)
    assert distances[-1] == pytest.approx(MAX_RETRY_SECONDS, abs=0.06)
    assert (bench.state, bench.tap.status().reason) == (CaptureState.FAILED, "there is no such interface")
    assert bench.changes == [InterfaceChange.FAILED]
    del bench.network.errors["eth0"]
    bench.tap.follow(captured("eth0"), now=attempts[-1] + MAX_RETRY_SECONDS)
    assert bench.changes == [InterfaceChange.FAILED, InterfaceChange.OPENED]


def test_down_when_it_is_opened_is_down_not_failed() -> None:
    bench = Bench()
    bench.network.errors["eth0"] = went_down()
    bench.tap.follow(captured("eth0"), now=0.0)
    assert bench.state is CaptureState.DOWN


def test_a_read_that_fails_closes_the_handle_and_the_next_follow_opens_another(bench: Bench) -> None:
    broken = bench.network.newest("eth0")
    broken.waiting += [packets(2), OSError(5, "libpcap: broken")]
    assert len(bench.tap.read()) == 1
    assert bench.tap.read() == []
    assert broken.is_closed
    assert bench.closing == [broken]
    assert bench.state is CaptureState.FAILED
    assert bench.tap.read() == []
    bench.tap.follow(captured("eth0"), now=1.0)
    assert bench.state is CaptureState.CAPTURING


def test_a_link_type_without_a_filter_fails_alone() -> None:
    bench = Bench()
    bench.network.errors["eth0"] = ValueError("the filter is wrong: link-layer type filtering not implemented")
    bench.tap.follow(captured("eth0"), now=0.0)
    assert bench.state is CaptureState.FAILED
    assert "link-layer type" in bench.tap.status().reason


def test_a_handle_whose_counts_cannot_be_read_is_closed(bench: Bench) -> None:
    handle = bench.network.newest("eth0")
    handle.counted = OSError(errno.EIO, "the device is gone")
    assert bench.tap.counts().received_packets == 0
    assert bench.state is CaptureState.FAILED
    assert handle.is_closed


def test_a_handle_that_says_down_for_ever_is_given_up(bench: Bench) -> None:
    handle = bench.network.newest("eth0")
    handle.waiting += [went_down() for _ in range(DOWN_LIMIT + 1)]
    for _ in range(DOWN_LIMIT):
        bench.tap.read()
    assert not handle.is_closed
    bench.tap.read()
    assert handle.is_closed


def test_one_call_takes_a_bounded_number_of_full_batches(bench: Bench) -> None:
    bench.network.newest("eth0").waiting += [packets(MAX_PACKETS) for _ in range(READS_A_CALL + 2)]
    assert len(bench.tap.read()) == READS_A_CALL
    assert len(bench.tap.read()) == 2


def test_batches_carry_the_name_the_link_type_and_the_time_of_the_last_packet(bench: Bench) -> None:
    bench.network.newest("eth0").waiting.append(packets(3, second=1_000))
    (batch,) = bench.tap.read()
    assert (batch.interface, batch.link_type, batch.records) == ("eth0", 1, packets(3, second=1_000)[1])
    assert bench.tap.status().last_packet_time == 1_000.5


def test_counts_grow_over_handles_that_are_opened_again(bench: Bench) -> None:
    bench.network.newest("eth0").counted = (100, 10, 1)
    bench.tap.follow(left_out("eth0"), now=1.0)
    bench.tap.follow(captured("eth0"), now=2.0)
    bench.network.newest("eth0").counted = (5, 2, 0)
    counts = bench.tap.counts()
    assert counts.received_packets == 105
    assert counts.kernel_dropped_packets == 12
    assert counts.interface_dropped_packets == 1
    assert bench.tap.status().drops.kernel_dropped_packets == 12


def test_counts_go_on_where_libpcap_wraps_at_32_bits(bench: Bench) -> None:
    handle = bench.network.newest("eth0")
    handle.counted = (0xFFFF_FFF0, 0, 0)
    assert bench.tap.counts().received_packets == 0xFFFF_FFF0
    handle.counted = (0x10, 0, 0)
    assert bench.tap.counts().received_packets == 0x1_0000_0010


def test_a_renamed_tap_leaves_its_counts_with_the_old_name(bench: Bench) -> None:
    handle = bench.network.newest("eth0")
    handle.counted = (100, 0, 0)
    old = bench.tap.rename("wan0")
    handle.counted = (130, 0, 0)
    assert (old.interface, old.received_packets) == ("eth0", 100)
    assert (bench.tap.counts().interface, bench.tap.counts().received_packets) == ("wan0", 30)


def test_the_status_shows_addresses_and_link_type_as_text() -> None:
    address = LocalAddress(interface="eth0", address=bytes([192, 0, 2, 1]), prefix_length=24)
    choice = Choice(name="eth0", capture=True, facts=interface("eth0", 2, addresses=(address,)))
    bench = Bench(choice)
    bench.tap.follow(choice, now=0.0)
    status = bench.tap.status()
    assert (status.addresses, status.link_type) == (("192.0.2.1",), "Ethernet")


def test_an_open_handle_has_a_number_of_its_own_and_a_closed_one_none(bench: Bench) -> None:
    first = bench.tap.opening
    assert first is not None
    assert (first.interface, first.index, first.is_loopback) == ("eth0", 2, False)
    bench.tap.follow(captured("eth0"), now=1.0)
    assert bench.tap.opening == first
    bench.tap.close()
    assert bench.tap.opening is None
    bench.tap.follow(captured("eth0"), now=9.0)
    second = bench.tap.opening
    assert second is not None
    assert second.number != first.number


def test_a_handle_whose_interface_has_no_index_is_held_against_no_counter() -> None:
    bench = Bench()
    bench.tap.follow(Choice(name="en0", capture=True), now=0.0)
    assert bench.tap.handle is not None
    assert bench.tap.opening is None
