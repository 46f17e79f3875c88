"""Single values between the model and the wire: times, durations, numbers of enumerations, ports."""

from enum import IntEnum
from math import floor, isfinite
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

_E = TypeVar("_E", bound=IntEnum)

_MICROSECONDS = 1_000_000
_NANOSECONDS = 1_000_000_000
# What a Timestamp may hold: 0001-01-01 to 9999-12-31 (google/protobuf/timestamp.proto).
_FIRST_SECOND = -62_135_596_800
_LAST_SECOND = 253_402_300_799
# What a Duration may hold: 10,000 years either way (google/protobuf/duration.proto).
_LONGEST_SECONDS = 315_576_000_000


def split_seconds(seconds: float) -> tuple[int, int]:
    """Give whole seconds (rounded down) and the nanoseconds above them, rounded to a microsecond.

    The fraction is taken before it is scaled: scaled as a whole, times after the year 2090 would come back one
    microsecond off. Raises ValueError or OverflowError for what is no finite number.
    """
    whole = floor(seconds)
    microseconds = int((seconds - whole) * _MICROSECONDS + 0.5)
    if microseconds == _MICROSECONDS:
        return whole + 1, 0
    return whole, microseconds * 1000


def time_to_wire(unix_seconds: float) -> Timestamp:
    """Give Unix seconds as a Timestamp, rounded to a microsecond."""
    seconds, nanos = split_seconds(unix_seconds)
    return Timestamp(seconds=seconds, nanos=nanos)


def optional_time_to_wire(unix_seconds: float | None) -> Timestamp | None:
    """Give Unix seconds as a Timestamp; None stays None, which the generated constructors take as absent."""
    return None if unix_seconds is None else time_to_wire(unix_seconds)


def time_from_wire(wire: Timestamp, field: str) -> float:
    """Give Unix seconds, cut to a microsecond; 0.0 for an absent one. Raises ValueError outside years 1 to 9999."""
    seconds, nanos = wire.seconds, wire.nanos
    if not (_FIRST_SECOND <= seconds <= _LAST_SECOND and 0 <= nanos < _NANOSECONDS):
        raise ValueError(f"{field}: not a time")
    return (seconds * _MICROSECONDS + nanos // 1000) / _MICROSECONDS


def seconds_to_wire(seconds: float) -> Duration:
    """Give a length of time as a Duration, rounded to a microsecond. The sign of both parts is the same."""
    whole, nanos = split_seconds(abs(seconds))
    return Duration(seconds=-whole, nanos=-nanos) if seconds < 0 else Duration(seconds=whole, nanos=nanos)


def seconds_from_wire(wire: Duration, field: str) -> float:
    """Give a length of time in seconds; 0.0 for an absent one. Raises ValueError for what no Duration may hold."""
    seconds, nanos = wire.seconds, wire.nanos
    if abs(seconds) > _LONGEST_SECONDS or abs(nanos) >= _NANOSECONDS or seconds * nanos < 0:
        raise ValueError(f"{field}: not a length of time")
    return (seconds * _MICROSECONDS + int(nanos / 1000)) / _MICROSECONDS


def member(members: tuple[_E, ...], number: int) -> _E:
    """Give the member with this number; the first one, UNSPECIFIED, for what only a newer peer knows.

    ``members`` are all members in the order of their numbers, which have no holes: a test holds that.
    """
    return members[number] if 0 <= number < len(members) else members[0]


def finite(number: float, field: str) -> float:
    """Give the number. Raises ValueError for NaN and infinities."""
    if not isfinite(number):
        raise ValueError(f"{field}: not a finite number")
    return number


def port_from_wire(number: int, field: str) -> int:
    """Give the port. Raises ValueError above 65,535."""
    if number > 0xFFFF:
        raise ValueError(f"{field}: not a port")
    return number


def needed(text: str, field: str) -> str:
    """Give the text. Raises ValueError where it is empty."""
    if not text:
        raise ValueError(f"{field}: missing")
    return text
