"""Bandwidth and gaps over the course of a run."""

from netmon.model import Gap, GapCause
from netmon_collector.core.timeline import Timeline
from tests.support.sightings import WEB
from tests.support.wire import HERE, Machine


def test_a_tick_is_a_sample_with_what_it_moved() -> None:
    machine = Machine()
    machine.udp((HERE, 40_000), WEB)
    snapshot = machine.tick()
    samples, gaps = machine.monitor.bandwidth(60.0)
    assert samples[-1].sent_bytes == snapshot.headline.interval_sent_bytes > 0
    assert gaps == ()


def test_gaps_are_given_to_each_who_follows_once() -> None:
    timeline = Timeline()
    gap = Gap(cause=GapCause.STOPPED, since_time=1.0, until_time=2.0)
    timeline.add_gap(gap, 2.0, 2.0)
    assert timeline.take_gaps() == (gap,)
    assert timeline.take_gaps() == ()
    assert timeline.since(60.0, 2.0)[1] == (gap,)
