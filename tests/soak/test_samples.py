"""The judgement of a soak on made-up samples, and what is read of a real process."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.samples import (
    Held,
    Sample,
    SampleFile,
    held,
    least,
    sample,
    sample_each,
    slope_megabytes_an_hour,
    verdict,
)


def grown(minutes: int, *, megabytes_an_hour: float, program: str = "collector") -> list[Sample]:
    """Samples each ten seconds; in the first quarter it fills its tables, and each third sample holds a ring more."""
    rows: list[Sample] = []
    for number in range(minutes * 6):
        seconds = number * 10.0
        filled = min(seconds, minutes * 15.0) * 50_000
        ring = 10_000_000 if number % 3 == 0 else 0
        size = int(80_000_000 + filled + ring + megabytes_an_hour * 1e6 * seconds / 3_600)
        rows.append(
            Sample(
                seconds=seconds,
                program=program,
                rss_bytes=size,
                pss_bytes=size,
                anonymous_bytes=size - 20_000_000,
                descriptors=9,
                threads=4,
                cpu_seconds=1,
            )
        )
    return rows


@pytest.mark.parametrize(("megabytes_an_hour", "is_flat"), [(0.0, True), (0.9, True), (1.5, False), (-3.0, True)])
def test_growth_after_the_first_quarter_is_judged_and_the_filling_before_is_not(
    megabytes_an_hour: float, is_flat: bool
) -> None:
    found = verdict("collector", grown(60, megabytes_an_hour=megabytes_an_hour))
    assert found.slope is not None
    assert found.slope.rise == pytest.approx(megabytes_an_hour, abs=0.05)
    assert found.slope.error < 0.05
    assert found.anonymous_slope is not None
    assert found.anonymous_slope.rise == pytest.approx(megabytes_an_hour, abs=0.05)
    assert found.is_flat is is_flat


def test_what_is_resident_beside_its_own_memory_is_judged_too() -> None:
    rings = [replace(each, anonymous_bytes=20_000_000) for each in grown(60, megabytes_an_hour=4.0)]
    assert not verdict("collector", rings).is_flat


def test_a_slope_says_how_sure_it_is() -> None:
    """Eight points in two values: rise and standard error were worked out by hand."""
    found = slope_megabytes_an_hour([(3_600.0 * time, 2_000_000 * (time % 2)) for time in range(8)])
    assert found is not None
    assert (found.rise, found.error) == pytest.approx((0.0952, 0.1739), abs=0.0001)
    assert str(found) == "0.10±0.17"


def test_a_soak_of_a_minute_judges_no_slope() -> None:
    found = verdict("collector", grown(1, megabytes_an_hour=50))
    assert found.slope is None
    assert found.is_flat


def test_each_program_is_judged_by_its_own_samples() -> None:
    both = [*grown(60, megabytes_an_hour=0), *grown(60, megabytes_an_hour=9, program="recorder")]
    assert verdict("collector", both).is_flat
    assert not verdict("recorder", both).is_flat


def test_a_ring_that_comes_and_goes_gives_no_point() -> None:
    points = [(float(time), size) for time, size in enumerate([5, 9, 9, 4, 9, 9, 9, 9, 9, 6, 9, 9, 1])]
    assert least(points) == [(3.0, 4), (9.0, 6)]


def test_points_of_one_moment_have_no_slope() -> None:
    assert slope_megabytes_an_hour([(1.0, 5)] * 9) is None


def test_one_descriptor_more_is_not_within() -> None:
    before = Held(descriptors=9, threads=4)
    assert Held(descriptors=9, threads=10).is_within(before)
    assert not Held(descriptors=10, threads=4).is_within(before)
    assert not Held(descriptors=9, threads=11).is_within(before)


def test_samples_are_read_of_processes_and_kept_row_by_row(tmp_path: Path) -> None:
    own = sample("pytest", [os.getpid()], 12.34)
    assert own.rss_bytes >= own.pss_bytes > 1_000_000
    assert own.rss_bytes >= own.anonymous_bytes > 1_000_000
    assert held([os.getpid(), os.getpid()]).descriptors >= 2 * own.descriptors
    file = SampleFile(tmp_path / "s.csv")
    file.add(own)
    head, row = (tmp_path / "s.csv").read_text().splitlines()
    assert head == "seconds,program,pid,rss_bytes,pss_bytes,anonymous_bytes,descriptors,threads,cpu_seconds"
    assert row.startswith(
        f"12.3,pytest,,{own.rss_bytes},{own.pss_bytes},{own.anonymous_bytes},{own.descriptors},{own.threads},"
    )


def test_each_process_of_several_is_sampled_by_itself_and_not_judged() -> None:
    pids = (os.getpid(), os.getppid())
    apart = sample_each("pytest", pids, 1.0)
    assert [each.pid for each in apart] == list(pids)
    assert [each.threads for each in apart] == [held([pid]).threads for pid in pids]
    assert sample_each("pytest", pids[:1], 1.0) == []
    flat = grown(60, megabytes_an_hour=0)
    assert verdict("collector", [*flat, *(replace(each, pid=1) for each in grown(60, megabytes_an_hour=9))]).is_flat
