"""The page writes and reads numbers as every other part of netmon does."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from netmon_client.units import format_age, format_bytes, format_rate, parse_duration, parse_size
from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("units_vectors.mjs")
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[4] / "vectors" / "units.json").read_text(encoding="utf-8"))
FORMATS = ("format_bytes", "format_rate", "format_age", "format_count")


@pytest.mark.parametrize("name", [*FORMATS, "parse_size", "parse_duration"])
def test_the_page_agrees_with_the_vectors(name: str) -> None:
    calls = [vector[:-1] for vector in VECTORS[name]]
    assert given_to(SCRIPT, {name: calls})[name] == [vector[-1] for vector in VECTORS[name]]


@pytest.mark.parametrize("name", ["parse_size", "parse_duration"])
def test_what_is_no_number_is_refused_with_the_same_words(name: str) -> None:
    results = given_to(SCRIPT, {name: [[text] for text in VECTORS[f"{name}_errors"]]})[name]
    assert results == [{"error": refusal(name, text)} for text in VECTORS[f"{name}_errors"]]


def refusal(name: str, text: str) -> str:
    read = parse_size if name == "parse_size" else parse_duration
    with pytest.raises(ValueError, match="is no") as caught:
        read(text)
    return str(caught.value)


def test_the_page_agrees_with_python_on_any_number() -> None:
    chance = random.Random(3)
    numbers = [chance.choice((1.0, 8.0, 1e3)) * 10 ** chance.uniform(-2, 19) for _ in range(3_000)]
    numbers += [float(f"{digits}5e{power}") for digits in (999, 99.9, 9.99, 1.00) for power in range(-3, 12)]
    ages = [number for number in numbers if number < 2**53]  # what JavaScript's numbers can count
    results = given_to(
        SCRIPT,
        {
            "format_bytes": [[number, units] for number in numbers for units in ("si", "iec")],
            "format_rate": [[number, "bit"] for number in numbers],
            "format_age": [[age] for age in ages],
        },
    )
    assert results["format_bytes"] == [format_bytes(n, "iec" if iec else "si") for n in numbers for iec in (0, 1)]
    assert results["format_rate"] == [format_rate(number, "bit") for number in numbers]
    assert results["format_age"] == [format_age(age) for age in ages]
