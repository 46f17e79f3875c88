"""Times as text: RFC 3339, UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from netmon.codec.values import split_seconds

__all__ = ["format_time", "format_timestamp"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def format_time(unix_seconds: float) -> str:
    """Give a time in RFC 3339, UTC, exact to the microsecond."""
    return format_timestamp(*split_seconds(unix_seconds))


@lru_cache(maxsize=16384)  # starts, and most last times, are the same from tick to tick
def format_timestamp(seconds: int, nanos: int) -> str:
    """Give a time in RFC 3339, UTC, with as many digits after the point as it needs: none, three, six or nine."""
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")  # %Y does not pad
    if nanos == 0:
        return f"{text}Z"
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{text}.{digits}Z"
