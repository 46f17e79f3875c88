"""How big a filter may be, and which kinds of values its fields take."""

import math

import pytest

from netmon.matching import (
    MAXIMUM_PATTERN_LENGTH,
    MAXIMUM_TERMS,
    MAXIMUM_VALUES,
    MAXIMUM_VALUES_IN_ALL,
    MAXIMUM_WILDCARDS,
    check_filter,
)
from netmon.model import Filter, FilterField, Network, Range, Term
from tests.support.matching_rows import one_term

_F = FilterField
_TERM = Term(field=_F.APPLICATION, values=("a",))


def test_a_filter_at_every_limit_passes() -> None:
    check_filter(Filter(terms=(_TERM,) * MAXIMUM_TERMS))
    check_filter(one_term(_F.APPLICATION, *["a" * MAXIMUM_PATTERN_LENGTH] * MAXIMUM_VALUES))


@pytest.mark.parametrize(
    ("filter_", "field"),
    [
        (Filter(terms=(_TERM,) * (MAXIMUM_TERMS + 1)), "Filter.terms"),
        (
            Filter(
                terms=(Term(field=_F.USER, values=("a",) * MAXIMUM_VALUES),)
                * (MAXIMUM_VALUES_IN_ALL // MAXIMUM_VALUES + 1)
            ),
            "Filter.terms",
        ),
        (Filter(terms=(_TERM, Term(field=_F.UNSPECIFIED, values=("a",)))), r"Filter.terms\[1\].field"),
        (one_term(_F.USER, *["a*"] * (MAXIMUM_WILDCARDS + 1)), "Filter.terms"),
        (one_term(_F.USER), r"Filter.terms\[0\].values"),
        (one_term(_F.USER, *["a"] * (MAXIMUM_VALUES + 1)), r"Filter.terms\[0\].values"),
        (one_term(_F.USER, "a" * 257), r"Filter.terms\[0\].values\[0\].pattern"),
        (one_term(_F.TEXT, ""), r"Filter.terms\[0\].values\[0\].pattern"),
        (one_term(_F.TOTAL, "1"), r"Filter.terms\[0\].values\[0\].pattern"),
        (one_term(_F.IS, "new", "old"), r"Filter.terms\[0\].values\[1\].pattern"),
        (one_term(_F.STATE, "open"), r"Filter.terms\[0\].values\[0\].pattern"),
        (one_term(_F.STATE, "unspecified"), r"Filter.terms\[0\].values\[0\].pattern"),
        (one_term(_F.USER, Range(minimum=1)), r"Filter.terms\[0\].values\[0\].range"),
        (one_term(_F.AGE, Range(maximum=math.nan)), r"Filter.terms\[0\].values\[0\].range"),
        (one_term(_F.PORT, Network(text="10.0.0.0/8")), r"Filter.terms\[0\].values\[0\].network"),
        (one_term(_F.ADDRESS, Network(text="10.0.0.0/33")), r"Filter.terms\[0\].values\[0\].network"),
        (one_term(_F.ADDRESS, Network(text="")), r"Filter.terms\[0\].values\[0\].network"),
    ],
)
def test_what_is_wrong_is_named(filter_: Filter, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}:"):
        check_filter(filter_)
