"""Fields that look at numbers."""

import pytest

from netmon.model import (
    FilterField,
    Network,
    Range,
)
from tests.support.matching_rows import NOW, ROW, passes

_F = FilterField


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PID, Range(minimum=4711, maximum=4711)),
        (_F.PID, "4711"),
        (_F.PID, "47*"),
        (_F.SENT_BYTES, Range(minimum=1000, maximum=1000)),
        (_F.RECEIVED_BYTES, Range(minimum=8000, maximum=8000)),
        (_F.TOTAL, Range(minimum=9000, maximum=9000)),
        (_F.SENT_RATE, Range(minimum=100, maximum=100)),
        (_F.RECEIVED_RATE, Range(minimum=300, maximum=300)),
        (_F.RATE, Range(minimum=399, minimum_excluded=True)),
        (_F.AGE, Range(maximum=60)),
    ],
)
def test_the_row_passes(field: FilterField, value: str | Range | Network) -> None:
    assert passes(field, value)
    assert not passes(field, value, negated=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PID, Range(minimum=4711, minimum_excluded=True)),
        (_F.SENT_BYTES, Range(minimum=1001)),
        (_F.AGE, Range(maximum=60, maximum_excluded=True)),
    ],
)
def test_the_row_does_not_pass(field: FilterField, value: str | Range | Network) -> None:
    assert not passes(field, value)
    assert passes(field, value, negated=True)


def test_the_age_of_what_has_ended_is_that_at_its_end() -> None:
    ended = ROW._replace(end_time=NOW - 58)
    assert passes(_F.AGE, Range(minimum=2, maximum=2), row=ended)
    assert not passes(_F.AGE, Range(minimum=3), row=ended)
