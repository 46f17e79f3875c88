"""What no request may hold, whatever it asks: looked at field by field, by the kinds that the contract gives them.

What a single field means is its service's to check; this is the wall before that.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from netmon.serving.errors import InvalidRequest

TEXT_LIMIT: Final = 4096
"""Longest text in a request, in characters: the longest query that the clients take."""

LIST_LIMIT: Final = 256
NUMBER_LIMIT: Final = 2**63 - 1
"""Greatest whole number: what SQLite can hold."""

_DEPTH_LIMIT: Final = 16
_LONGEST_SECONDS: Final = 315_576_000_000  # google/protobuf/duration.proto
_LAST_SECOND: Final = 253_402_300_799  # 9999-12-31, google/protobuf/timestamp.proto
_NANOSECONDS: Final = 1_000_000_000


def check_request(request: Message) -> None:
    """Raise InvalidRequest, naming the field, for what makes no sense in any request."""
    for path, field, value in _values(request, "", 0):
        problem = _problem(field, value)
        if problem:
            raise InvalidRequest(path, problem)


def _values(message: Message, path: str, depth: int) -> Iterator[tuple[str, FieldDescriptor, Any]]:
    """Give the single values of a message, each with its path."""
    if depth > _DEPTH_LIMIT:
        raise InvalidRequest(path.rstrip("."), f"more than {_DEPTH_LIMIT} messages within each other")
    for field, value in message.ListFields():
        name = path + field.name
        if not field.is_repeated:
            each = [(name, value)]
        elif len(value) > LIST_LIMIT:
            raise InvalidRequest(name, f"at most {LIST_LIMIT} of them")
        else:
            each = [(f"{name}[{number}]", one) for number, one in enumerate(value)]
        for place, one in each:
            if isinstance(one, Message) and not isinstance(one, Duration | Timestamp):
                yield from _values(one, f"{place}.", depth + 1)
            else:
                yield place, field, one


def _problem(field: FieldDescriptor, value: object) -> str:
    match value:
        case Duration():
            return _length_problem(value)
        case Timestamp():
            return _time_problem(value)
        case str():
            return f"at most {TEXT_LIMIT} characters" if len(value) > TEXT_LIMIT else ""
        case float():
            return "" if isfinite(value) else "not a finite number"
        case int() if field.enum_type is not None:
            return "" if value in field.enum_type.values_by_number else "not one that is known here"
        case int():
            return f"at most {NUMBER_LIMIT}" if value > NUMBER_LIMIT else ""
        case _:
            return ""


def _length_problem(length: Duration) -> str:
    seconds, nanos = length.seconds, length.nanos
    if abs(seconds) > _LONGEST_SECONDS or abs(nanos) >= _NANOSECONDS or seconds * nanos < 0:
        return "not a length of time"
    return "negative" if seconds < 0 or nanos < 0 else ""


def _time_problem(time: Timestamp) -> str:
    if not (time.seconds <= _LAST_SECOND and 0 <= time.nanos < _NANOSECONDS):
        return "not a time"
    return "before 1970" if time.seconds < 0 else ""
