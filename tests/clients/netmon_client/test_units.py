"""The vectors of the formatters and of what they read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_client import units

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "units.json").read_text(encoding="utf-8"))
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "format_bytes": units.format_bytes,
    "format_rate": units.format_rate,
    "format_age": units.format_age,
    "format_count": units.format_count,
    "parse_size": units.parse_size,
    "parse_duration": units.parse_duration,
}


@pytest.mark.parametrize(
    ("name", "vector"), [(name, vector) for name in FUNCTIONS for vector in VECTORS[name]], ids=str
)
def test_a_function_gives_what_its_vector_says(name: str, vector: list[Any]) -> None:
    *arguments, expected = vector
    assert FUNCTIONS[name](*arguments) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name in ("parse_size", "parse_duration") for text in VECTORS[f"{name}_errors"]],
)
def test_what_is_no_number_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        FUNCTIONS[name](text)


@given(st.floats(min_value=0, max_value=9e20), st.sampled_from(("si", "iec")))
def test_a_size_has_at_most_three_digits_and_is_near_the_number(count: float, kind: units.ByteUnits) -> None:
    number, unit = units.format_bytes(count, kind).split(" ")
    assert len(number.replace(".", "").removeprefix("0")) <= 3
    read = (
        units.parse_size(f"{number}{unit.replace('EB', '000000PB').replace('EiB', 'PiB')}")
        if "E" not in unit
        else count
    )
    assert read == pytest.approx(count, rel=0.0051, abs=0.5 if unit == "B" else 0)


@given(st.floats(min_value=0, max_value=1e9))
def test_an_age_is_never_longer_than_the_time(seconds: float) -> None:
    text = units.format_age(seconds)
    assert len(text) <= 9
    assert text[0].isdigit()
