"""What is made of a page's notes; that the figures come at all is seen when the benchmark runs."""

from typing import Any

import pytest

from tests.bench.busy_feed import Tick
from tests.bench.page_probe import Window, latencies_of, tasks_of


def test_a_latency_is_from_sending_to_the_first_painting_of_that_figure() -> None:
    ticks = [Tick(time=10.0, received_rate=1_000), Tick(time=11.0, received_rate=2_000)]
    seen = [(9_000.0, "1.00 kB/s"), (10_020.0, "1.00 kB/s"), (11_035.0, "2.00 kB/s"), (12_000.0, "1.00 kB/s")]
    assert latencies_of(ticks, seen) == pytest.approx([20, 35])


def test_a_figure_that_stays_or_never_comes_has_no_latency() -> None:
    ticks = [Tick(time=10.0 + second, received_rate=rate) for second, rate in enumerate((1_000, 1_000, 5_000))]
    assert latencies_of(ticks, [(10_020.0, "1.00 kB/s"), (19_000.0, "5.00 kB/s")]) == pytest.approx([20])


def test_the_95th_percentile_leaves_out_one_of_twenty() -> None:
    window = Window(bytes_a_tick=1, main_milliseconds_a_tick=1, latencies=[float(one) for one in range(1, 21)])
    assert (window.median, window.p95) == (10.5, 19)


def test_tasks_are_those_of_the_marked_thread_without_collecting_garbage() -> None:
    def event(name: str, at: int, lasted: int, thread: int = 1) -> dict[str, Any]:
        return {"name": name, "ph": "X", "pid": 5, "tid": thread, "ts": at, "dur": lasted, "tdur": lasted}

    mark = {"name": "netmon-probe", "ph": "I", "pid": 5, "tid": 1, "ts": 3}
    events = [
        mark,
        event("ThreadControllerImpl::RunTask", 10, 30_000),
        event("MajorGC", 20, 12_000),
        event("ThreadControllerImpl::RunTask", 50_000, 4_000),
        event("ThreadControllerImpl::RunTask", 10, 90_000, thread=2),
    ]
    assert tasks_of(events) == [18.0, 4.0]
