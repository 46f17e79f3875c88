"""Values of JSON that anybody may have written."""

from collections.abc import Callable

import pytest

from netmon.model import Protocol
from netmon_collector.capture import json_fields as take

READERS: list[tuple[Callable[[take.Json, str], object], object, list[object]]] = [
    (take.text, "a name", [None, 7, "a\nb", "x" * (take.TEXT_LIMIT + 1)]),
    (take.number, 1.5, [True, "1", 1e13, None]),
    (take.integer, 7, [-1, 1.0, True, 2**32]),
    (take.boolean, True, [1, "true", None]),
    (take.list_of, [1], [(1,), {}, None]),
    (take.texts, (), ["a", [1]]),
]


@pytest.mark.parametrize(("reader", "good", "bad"), READERS)
def test_a_value_of_another_kind_is_refused(
    reader: Callable[[take.Json, str], object], good: object, bad: list[object]
) -> None:
    entry = {"field": good} if good != () else {}
    assert reader(entry, "field") == good
    for value in bad:
        with pytest.raises(ValueError):  # noqa: PT011 -- one sentence a kind
            reader({"field": value}, "field")


def test_addresses_come_packed_and_texts_may_be_left_out() -> None:
    assert take.address({"field": "192.0.2.1"}, "field") == bytes((192, 0, 2, 1))
    assert take.texts({"field": ["a", "b"]}, "field") == ("a", "b")
    assert take.texts({}, "field") == ()


def test_members_of_enumerations_go_by_their_lower_case_names() -> None:
    assert take.member(Protocol, "tcp") is Protocol.TCP
    with pytest.raises(ValueError, match="unknown Protocol"):
        take.member(Protocol, "6")


@pytest.mark.parametrize("value", [[], "object", None])
def test_only_an_object_is_an_object(value: object) -> None:
    assert take.mapping({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match="an object"):
        take.mapping(value)
