"""The runner's own rules; what the benchmarks measure is no test."""

from importlib import import_module

import pytest

from tests.bench.__main__ import WITH_ROOT, WITHOUT_ROOT
from tests.bench.table import number, table


@pytest.mark.parametrize("name", [*WITHOUT_ROOT, *WITH_ROOT])
def test_every_benchmark_can_be_run_by_its_name(name: str) -> None:
    assert callable(import_module(f"tests.bench.{name}").measure)


def test_a_figure_over_its_budget_is_marked() -> None:
    _, within, over, free = table("name", [("a", 1.0, 1.0, None), ("b", 2.0, 1.0, 3.5), ("c", 9.0, None, None)]).split(
        "\n"
    )
    assert "ok" in within
    assert "OVER" in over
    assert over.endswith("3.5 x")
    assert free.split() == ["c", "9.00"]


@pytest.mark.parametrize(
    ("figure", "text"),
    [(None, ""), (0.0, "0"), (0.0012, "0.0012"), (0.456, "0.46"), (9.874, "9.87"), (45.67, "45.7"), (1234.5, "1,234")],
)
def test_figures_have_at_most_three_significant_digits(figure: float | None, text: str) -> None:
    assert number(figure) == text
