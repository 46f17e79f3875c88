import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_cli.render.delimited import comma_separated, tab_separated


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert comma_separated([f"{start}cmd()"]) == f"'{start}cmd()"
    assert tab_separated([f"{start}cmd()"]) == f"'{start}cmd()"


def test_numbers_stay_numbers_also_below_zero() -> None:
    assert comma_separated([1, -2.5, None, True, "x"]) == "1,-2.5,,true,x"


def test_commas_and_quotes_are_quoted() -> None:
    assert comma_separated(['a,"b"', "c"]) == '"a,""b""",c'


def test_a_name_with_line_ends_and_tabs_stays_one_cell() -> None:
    assert tab_separated(["a\tb\nc", "d"]) == "a\\x09b\\x0ac\td"


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_a_line_reads_back_as_so_many_cells(values: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(comma_separated(values)))
    assert len(row) == len(values)
