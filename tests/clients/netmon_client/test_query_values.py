"""Values of the filter language that the vectors leave out."""

import pytest

from netmon.model import FilterField, Network, Range
from netmon_client.query_values import ValueProblem, read_value, value_text


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (FilterField.RATE, Range(minimum=100_000.0, minimum_excluded=True), ">100k"),
        (FilterField.TOTAL, Range(minimum=1e9), ">=1G"),
        (FilterField.TOTAL, Range(maximum=1234.5), "<=1234.5"),
        (FilterField.TOTAL, Range(minimum=1e22), ">=10000000000T"),
        (FilterField.RATE, Range(maximum=1e-7), "<=0.0000001"),
        (FilterField.AGE, Range(maximum=600.0, maximum_excluded=True), "<10m"),
        (FilterField.AGE, Range(minimum=5400.0, maximum=90061.0), "90m-90061s"),
        (FilterField.PORT, Range(minimum=22.0, maximum=22.0), "22"),
        (FilterField.ADDRESS, Network(text="10.0.0.0/8"), "10.0.0.0/8"),
        (FilterField.APPLICATION, "a b", "a b"),
    ],
)
def test_a_value_is_written_as_short_as_it_can_be(field: FilterField, value: str | Range | Network, text: str) -> None:
    assert value_text(field, value) == text
    assert read_value(field, text) == value


def test_a_bit_rate_is_read_as_bytes_a_second() -> None:
    assert read_value(FilterField.SENT_RATE, ">8kbit/s") == Range(minimum=1000.0, minimum_excluded=True)


def test_bits_are_no_size() -> None:
    with pytest.raises(ValueProblem, match="no size"):
        read_value(FilterField.TOTAL, ">8kbit")
