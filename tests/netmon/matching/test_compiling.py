"""Terms together."""

import pytest

from netmon.matching import compile_filter
from netmon.model import (
    Connection,
    ConnectionFacts,
    Filter,
    FilterField,
    Protocol,
    Range,
    Remainder,
    Term,
    Traffic,
)
from tests.support.matching_rows import NOW, ROW, one_term

_FIREFOX = Term(field=FilterField.APPLICATION, values=("firefox",))
_REST = Connection(
    facts=ConnectionFacts(id="rest", protocol=Protocol.UNSPECIFIED, remainder=Remainder.EVICTED),
    traffic=Traffic(sent_bytes=10**6),
)


def test_all_terms_must_hold() -> None:
    port = Term(field=FilterField.PORT, values=(Range(minimum=443, maximum=443),))
    other = Term(field=FilterField.PORT, values=(Range(minimum=80, maximum=80),))
    assert compile_filter(Filter(terms=(_FIREFOX, port)), NOW)(ROW)
    assert not compile_filter(Filter(terms=(_FIREFOX, other)), NOW)(ROW)


def test_the_empty_filter_lets_everything_pass() -> None:
    assert compile_filter(Filter(), NOW)(ROW)
    assert compile_filter(Filter(), NOW)(_REST)


@pytest.mark.parametrize(
    "filter_",
    [
        one_term(FilterField.APPLICATION, "*"),
        one_term(FilterField.APPLICATION, "firefox", negated=True),
        one_term(FilterField.SENT_BYTES, Range(minimum=0)),
        Filter(terms=(Term(field=FilterField.IS, values=("own",), negated=True), _FIREFOX)),
    ],
)
def test_a_remainder_passes_no_other_filter(filter_: Filter) -> None:
    assert not compile_filter(filter_, NOW)(_REST)


def test_a_filter_that_cannot_be_evaluated_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^Filter\.terms\[0\]\.field:"):
        compile_filter(one_term(FilterField.UNSPECIFIED, "x"), NOW)
