"""Messages of the contract as JSON objects and back, by their descriptors, so that no field can be forgotten.

Differences from protobuf's own JSON: names stay snake_case; integers stay numbers, also those of 64 bits; words of
enumerations are lower case without their prefix, and null for the unspecified one; a Duration is a number under its
name with ``_seconds`` behind; every field is there, absent ones as null (of a oneof only the one that is set).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from netmon_client.times import format_timestamp

_TIMESTAMP: Final = Timestamp.DESCRIPTOR.full_name
_DURATION: Final = Duration.DESCRIPTOR.full_name
_RFC3339: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS: Final = 1_000_000_000

_Write = Callable[[Any], Any]
_Read = Callable[[Any], Any]


def message_to_object(message: Message) -> dict[str, Any]:
    """Give the JSON object of a message."""
    written: dict[str, Any] = {}
    for name, key, has_presence, in_oneof, write in _writers(message.DESCRIPTOR):
        if not has_presence or message.HasField(name):
            written[key] = write(getattr(message, name))
        elif not in_oneof:
            written[key] = None
    return written


def object_to_message(written: Mapping[str, Any], message: Message) -> None:
    """Fill an empty message from its JSON object; unknown keys are ignored. Raise ValueError for what does not fit."""
    for name, key, is_repeated, read in _readers(message.DESCRIPTOR):
        value = written.get(key)
        if value is None:
            continue
        try:
            _fill(message, name, [read(each) for each in _list(value)] if is_repeated else read(value))
        except (TypeError, KeyError, OverflowError) as error:
            raise ValueError(f"{key}: {error}") from None


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return cast("list[Any]", value)


def parse_timestamp(text: str) -> tuple[int, int]:
    """Read such a time as seconds and nanoseconds. Raise ValueError."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text[:40]}" is no time in RFC 3339, UTC')
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    seconds = (datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    return seconds, int((found[7] or "").ljust(9, "0"))


def _fill(message: Message, name: str, value: object) -> None:
    field = getattr(message, name)
    if isinstance(value, list):
        field.extend(cast("list[Any]", value))
    elif isinstance(value, Message):
        field.CopyFrom(value)
    else:
        setattr(message, name, value)


@cache
def _writers(descriptor: Descriptor) -> tuple[tuple[str, str, bool, bool, _Write], ...]:
    return tuple(
        (
            field.name,
            _key(field),
            field.has_presence,
            field.containing_oneof is not None and len(field.containing_oneof.fields) > 1,
            _writer(field),
        )
        for field in descriptor.fields
    )


@cache
def _readers(descriptor: Descriptor) -> tuple[tuple[str, str, bool, _Read], ...]:
    return tuple((field.name, _key(field), field.is_repeated, _reader(field)) for field in descriptor.fields)


def _key(field: FieldDescriptor) -> str:
    is_duration = field.message_type is not None and field.message_type.full_name == _DURATION
    return f"{field.name}_seconds" if is_duration else field.name


def _writer(field: FieldDescriptor) -> _Write:
    one = _one_writer(field)
    return (lambda values: [one(value) for value in values]) if field.is_repeated else one


def _one_writer(field: FieldDescriptor) -> _Write:
    if field.message_type is not None:
        if field.message_type.full_name == _TIMESTAMP:
            return lambda value: format_timestamp(value.seconds, value.nanos)
        if field.message_type.full_name == _DURATION:
            return lambda value: value.seconds + value.nanos / _NANOSECONDS
        return message_to_object
    if field.enum_type is not None:
        words = {number: word for word, number in _words(field.enum_type).items()}
        return words.get  # a number of a newer version is as good as unspecified
    return _same


def _reader(field: FieldDescriptor) -> _Read:
    if field.message_type is not None:
        return _message_reader(field.message_type)
    if field.enum_type is not None:
        return _words(field.enum_type).__getitem__
    return float if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE else _same


def _message_reader(descriptor: Descriptor) -> _Read:
    if descriptor.full_name == _TIMESTAMP:
        return _read_timestamp
    if descriptor.full_name == _DURATION:
        return _read_duration
    make = GetMessageClass(descriptor)

    def read(value: object) -> Message:
        message = make()
        if not isinstance(value, dict):
            raise TypeError("no object")
        object_to_message(cast("dict[str, Any]", value), message)
        return message

    return read


def _read_timestamp(value: str) -> Timestamp:
    seconds, nanos = parse_timestamp(value)
    return Timestamp(seconds=seconds, nanos=nanos)


def _read_duration(value: float) -> Duration:
    whole = int(value // 1)
    nanos = round((value - whole) * 1_000_000) * 1000
    return Duration(seconds=whole + nanos // _NANOSECONDS, nanos=nanos % _NANOSECONDS)


def _same(value: object) -> object:
    return value


@cache
def _words(descriptor: EnumDescriptor) -> dict[str, int]:
    """Give word to number, without the unspecified one. All names begin with the enumeration's own (buf lint)."""
    prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", descriptor.name).upper() + "_"
    return {value.name.removeprefix(prefix).lower(): value.number for value in descriptor.values if value.number}
