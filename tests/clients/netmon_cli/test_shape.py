import pytest

from netmon_cli.shape import FORMATS, Format, Shape


@pytest.mark.parametrize("format", FORMATS)
def test_tables_are_for_people_and_the_rest_is_not(format: Format) -> None:  # noqa: A002 -- the field's name
    assert Shape(format=format).is_table is (format in ("table", "wide"))
