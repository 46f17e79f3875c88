"""The words of a closed set."""

import pytest

from netmon.matching.words import ENUMERATIONS, fitting_numbers
from netmon.model import ConnectionState, FilterField, Protocol


def test_a_word_stands_for_one_member_whatever_its_case() -> None:
    assert fitting_numbers(FilterField.PROTOCOL, ["UDP"]) == {Protocol.UDP}
    assert fitting_numbers(FilterField.STATE, ["time_wait"]) == {ConnectionState.TIME_WAIT}


def test_a_pattern_may_stand_for_several() -> None:
    fitting = fitting_numbers(FilterField.STATE, ["fin_wait_?", "syn*"])
    assert fitting == {
        ConnectionState.FIN_WAIT_1,
        ConnectionState.FIN_WAIT_2,
        ConnectionState.SYN_SENT,
        ConnectionState.SYN_RECV,
    }


@pytest.mark.parametrize("field", list(ENUMERATIONS))
def test_what_is_not_known_has_no_word(field: FilterField) -> None:
    assert 0 not in fitting_numbers(field, ["*", "unspecified", ""])
    assert fitting_numbers(field, ["no such word"]) == frozenset()
