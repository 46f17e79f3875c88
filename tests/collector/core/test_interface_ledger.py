"""Both sides of an interface's account: the system's counters, and what was captured."""

from netmon.model import InterfaceLedger, LedgerSums
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.interface_ledger import LinkCounters
from netmon_collector.core.ledger import EARLIER_INTERFACES, GONE_LIMIT
from tests.support import frames
from tests.support.wire import HERE, PEER, START, Machine

ENDS = (HERE, 4_000), (PEER, 443)
PACKET_BYTES = 100
FRAME_BYTES = PACKET_BYTES + 14


class Watched(Machine):
    """A machine whose system counts too."""

    def count(self, byte_count: int, packet_count: int, *, opening: int = 1, name: str = "eth0") -> None:
        row = LinkCounters(interface=name, opening=opening, byte_count=byte_count, packet_count=packet_count)
        self.monitor.add_link_counters([row], self.wall_time)

    def send(self, count: int = 1) -> None:
        for _ in range(count):
            self.tcp(*ENDS, size=PACKET_BYTES - 40)

    def ledger(self, name: str = "eth0") -> InterfaceLedger:
        self.tick()
        return next(each for each in self.monitor.interface_ledgers if each.name == name)


def parts(sums: LedgerSums) -> int:
    """Add up all that stands against the system's bytes."""
    layers = sums.link_header_bytes + sums.non_ip_bytes + sums.merged_header_bytes
    return sums.attributed_bytes + sums.unattributed_bytes + layers + sums.difference_bytes


def test_what_the_system_counted_before_the_capture_is_its_baseline() -> None:
    machine = Watched()
    machine.count(1_000_000, 5_000)
    machine.send(3)
    machine.count(1_000_000 + 3 * FRAME_BYTES, 5_003)
    ledger = machine.ledger()
    assert (ledger.total.system_bytes, ledger.total.system_packets) == (3 * FRAME_BYTES, 3)
    assert (ledger.total.unattributed_bytes, ledger.total.link_header_bytes) == (3 * PACKET_BYTES, 3 * 14)
    assert (ledger.total.difference_bytes, ledger.total.difference_packets, ledger.remark) == (0, 0, "")
    assert ledger.since_time == START


def test_the_interval_is_held_against_what_was_counted_within_it() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send(3)
    machine.count(3 * FRAME_BYTES, 3)
    machine.ledger()
    machine.send()
    machine.count(4 * FRAME_BYTES + 50, 5)
    ledger = machine.ledger()
    assert (ledger.interval.system_bytes, ledger.interval.unattributed_bytes) == (FRAME_BYTES + 50, PACKET_BYTES)
    assert (ledger.interval.difference_bytes, ledger.interval.difference_packets) == (0, 0)
    assert (ledger.interval.merged_header_bytes, ledger.interval_seconds) == (50, 1.0)


def test_frames_without_ip_and_unreadable_ones_are_other_layers() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.packet(frames.ipv4(frames.udp(1, 2, b""), source=HERE, destination=PEER))
    machine.packet(bytes([0x60]) + bytes(3))
    machine.count(28 + 14 + 18, 2)
    total = machine.ledger().total
    assert (total.non_ip_packets, total.non_ip_bytes) == (1, 18)
    assert (total.difference_bytes, total.difference_packets) == (0, 0)


def test_dropped_packets_are_told_and_their_bytes_are_the_difference() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send(2)
    machine.count(4 * FRAME_BYTES, 4)
    counts = CaptureCounts(interface="eth0", received_packets=4, kernel_dropped_packets=2, interface_dropped_packets=0)
    machine.monitor.add_capture_counts([counts])
    ledger = machine.ledger()
    assert (ledger.total.dropped_packets, ledger.total.difference_packets) == (2, 0)
    assert ledger.total.difference_bytes == 2 * FRAME_BYTES
    assert "dropped" in ledger.remark
    assert machine.ledger().interval.dropped_packets == 0


def test_packets_that_the_system_merged_are_known_by_the_headers_that_are_missing() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send(10)
    machine.count(10 * FRAME_BYTES + 30 * 66, 40)
    ledger = machine.ledger()
    assert (ledger.total.merged_packets, ledger.total.merged_header_bytes) == (30, 30 * 66)
    assert (ledger.total.difference_bytes, ledger.total.difference_packets) == (0, 0)
    assert "GRO" in ledger.remark


def test_what_nobody_captured_is_a_difference() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send(10)
    machine.count(10 * FRAME_BYTES + 5 * 1_514, 15)
    ledger = machine.ledger()
    assert (ledger.total.difference_bytes, ledger.total.difference_packets) == (5 * 1_514, 5)
    assert ledger.remark
    assert parts(ledger.total) == ledger.total.system_bytes
    assert ledger.total.countable_bytes == 10 * PACKET_BYTES + 5 * 1_514


def test_another_handle_begins_at_its_own_baseline_and_keeps_the_sum() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send()
    machine.count(FRAME_BYTES, 1)
    machine.count(900_000, 900, opening=2)  # closed meanwhile: nobody captured what passed
    machine.send()
    machine.count(900_000 + FRAME_BYTES, 901, opening=2)
    total = machine.ledger().total
    assert (total.system_bytes, total.difference_bytes, total.difference_packets) == (2 * FRAME_BYTES, 0, 0)


def test_counters_that_began_anew_are_said() -> None:
    machine = Watched()
    machine.count(5_000, 50)
    machine.send()
    machine.count(FRAME_BYTES, 1)
    ledger = machine.ledger()
    assert (ledger.total.system_bytes, ledger.total.difference_bytes) == (0, -FRAME_BYTES)
    assert "anew" in ledger.remark
    assert ledger.total.countable_bytes == PACKET_BYTES


