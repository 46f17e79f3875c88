"""What one interface carried, and what of it has no owner now."""

from netmon.model import LedgerReason, UnattributedReason
from netmon_collector.core.interface_sums import Amount, InterfaceSums
from tests.support import frames
from tests.support.wire import HERE, PEER, Machine, process, tcp_row

CURL = process(10)
ENDS = (HERE, 4_000), (PEER, 443)


def of(machine: Machine, name: str) -> tuple[int, int, tuple[LedgerReason, ...]]:
    sums = next(each.total for each in machine.monitor.interface_ledgers if each.name == name)
    return sums.attributed_bytes, sums.attributed_packets, sums.unattributed


def pending(byte_count: int, packet_count: int) -> tuple[LedgerReason, ...]:
    reason = UnattributedReason.PENDING
    return (LedgerReason(reason=reason, byte_count=byte_count, packet_count=packet_count),)


def test_late_knowledge_moves_the_bytes_on_every_interface_that_they_crossed() -> None:
    machine = Machine()
    machine.tcp(*ENDS, flags=frames.SYN)
    machine.tcp(*ENDS, size=60, interface="eth1")
    machine.tcp(*ENDS, size=160, interface="eth1")
    machine.tick()
    assert of(machine, "eth0") == (0, 0, pending(40, 1))
    assert of(machine, "eth1") == (0, 0, pending(300, 2))
    machine.list_sockets(tcp_row(*ENDS, CURL), processes=(CURL,))
    machine.tick()
    assert of(machine, "eth0") == (40, 1, ())
    assert of(machine, "eth1") == (300, 2, ())


def test_an_interval_holds_only_what_moved_within_it_also_after_late_knowledge() -> None:
    machine = Machine()
    machine.tcp(*ENDS, size=60)
    machine.tcp(*ENDS, size=60, interface="eth1")
    machine.tick()
    machine.tcp(*ENDS, size=10, interface="eth1")
    machine.list_sockets(tcp_row(*ENDS, CURL), processes=(CURL,))
    machine.tick()
    intervals = {each.name: each.interval for each in machine.monitor.interface_ledgers}
    assert (intervals["eth0"].attributed_bytes, intervals["eth1"].attributed_bytes) == (0, 50)
    assert intervals["eth1"].unattributed == ()


def test_sums_that_were_folded_take_what_still_points_at_them() -> None:
    eth9, earlier, earliest = InterfaceSums(), InterfaceSums(), InterfaceSums()
    eth9.add_sent(100, 1)
    eth9.ownerless_of(UnattributedReason.GONE).add(100, 1)
    eth9.fold_into(earlier)
    earlier.fold_into(earliest)
    assert eth9.now is earliest
    assert (earliest.sent_bytes, earliest.ownerless_of(UnattributedReason.GONE).byte_count) == (100, 100)


def test_what_an_amount_took_over_it_gives_back() -> None:
    whole, part = Amount(), Amount()
    whole.add(10, 1)
    part.add(5, 2)
    whole.join(part)
    assert (whole.byte_count, whole.interval_packet_count) == (15, 3)
    whole.leave(part)
    whole.begin_interval()
    assert (whole.byte_count, whole.packet_count, whole.interval_byte_count) == (10, 1, 0)
