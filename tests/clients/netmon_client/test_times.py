import pytest

from netmon_client.times import format_time, format_timestamp


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [
        (0, 0, "1970-01-01T00:00:00Z"),
        (1_700_000_000, 500_000_000, "2023-11-14T22:13:20.500Z"),
        (1_700_000_000, 1_000, "2023-11-14T22:13:20.000001Z"),
        (1_700_000_000, 1, "2023-11-14T22:13:20.000000001Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
    ],
)
def test_a_timestamp_has_as_many_digits_as_it_needs(seconds: int, nanos: int, text: str) -> None:
    assert format_timestamp(seconds, nanos) == text


def test_a_time_is_exact_to_the_microsecond() -> None:
    assert format_time(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"
    assert format_time(1_700_000_000.0) == "2023-11-14T22:13:20Z"
