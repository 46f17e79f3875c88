"""Sums that move."""

from netmon.model import Traffic
from netmon_collector.core.tally import Tally


def test_counts_go_into_totals_and_interval_and_rates_come_from_its_length() -> None:
    tally = Tally()
    tally.add_sent(100, 2)
    tally.begin_interval()
    tally.add_sent(50, 1)
    tally.add_received(30, 1)
    traffic = tally.traffic(2.0)
    assert (traffic.sent_bytes, traffic.sent_packets, traffic.interval_sent_bytes) == (150, 3, 50)
    assert (traffic.sent_bytes_per_second, traffic.received_bytes_per_second) == (25.0, 15.0)
    assert tally.traffic(0.0).sent_bytes_per_second == 0.0


def test_clearing_moves_the_baseline_only() -> None:
    tally = Tally()
    tally.add_received(7, 1)
    tally.clear()
    tally.add_received(1, 1)
    assert (tally.traffic(1.0).received_bytes, tally.traffic(1.0).cleared_received_bytes) == (8, 7)


def test_leaving_gives_back_what_joining_took() -> None:
    one, other = Tally(), Tally()
    other.add_sent(10, 1)
    other.clear()
    other.add_received(5, 1)
    one.add_sent(1, 1)
    before = one.traffic(1.0)
    one.join(other)
    one.join_interval(other)
    assert one.traffic(1.0).sent_bytes == 11
    one.leave(other)
    one.leave_interval(other)
    assert one.traffic(1.0) == before


def test_the_forms_of_single_packets_that_are_alike_are_one_object() -> None:
    first, second, longer = Tally(), Tally(), Tally()
    first.add_received(40, 1)
    second.add_received(40, 1)
    longer.add_received(41, 1)
    assert first.traffic(1.0) is second.traffic(1.0)
    assert first.traffic(1.0) == Traffic(
        received_bytes=40,
        received_packets=1,
        interval_received_bytes=40,
        interval_received_packets=1,
        received_bytes_per_second=40.0,
    )
    assert longer.traffic(1.0).received_bytes == 41
    second.begin_interval()
    assert second.traffic(1.0).interval_received_packets == 0
    second.add_received(40, 1)
    assert second.traffic(1.0).received_packets == 2
