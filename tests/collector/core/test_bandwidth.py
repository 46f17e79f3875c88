"""The last minutes, a sample a second."""

import tracemalloc

from netmon.model import OTHER_USERS_ID, BandwidthSample, Gap, GapCause
from netmon_collector.core.bandwidth import BandwidthHistory, NetworkBytes


def add(history: BandwidthHistory, now: float, *, seconds: float = 1.0, sent: int = 10, dropped: int = 0) -> None:
    history.add_tick(
        interval_seconds=seconds,
        sent_bytes=sent,
        received_bytes=2 * sent,
        loopback_bytes=3,
        dropped_packets=dropped,
        applications=[NetworkBytes(f"exe:{number}", f"app{number}", 1_000, number, 0) for number in range(8)],
        now=now,
        wall_time=1_000.0 + now,
    )


def test_a_tick_of_a_second_is_a_sample_with_the_five_busiest() -> None:
    history = BandwidthHistory()
    add(history, 1.0, dropped=2)
    ((sample,), gaps) = history.since(900.0, 1.0)
    assert (sample.time, sample.sent_bytes, sample.received_bytes, sample.loopback_bytes) == (1_001.0, 10, 20, 3)
    assert [row.application_name for row in sample.applications] == ["app7", "app6", "app5", "app4", "app3"]
    assert sample.dropped_packets == 2
    assert gaps == ()


def test_shorter_ticks_are_added_up_to_a_second_and_longer_ones_stay() -> None:
    history = BandwidthHistory()
    for half in range(1, 5):
        add(history, half / 2, seconds=0.5)
    add(history, 7.0, seconds=5.0)
    samples, _ = history.since(900.0, 7.0)
    assert [(sample.interval_seconds, sample.sent_bytes) for sample in samples] == [(1.0, 20), (1.0, 20), (5.0, 10)]
    assert samples[0].applications[0].sent_bytes == 14


def test_only_fifteen_minutes_are_kept_and_less_may_be_asked_for() -> None:
    history = BandwidthHistory()
    for second in range(1, 1_001):
        add(history, float(second))
    assert len(history.since(10_000.0, 1_000.0)[0]) == 900
    assert len(history.since(60.0, 1_000.0)[0]) == 60


def add_traffic(history: BandwidthHistory, second: int) -> None:
    """Add a second of five applications of one user, with numbers that are objects of their own, as traffic's are."""
    parts = [
        NetworkBytes(f"exe:{each}", f"app{each}", 0, 100_000 * second + each, 70_000 * second + each)
        for each in range(5)
    ]
    history.add_tick(
        interval_seconds=1.0 + second / 1e6,
        sent_bytes=sum(part.sent_bytes for part in parts),
        received_bytes=sum(part.received_bytes for part in parts),
        loopback_bytes=1_000 + second,
        dropped_packets=0,
        applications=parts,
        now=float(second),
        wall_time=1e9 + second,
    )


def test_it_is_full_after_fifteen_minutes_and_takes_no_more_from_then_on() -> None:
    """A soak saw 8 MB an hour until then. As objects, with rows of their own for each user, a sample took 2.4 kB."""
    history = BandwidthHistory()
    tracemalloc.start()
    try:
        sizes: list[int] = []
        for second in range(1, 3_601):
            add_traffic(history, second)
            if second % 900 == 0:
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    full, *later = sizes
    assert full < 900 * 350
    assert max(later) - full < 50_000


def test_what_was_packed_is_given_as_it_was() -> None:
    known: list[BandwidthSample] = []
    history = BandwidthHistory()
    for second in range(1, 301):
        add_traffic(history, second)
        known += history.since(1.0, float(second))[0]
    assert history.since(900.0, 300.0)[0] == tuple(known)
    assert history.since(137.0, 300.0)[0] == tuple(known[-137:])
    for uid, expected in ((0, known), (1_000, [])):
        shown = history.since(900.0, 300.0, only_uid=uid)[0]
        assert [sample.applications for sample in shown if sample.applications[0].application_id != OTHER_USERS_ID] == [
            sample.applications for sample in expected
        ]
        assert [sample.sent_bytes for sample in shown] == [sample.sent_bytes for sample in known]


def test_a_gap_ends_a_sample_short_where_it_begins_and_is_given_with_its_time() -> None:
    history = BandwidthHistory()
    add(history, 0.5, seconds=0.5)
    gap = Gap(cause=GapCause.STOPPED, since_time=1_000.5, until_time=1_030.0)
    history.add_gap(gap, 30.0)
    samples, gaps = history.since(900.0, 30.0)
    assert [(sample.time, sample.interval_seconds) for sample in samples] == [(1_000.5, 0.5)]
    assert gaps == (gap,)
    assert history.since(900.0, 5_000.0) == ((), ())
