"""The short record of what was tried for an owner."""

import sys

from netmon.model import AttemptResult, OwnerConfidence, OwnerMethod
from netmon_collector.core.attempts import ATTEMPT_LIMIT, Attempt, note
from tests.support.wire import process

CURL, NGINX = process(10), process(20, "nginx")
FOUND, SILENT = AttemptResult.FOUND, AttemptResult.NOTHING_KNOWN


def of(attempts: list[Attempt] | None) -> list[tuple[str, AttemptResult, int]]:
    return [(each.way, each.result, each.count) for each in attempts or []]


def test_the_same_again_raises_a_count_and_keeps_both_times() -> None:
    attempts = note(None, "ebpf", 100.0, SILENT)
    attempts = note(attempts, "ebpf", 101.0, SILENT)
    attempts = note(attempts, "ebpf", 99.0, SILENT)
    assert of(attempts) == [("ebpf", SILENT, 3)]
    assert (attempts[0].first_time, attempts[0].last_time) == (100.0, 101.0)


def test_what_another_way_said_in_between_does_not_break_the_row() -> None:
    attempts = note(None, "ebpf", 100.0, SILENT)
    attempts = note(attempts, "sock_diag", 100.5, AttemptResult.NOT_LISTED)
    attempts = note(attempts, "ebpf", 101.0, SILENT)
    assert of(attempts) == [("ebpf", SILENT, 2), ("sock_diag", AttemptResult.NOT_LISTED, 1)]


def test_another_answer_is_an_entry_of_its_own() -> None:
    attempts = note(None, "ebpf", 100.0, SILENT)
    for owner, method, confidence in (
        (CURL, OwnerMethod.CREATOR, OwnerConfidence.INFERRED),
        (CURL, OwnerMethod.USER, OwnerConfidence.INFERRED),
        (CURL, OwnerMethod.USER, OwnerConfidence.CERTAIN),
        (NGINX, OwnerMethod.USER, OwnerConfidence.CERTAIN),
    ):
        attempts = note(attempts, "ebpf", 101.0, FOUND, owner, method, confidence)
    attempts = note(attempts, "ebpf", 102.0, SILENT)
    assert [count for _, _, count in of(attempts)] == [1] * 6


def test_a_process_that_was_read_anew_is_the_same_process() -> None:
    attempts = note(None, "ebpf", 100.0, FOUND, process(10))
    assert of(note(attempts, "ebpf", 101.0, FOUND, process(10))) == [("ebpf", FOUND, 2)]


def test_the_record_is_bounded_and_loses_its_middle() -> None:
    attempts: list[Attempt] | None = None
    for number in range(100):
        attempts = note(attempts, "ebpf", float(number), FOUND, process(number))
    assert attempts is not None
    assert len(attempts) == ATTEMPT_LIMIT
    times = [int(each.first_time) for each in attempts]
    assert times == [*range(8), *range(92, 100)]


def test_a_record_as_most_have_it_takes_less_than_half_a_kilobyte_and_a_full_one_little_more_than_two() -> None:
    def size(attempts: list[Attempt]) -> int:
        parts = [sys.getsizeof(each) + 2 * sys.getsizeof(each.first_time) for each in attempts]
        return sys.getsizeof(attempts) + sum(parts)

    usual = note(None, "ebpf", 1.5, FOUND, CURL, OwnerMethod.USER, OwnerConfidence.CERTAIN)
    usual = note(usual, "sock_diag", 2.5, FOUND, CURL, OwnerMethod.EXACT, OwnerConfidence.CERTAIN)
    full: list[Attempt] | None = None
    for number in range(ATTEMPT_LIMIT):
        full = note(full, "ebpf", number + 0.5, FOUND, process(number))
    assert full is not None
    print(f"memory of a record: {size(usual)} B as usual, {size(full)} B at the most")  # noqa: T201 -- the figure
    assert size(usual) < 500
    assert size(full) < 2_700
