"""The ring holds 15 minutes, nothing twice, and nothing that was not."""

from netmon.model import ApplicationBandwidth, BandwidthSample
from netmon_dashboard.hub.ring import Ring, Sample

NUMBERS = {"exe:a": 1, "exe:b": 2}


def sample(time: float, *, seconds: float = 1.0, sent: int = 10, received: int = 20) -> Sample:
    return Sample(
        time=time,
        interval_seconds=seconds,
        sent_bytes=sent,
        received_bytes=received,
        apps={1: (sent - 1, received - 2)},
        unattributed=(1, 2),
    )


def remembered(time: float, *, seconds: float = 1.0) -> BandwidthSample:
    return BandwidthSample(
        time=time,
        interval_seconds=seconds,
        sent_bytes=100,
        received_bytes=200,
        loopback_bytes=7,
        applications=(
            ApplicationBandwidth(application_id="exe:a", application_name="a", sent_bytes=60, received_bytes=120),
            ApplicationBandwidth(application_id="", application_name="", sent_bytes=10, received_bytes=20),
        ),
    )


def times(ring: Ring) -> list[object]:
    return [point[0] for point in ring.series()]


def number(key: str, name: str) -> int:
    return NUMBERS[key]


def test_samples_older_than_15_minutes_are_forgotten() -> None:
    ring = Ring()
    for second in range(1000):
        assert ring.add(sample(second))
    assert times(ring)[0] == 100
    assert len(times(ring)) == 900
    assert ring.first_time == 100


def test_a_sample_is_forgotten_by_the_time_that_tabs_have_of_it() -> None:
    ring = Ring()
    for time in (161.0004, 1_060.0, 1_061.0):
        assert ring.add(sample(time))
    assert times(ring) == [1_060.0, 1_061.0]


def test_what_the_collector_remembers_comes_before_what_was_heard() -> None:
    ring = Ring()
    ring.seed([remembered(time) for time in (1.0, 2.0, 3.0)], number)
    assert not ring.add(sample(3.0)), "the newest snapshot of a stream is the last that the collector remembers"
    assert ring.add(sample(4.0))
    assert times(ring) == [1, 2, 3, 4]
    assert ring.series()[0] == [1.0, 1.0, 100, 200, 7, 0, [[1, 60, 120]]]


def test_after_an_outage_only_what_is_missing_is_filled_in() -> None:
    ring = Ring()
    for second in (1, 2, 3):
        ring.add(sample(second))
    ring.seed([remembered(time) for time in (2.03, 3.03, 4.03, 5.03)], number)
    ring.add(sample(6.0))
    assert times(ring) == [1, 2, 3, 4.03, 5.03, 6]


def test_a_gap_stays_a_gap() -> None:
    ring = Ring()
    ring.add(sample(1.0))
    ring.add(sample(60.0))
    assert times(ring) == [1, 60]


def test_ticks_of_half_a_second_fit_to_samples_of_a_second() -> None:
    ring = Ring()
    ring.seed([remembered(10.0)], number)
    assert [ring.add(sample(time, seconds=0.5)) for time in (9.98, 10.48, 10.99)] == [False, True, True]


def test_a_clock_that_is_set_back_takes_the_samples_of_its_future_along() -> None:
    ring = Ring()
    for second in range(100, 120):
        ring.add(sample(second))
    assert ring.add(sample(104.0))
    assert times(ring) == [100, 101, 102, 103, 104]
    assert ring.add(sample(105.0))


def test_a_span_sums_who_moved_how_much() -> None:
    ring = Ring()
    for second in range(1, 6):
        ring.add(sample(second))
    span = ring.span(1.0, 3.0)
    assert (span.apps, span.unattributed, span.rest) == ({1: (18, 36)}, (2, 4), (0, 0))
    assert (span.from_time, span.to_time) == (1.0, 3.0)


def test_of_remembered_samples_the_bytes_of_the_unnamed_are_a_rest() -> None:
    ring = Ring()
    ring.seed([remembered(1.0)], number)
    span = ring.span(0.0, 5.0)
    assert (span.apps, span.unattributed, span.rest) == ({1: (60, 120)}, (10, 20), (30, 60))


def test_an_empty_span_names_nobody() -> None:
    span = Ring().span(3.0, 5.0)
    assert (span.apps, span.unattributed, span.rest, span.from_time, span.to_time) == ({}, (0, 0), (0, 0), 3.0, 5.0)


def test_a_sample_names_its_three_busiest() -> None:
    busy = Sample(
        time=1.0,
        interval_seconds=1.0,
        sent_bytes=0,
        received_bytes=0,
        apps={1: (1, 0), 2: (5, 5), 3: (0, 3), 4: (2, 0)},
    )
    assert busy.top() == [[2, 5, 5], [3, 0, 3], [4, 2, 0]]
    ring = Ring()
    ring.add(busy)
    assert ring.app_numbers() == {1, 2, 3, 4}
