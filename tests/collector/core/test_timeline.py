"""Bandwidth and gaps over the course of a run."""

from netmon.model import Gap, GapCause
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.timeline import Timeline
from tests.support.sightings import WEB
from tests.support.wire import HERE, START, Machine


def test_a_tick_is_a_sample_with_what_it_moved() -> None:
    machine = Machine()
    machine.udp((HERE, 40_000), WEB)
    snapshot = machine.tick()
    samples, gaps = machine.monitor.bandwidth(60.0)
    assert samples[-1].sent_bytes == snapshot.headline.interval_sent_bytes > 0
    assert gaps == ()


def stopped(machine: Machine) -> None:
    assert machine.monitor.stop(machine.now, machine.wall_time)


def started(machine: Machine) -> None:
    assert machine.monitor.start(machine.now, machine.wall_time)


def course(machine: Machine) -> list[tuple[float, int]]:
    """Give when samples ended, in seconds of the machine, and what they sent."""
    samples, _ = machine.monitor.bandwidth(10_000.0)
    return [(sample.time - START, sample.sent_bytes) for sample in samples]


def test_what_was_counted_before_a_stop_is_in_the_last_sample_before_the_gap() -> None:
    machine = Machine()
    machine.udp((HERE, 40_000), WEB, size=1_000)
    stopped(machine)
    assert machine.tick().totals.interval_sent_bytes == 1_028
    assert course(machine) == [(1.0, 1_028)]
    machine.tick()
    assert course(machine) == [(1.0, 1_028)]


def test_a_stop_ends_the_sample_that_was_begun_at_once() -> None:
    machine = Machine()
    machine.tick()
    machine.udp((HERE, 40_000), WEB, size=500)
    machine.tick(0.5)
    stopped(machine)
    machine.tick(0.25)
    assert course(machine) == [(1.0, 0), (1.75, 528)]
    machine.tick(600.0)
    started(machine)
    machine.tick()
    assert course(machine) == [(1.0, 0), (1.75, 528), (602.75, 0)]


def test_what_was_counted_between_two_stops_within_a_tick_is_a_sample() -> None:
    machine = Machine()
    stopped(machine)
    machine.tick()
    machine.tick()
    started(machine)
    machine.udp((HERE, 40_000), WEB)
    stopped(machine)
    machine.tick()
    assert course(machine) == [(3.0, 28)]


def test_what_was_dropped_before_a_stop_is_in_the_last_sample_before_the_gap() -> None:
    machine = Machine()
    machine.tick()
    counts = CaptureCounts(interface="eth0", received_packets=9, kernel_dropped_packets=3, interface_dropped_packets=0)
    machine.monitor.add_capture_counts([counts])
    stopped(machine)
    machine.tick()
    machine.tick()
    assert [sample.dropped_packets for sample in machine.monitor.bandwidth(60.0)[0]] == [0, 3]


def test_while_stopped_there_are_no_samples() -> None:
    machine = Machine()
    stopped(machine)
    machine.tick()
    machine.monitor.resume(60.0, machine.now, machine.wall_time)
    machine.tick()
    assert course(machine) == []


def test_gaps_are_given_to_each_who_follows_once() -> None:
    timeline = Timeline()
    gap = Gap(cause=GapCause.STOPPED, since_time=1.0, until_time=2.0)
    timeline.add_gap(gap, 2.0)
    assert timeline.take_gaps() == (gap,)
    assert timeline.take_gaps() == ()
    assert timeline.since(60.0, 2.0)[1] == (gap,)
