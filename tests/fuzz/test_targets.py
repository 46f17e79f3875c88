"""Every input that is kept, through the functions that are fuzzed: a value or ValueError, in bounded work and memory.

`make fuzz` looks for new ones; what it finds is added to ``corpus``.
"""

import time
import tracemalloc
from pathlib import Path

import pytest

from tests.fuzz.targets import CORPUS, TARGETS, Target, refusal
from tests.support.line_count import lines_run

MOST_BYTES = 2_000_000
"""That one input may hold at once: the answer to a history query is the largest."""


def kept(name: str) -> list[Path]:
    return sorted((CORPUS / name).glob("*.bin"))


def quickest_seconds(target: Target, data: bytes) -> float:
    """CPU of the quickest of five times: the first one imports and fills caches."""
    times: list[float] = []
    for _ in range(5):
        before = time.process_time()
        refusal(target, data)
        times.append(time.process_time() - before)
    return min(times)


def peak_bytes(target: Target, data: bytes) -> int:
    tracemalloc.start()
    try:
        refusal(target, data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_is_read_or_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    target, slowest = TARGETS[name], ("", 0.0)
    paths = kept(name)
    assert paths, f"nothing is kept for {name}"
    for path in paths:
        seconds = quickest_seconds(target, target.seed(path))
        slowest = max(slowest, (path.name, seconds), key=lambda each: each[1])
    with capsys.disabled():
        # Printed, and no reason to fail: the bound of the work is the next test.
        print(f"\n{name}: {len(paths)} inputs, slowest {slowest[1] * 1_000:.2f} ms ({slowest[0]})", end=" ")  # noqa: T201


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_costs_bounded_work_and_memory(name: str) -> None:
    target = TARGETS[name]
    for path in kept(name):
        data = target.seed(path)
        assert lines_run(lambda: refusal(target, data)) <= target.most_lines, path.name  # noqa: B023 -- called at once
        assert peak_bytes(target, data) <= MOST_BYTES, path.name


@pytest.mark.parametrize("name", TARGETS)
def test_every_beginning_of_a_kept_input_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    for path in kept(name):
        data = target.seed(path)
        for size in range(1, min(len(data), 100), 9):
            refusal(target, data[:size])


def test_no_corpus_is_without_its_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == TARGETS.keys()
