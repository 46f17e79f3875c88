"""The vectors of the filter language, and that its two directions agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec import rows_from_wire
from netmon.matching import (
    MAXIMUM_PATTERN_LENGTH,
    MAXIMUM_TERMS,
    MAXIMUM_VALUES,
    MAXIMUM_VALUES_IN_ALL,
    check_filter,
    compile_filter,
)
from netmon.model import Connection, Filter, FilterField, Network, Range, Term
from netmon.v1 import connection_pb2
from netmon_client.query import QueryError, all_of, format_filter, parse_query
from netmon_client.query_words import FIELDS, WORDS
from netmon_client.wire_json import object_to_message, parse_timestamp

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "filters.json").read_text(encoding="utf-8")
)


def value_of(written: dict[str, Any]) -> str | Range | Network:
    if "range" in written:
        return Range(**written["range"])
    return Network(text=written["network"]) if "network" in written else str(written["pattern"])


def filter_of(written: dict[str, Any]) -> Filter:
    return Filter(
        terms=tuple(
            Term(
                field=FilterField[term["field"].upper()],
                values=tuple(value_of(value) for value in term["values"]),
                negated=term.get("negated", False),
            )
            for term in written["terms"]
        )
    )


def rows() -> dict[str, Connection]:
    read: dict[str, Connection] = {}
    for name, written in VECTORS["rows"].items():
        connection, process = connection_pb2.Connection(), connection_pb2.Process()
        object_to_message(written["connection"], connection)
        object_to_message(written.get("process", {}), process)
        (read[name],) = rows_from_wire([connection], [process] if "process" in written else [])
    return read


def queries(kind: str) -> list[Any]:
    return [pytest.param(vector, id=vector["query"] or "(empty)") for vector in VECTORS["queries"] if kind in vector]


def test_there_are_enough_vectors() -> None:
    assert len(VECTORS["queries"]) >= 80
    assert {vector["query"] for vector in VECTORS["queries"]} >= {"aap:x", "app:firefox", "rate:>100k"}


@pytest.mark.parametrize("vector", queries("filter"))
def test_a_query_reads_as_its_vector_says_and_a_collector_takes_it(vector: dict[str, Any]) -> None:
    parsed = parse_query(vector["query"])
    assert parsed == filter_of(vector["filter"])
    assert parse_query(format_filter(parsed)) == parsed
    check_filter(parsed)


@pytest.mark.parametrize("vector", queries("error"))
def test_a_wrong_query_is_told_as_its_vector_says(vector: dict[str, Any]) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(vector["query"])
    error = caught.value
    assert {"message": error.message, "column": error.column, "suggestion": error.suggestion} == vector["error"]


@pytest.mark.parametrize("vector", VECTORS["matches"], ids=lambda vector: str(vector["query"]))
def test_a_query_lets_those_rows_pass(vector: dict[str, Any]) -> None:
    now, _ = parse_timestamp(VECTORS["now"])
    passes = compile_filter(parse_query(vector["query"]), float(now))
    assert [name for name, row in rows().items() if passes(row)] == vector["matches"]


def test_an_error_reads_as_one_sentence() -> None:
    with pytest.raises(QueryError, match=r'^unknown field "aap" at 1: did you mean app\?$'):
        parse_query("aap:x")


def test_every_field_has_a_vector() -> None:
    read = {term["field"] for vector in VECTORS["queries"] for term in vector.get("filter", {}).get("terms", [])}
    assert read == {field.name.lower() for field in FilterField} - {"unspecified"}


def test_the_limits_are_those_of_the_collector() -> None:
    too_many_terms = " ".join(["x"] * (MAXIMUM_TERMS + 1))
    too_many_values = ",".join(["x"] * (MAXIMUM_VALUES + 1))
    full_term = ",".join(["x"] * MAXIMUM_VALUES)
    too_many_in_all = " ".join([full_term] * (MAXIMUM_VALUES_IN_ALL // MAXIMUM_VALUES) + ["x"])
    too_long = "x" * (MAXIMUM_PATTERN_LENGTH + 1)
    columns: list[int] = []
    for text in (too_many_terms, too_many_values, too_many_in_all, too_long):
        with pytest.raises(QueryError, match="more than") as caught:
            parse_query(text)
        columns.append(caught.value.column)
    assert columns == [2 * MAXIMUM_TERMS + 1, 2 * MAXIMUM_VALUES + 1, len(too_many_in_all), 1]
    at_the_limits = parse_query(f"{' '.join(['x'] * (MAXIMUM_TERMS - 2))} {full_term} {too_long[1:]}")
    check_filter(at_the_limits)


def test_several_filters_join_into_one() -> None:
    assert all_of(parse_query("app:x"), parse_query("port:22")) == parse_query("app:x port:22")


@pytest.mark.parametrize(
    "term",
    [
        Term(field=FilterField.APPLICATION, values=()),
        Term(field=FilterField.UNSPECIFIED, values=("x",)),
        Term(field=FilterField.TEXT, values=("",)),
        Term(field=FilterField.RATE, values=(Range(),)),
        Term(field=FilterField.RATE, values=(Range(minimum=1, maximum=2, minimum_excluded=True),)),
        Term(field=FilterField.RATE, values=(Range(minimum=float("inf")),)),
        Term(field=FilterField.PORT, values=(Range(minimum=0.5),)),
        Term(field=FilterField.STATE, values=("asleep",)),
        Term(field=FilterField.ADDRESS, values=("example.org",)),
    ],
)
def test_what_the_language_cannot_say_is_refused(term: Term) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the texts differ, the class is the promise
        format_filter(Filter(terms=(term,)))


PATTERNS = st.text(min_size=1, max_size=20)
SIZES = st.floats(min_value=0, max_value=1e15).map(lambda number: round(number, 6))


@st.composite
def ranges(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> Range:
    low, high = sorted((draw(numbers), draw(numbers)))
    excluded = draw(st.booleans())
    return draw(
        st.sampled_from(
            (
                Range(minimum=low, maximum=high),
                Range(minimum=low, maximum=low),
                Range(minimum=low, minimum_excluded=excluded),
                Range(maximum=high, maximum_excluded=excluded),
            )
        )
    )


@st.composite
def terms(draw: st.DrawFn) -> Term:
    field = draw(st.sampled_from([field for field in FilterField if field]))
    values: st.SearchStrategy[str | Range | Network]
    if field in WORDS:
        values = st.sampled_from(WORDS[field])
    elif field in {FilterField.PORT, FilterField.LOCAL_PORT, FilterField.REMOTE_PORT, FilterField.PID}:
        values = ranges(st.integers(0, 65535).map(float))
    elif field in {FilterField.ADDRESS, FilterField.LOCAL_ADDRESS, FilterField.REMOTE_ADDRESS}:
        values = st.one_of(
            st.ip_addresses(v=4).map(str),
            st.ip_addresses(v=6).map(str).filter(lambda text: not text.startswith("::ffff:")),
            st.ip_addresses(v=4).map(lambda address: Network(text=f"{address}/32")),
        )
    elif field >= FilterField.SENT_BYTES and field not in {FilterField.DOMAIN_SOURCE, FilterField.IS}:
        values = ranges(SIZES)
    else:
        values = PATTERNS
    chosen = draw(st.lists(values, min_size=1, max_size=4))
    return Term(field=field, values=tuple(chosen), negated=draw(st.booleans()))


@given(st.lists(terms(), max_size=5))
def test_a_filter_comes_back_from_its_text(parts: list[Term]) -> None:
    filter_ = Filter(terms=tuple(parts))
    assert parse_query(format_filter(filter_)) == filter_


@given(st.text(alphabet='ab:,"!-<>=*\\ \t1k.' + "".join(FIELDS), max_size=40) | st.text(max_size=40))
def test_any_text_is_a_filter_or_a_query_error_that_points_into_it(text: str) -> None:
    try:
        filter_ = parse_query(text)
    except QueryError as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 -- both outcomes are right
    else:
        assert parse_query(format_filter(filter_)) == filter_
        check_filter(filter_)