def test_an_interface_that_went_away_unread_is_said() -> None:
    machine = Watched()
    machine.count(0, 0)
    machine.send()
    machine.monitor.add_link_counters([], machine.wall_time)
    ledger = machine.ledger()
    assert ledger.total.difference_bytes == -FRAME_BYTES
    assert "went away" in ledger.remark


def test_loopback_has_no_link_header_and_counts_a_dropped_packet_twice() -> None:
    machine = Watched()
    row = LinkCounters(interface="lo", opening=1, byte_count=0, packet_count=0, has_link_header=False)
    machine.monitor.add_link_counters([row], machine.wall_time)
    local = (bytes((127, 0, 0, 1)), 5_000)
    machine.udp(local, local, size=72, interface="lo")
    machine.monitor.add_link_counters([row._replace(byte_count=400, packet_count=4)], machine.wall_time)
    counts = CaptureCounts(interface="lo", received_packets=2, kernel_dropped_packets=1, interface_dropped_packets=0)
    machine.monitor.add_capture_counts([counts])
    total = machine.ledger("lo").total
    assert (total.unattributed_bytes, total.unattributed_packets, total.link_header_bytes) == (200, 2, 0)
    assert (total.dropped_packets, total.difference_packets, total.difference_bytes) == (2, 0, 200)


def test_a_system_without_counters_has_no_difference_and_says_so() -> None:
    machine = Watched()
    machine.send()
    ledger = machine.ledger()
    assert (ledger.total.system_bytes, ledger.total.difference_bytes) == (None, 0)
    assert ledger.total.unattributed_bytes == PACKET_BYTES
    assert "no counters" in ledger.remark


def test_interfaces_that_are_summed_up_keep_both_sides() -> None:
    machine = Watched()
    for number in range(2 * GONE_LIMIT + 1):
        machine.count(0, 0, opening=number, name=f"veth{number}")
        machine.tcp(*ENDS, size=PACKET_BYTES - 40, interface=f"veth{number}")
        machine.count(FRAME_BYTES, 1, opening=number, name=f"veth{number}")
    folded = machine.ledger(EARLIER_INTERFACES)
    count = 2 * GONE_LIMIT - GONE_LIMIT * 3 // 4
    for sums in (folded.total, folded.interval):
        assert (sums.system_bytes, sums.system_packets) == (count * FRAME_BYTES, count)
        assert (sums.unattributed_packets, sums.link_header_bytes) == (count, count * 14)
        assert (sums.difference_packets, sums.difference_bytes) == (0, 0)
    assert folded.remark == ""
    later = machine.ledger(EARLIER_INTERFACES)
    assert (later.total, later.interval.system_bytes, later.interval.link_header_bytes) == (folded.total, 0, 0)


def test_interfaces_that_never_showed_a_packet_are_summed_up_too() -> None:
    machine = Watched()
    machine.tcp(*ENDS, size=PACKET_BYTES - 40, interface="eth0")
    count = 8 * GONE_LIMIT
    for number in range(count):
        machine.monitor.add_link_counters(
            [
                LinkCounters(interface="eth0", opening=-1, byte_count=0, packet_count=0),
                LinkCounters(interface=f"veth{number}", opening=number, byte_count=0, packet_count=0),
            ],
            machine.wall_time,
        )
        if number % 32 == 31:
            machine.tick()
    machine.tick()
    assert len(machine.monitor.interface_ledgers) <= GONE_LIMIT + 3
    names = [each.name for each in machine.monitor.interface_ledgers]
    # The longest silent ones were given up, but never one that is still there.
    assert {"eth0", f"veth{count - 1}", EARLIER_INTERFACES} <= {*names}


def test_interfaces_that_showed_no_ip_are_summed_up_with_what_they_showed() -> None:
    machine = Watched()
    arp = frames.ethernet(bytes(28), 0x0806)
    count = 8 * GONE_LIMIT
    for number in range(count):
        name = f"veth{number}"
        machine.count(0, 0, opening=number, name=name)
        machine.monitor.add_batch(frames.batch([arp], interface=name))
        machine.count(len(arp), 1, opening=number, name=name)
        if number % 32 == 31:
            machine.tick()
    rows = {each.name: each.total for each in machine.monitor.interface_ledgers}
    assert len(rows) <= GONE_LIMIT + 2
    assert len([*machine.monitor._book.accountant.interfaces]) <= GONE_LIMIT + 2
    assert rows[EARLIER_INTERFACES].non_ip_packets == count - (len(rows) - 1)
    assert sum(each.non_ip_bytes for each in rows.values()) == count * len(arp)
    assert {(each.difference_bytes, each.difference_packets) for each in rows.values()} == {(0, 0)}


def test_drops_of_an_interface_that_was_summed_up_are_told_once() -> None:
    machine = Watched()

    def drop(count: int) -> None:
        row = CaptureCounts(
            interface="veth0", received_packets=9, kernel_dropped_packets=count, interface_dropped_packets=0
        )
        machine.monitor.add_capture_counts([row])

    machine.count(0, 0, opening=0, name="veth0")
    drop(3)
    for number in range(1, GONE_LIMIT + 3):
        machine.count(0, 0, opening=number, name=f"veth{number}")
    assert machine.ledger(EARLIER_INTERFACES).total.dropped_packets == 3
    machine.count(0, 0, opening=9_999, name="veth0")  # it comes again, and drops more
    drop(5)
    assert machine.ledger("veth0").total.dropped_packets == 2
    assert machine.ledger(EARLIER_INTERFACES).total.dropped_packets == 3
