import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_client.delimited import comma_separated, tab_separated

STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a cell a formula; the full-width ones do in East Asian editions."""


@pytest.mark.parametrize("before", ["", " ", "\u00a0 ", "\t", "\r", "\n", "\t\t "])
@pytest.mark.parametrize("start", STARTS)
def test_no_cell_is_a_formula(start: str, before: str) -> None:
    name = f"{before}{start}cmd|' /C calc'!A0"
    for (cell,) in (csv.reader([comma_separated([name])]), csv.reader([tab_separated([name])], delimiter="\t")):
        assert cell[0].startswith("'")


@pytest.mark.parametrize("start", STARTS)
def test_what_a_spreadsheet_parts_at_semicolons_holds_no_formula_either(start: str) -> None:
    line = comma_separated([f"a;{start}cmd()", "b; @x", "c;d"])
    assert not any(part.lstrip(" ").startswith(STARTS) for part in line.split(";"))
    assert line.endswith(",c;d")


@pytest.mark.parametrize("name", ["firefox", "a=b", "x-y", "user@host", "50% +1", "a b", "'quoted'", ""])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert comma_separated([name]) == name


@pytest.mark.parametrize("name", ['"', '"=1+1"', '"x\ty"', 'a;"=1+1"', 'the "one"'])
def test_a_quotation_mark_begins_no_cell_that_swallows_others_or_is_a_formula(name: str) -> None:
    for line, delimiter in ((comma_separated([name, "x"]), ","), (tab_separated([name, "x"]), "\t")):
        for also in (delimiter, ";"):
            (cells,) = csv.reader([line.replace(delimiter, also)], delimiter=also)
            assert cells == [name.replace("\t", "\\x09"), "x"]


@given(st.text() | st.text(alphabet='=+-@";\t a'))
def test_whatever_a_name_is_no_spreadsheet_runs_it(name: str) -> None:
    for line, delimiter in ((comma_separated([name, "x"]), ","), (tab_separated([name, "x"]), "\t")):
        (cells,) = csv.reader([line], delimiter=delimiter)
        for part in (each for cell in cells for each in cell.split(";")):
            assert not part.lstrip(" \u00a0").startswith((*STARTS, "\t", "\r", "\n"))


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
